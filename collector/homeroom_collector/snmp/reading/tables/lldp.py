"""Neighbours by LLDP: LLDP-MIB (IEEE 802.1AB-2005) and LLDP-V2-MIB (802.1AB-2009).

The local port number of the first is the agent's own: an ifIndex on some, a bridge port on others, counted from 1 on
the rest. lldpLocPortTable says which port is meant, by name, by address or by description. The second has the ifIndex.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from homeroom_agent.report.network import Interface, Neighbor
from homeroom_collector.snmp.reading.reader import Column, Reader
from homeroom_collector.snmp.reading.tables import bridge
from homeroom_collector.snmp.reading.text import mac, text, whole
from homeroom_collector.snmp.session import Value

REMOTE = "1.0.8802.1.1.2.1.4.1.1"
LOCAL = "1.0.8802.1.1.2.1.3.7.1"
LOCAL_SUBTYPE, LOCAL_ID, LOCAL_DESCRIPTION = 2, 3, 4
REMOTE_V2 = "1.3.111.2.802.1.1.13.1.4.1.1"

_CHASSIS_MAC, _CHASSIS_ADDRESS = 4, 5
_PORT_MAC, _PORT_ADDRESS = 3, 4

_KINDS = ((3, "access_point"), (5, "phone"), (2, "switch"), (4, "router"))
"""LldpSystemCapabilitiesMap, what tells most first: wlanAccessPoint, telephone, bridge, router."""
_WRITTEN_BITS = re.compile(rb"([0-9A-F]{2})(?: |$)")
"""The octets written out (``28 2 4``): some agents, and tools that record them, send what net-snmp prints."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Column numbers of a remote table; the two MIBs count differently."""

    chassis_subtype: int
    chassis_id: int
    port_subtype: int
    port_id: int
    port_description: int
    name: int
    description: int
    capabilities: int

    def all(self) -> tuple[int, ...]:
        """Give all of them, in the order to ask: the chassis id is mandatory, so its absence means no neighbours."""
        return (
            self.chassis_id,
            self.chassis_subtype,
            self.port_subtype,
            self.port_id,
            self.port_description,
            self.name,
            self.description,
            self.capabilities,
        )


V1 = Columns(4, 5, 6, 7, 8, 9, 10, 12)
V2 = Columns(5, 6, 7, 8, 9, 10, 11, 13)


async def read(reader: Reader, ports: Sequence[Interface]) -> list[Neighbor]:
    """Read the neighbours of both MIBs; the second is asked only where the first has none."""
    remote = await reader.columns("lldpRemTable", REMOTE, V1.all())
    if remote[V1.chassis_id] or remote[V1.name]:
        names = await _local_names(reader, ports)
        return [_neighbor(index, remote, V1, names) for index in _indexes(remote)]
    remote = await reader.columns("lldpV2RemTable", REMOTE_V2, V2.all())
    by_index = {str(port.index): port.name for port in ports}
    return [_neighbor(index, remote, V2, by_index) for index in _indexes(remote)]


def _indexes(remote: dict[int, Column]) -> list[str]:
    """Every row any column names: timeMark.localPort.remoteIndex, in the second MIB with a MAC before the last."""
    indexes = dict.fromkeys(index for column in remote.values() for index in column)
    return [index for index in indexes if index.count(".") >= 2]


async def _local_names(reader: Reader, ports: Sequence[Interface]) -> dict[str, str | None]:
    local = await reader.columns("lldpLocPortTable", LOCAL, (LOCAL_ID, LOCAL_SUBTYPE, LOCAL_DESCRIPTION))
    return local_ports(local, ports, await bridge.ports(reader))


def local_ports(
    local: dict[int, Column], ports: Sequence[Interface], base_ports: Mapping[int, int]
) -> dict[str, str | None]:
    """Name of the interface behind each local port number.

    The port's own words come first: its id, its description. A number that says nothing else is a bridge port where
    the device is a bridge (as IEEE 802.1AB recommends), else an ifIndex.
    """
    named = {name: port.name for port in reversed(ports) for name in (port.alias, port.description, port.name) if name}
    by_mac = {port.mac: port.name for port in reversed(ports) if port.mac}
    by_index = {str(port.index): port.name for port in ports}
    by_number = by_index | {str(number): by_index.get(str(index)) for number, index in base_ports.items()}
    found = dict(by_number)
    for number in dict.fromkeys([*local[LOCAL_ID], *local[LOCAL_DESCRIPTION]]):
        shown = text(local[LOCAL_ID].get(number)) or ""
        described = text(local[LOCAL_DESCRIPTION].get(number)) or ""
        if local[LOCAL_SUBTYPE].get(number) == _PORT_MAC:
            shown = mac(local[LOCAL_ID].get(number)) or ""
        known = named.get(shown) or named.get(described) or by_mac.get(shown) or by_index.get(shown)
        found[number] = known or described or by_number.get(number) or shown or None
    return found


def _neighbor(index: str, remote: dict[int, Column], columns: Columns, names: dict[str, str | None]) -> Neighbor:
    local = index.split(".")[1]
    return Neighbor(
        local_interface=names.get(local) or local,
        remote_name=text(remote[columns.name].get(index)),
        remote_port=_port(index, remote, columns),
        remote_chassis_id=identifier(
            remote[columns.chassis_id].get(index),
            remote[columns.chassis_subtype].get(index),
            _CHASSIS_MAC,
            _CHASSIS_ADDRESS,
        ),
        remote_kind=kind(remote[columns.capabilities].get(index)),
    )


def kind(capabilities: Value | None) -> str | None:
    """Say what a neighbour is by what it has enabled; bit 0 is the highest of the first octet."""
    if not isinstance(capabilities, bytes) or not capabilities:
        return None
    written = _WRITTEN_BITS.match(capabilities)
    first = int(written[1], 16) if written else capabilities[0]
    return next((name for bit, name in _KINDS if first & (0x80 >> bit)), None)


def _port(index: str, remote: dict[int, Column], columns: Columns) -> str | None:
    """The neighbour's port by name; an address says less than the description beside it."""
    subtype = remote[columns.port_subtype].get(index)
    described = text(remote[columns.port_description].get(index))
    if subtype == _PORT_MAC and described:
        return described
    return identifier(remote[columns.port_id].get(index), subtype, _PORT_MAC, _PORT_ADDRESS) or described


def identifier(value: Value | None, subtype: Value | None, mac_subtype: int, address_subtype: int) -> str | None:
    """Write a chassis or port id by its subtype: hardware address, network address, or text."""
    if not isinstance(value, bytes):
        return text(value)
    if whole(subtype) == mac_subtype or (subtype is None and len(value) == 6 and not value.isascii()):
        return mac(value) or text(value)
    if whole(subtype) == address_subtype and len(value) in (5, 17):
        return str(ip_address(value[1:]))
    return text(value)
