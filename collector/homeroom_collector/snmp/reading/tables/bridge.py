"""Where addresses were learned: BRIDGE-MIB (RFC 4188) and Q-BRIDGE-MIB (RFC 4363).

Bridges count their ports on their own; dot1dBasePortIfIndex ties such a number to an interface. Learned addresses stay
in memory for drawing the topology: they are stations' addresses, and no report holds them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from homeroom_agent.report.network import Bridging, Interface
from homeroom_collector.snmp.reading.reader import Column, Reader
from homeroom_collector.snmp.reading.tables.numbers import counter
from homeroom_collector.snmp.reading.text import whole

BASE_ADDRESS = "1.3.6.1.2.1.17.1.1.0"
BASE_PORT_INDEX = "1.3.6.1.2.1.17.1.4.1.2"
TOPOLOGY_CHANGES = "1.3.6.1.2.1.17.2.4.0"
ROOT_PORT = "1.3.6.1.2.1.17.2.7.0"
VLAN_COUNT = "1.3.6.1.2.1.17.7.1.1.4.0"
LEARNED_COUNT = "1.3.6.1.2.1.17.7.1.2.1.1.2"
FDB_PORT = "1.3.6.1.2.1.17.4.3.1.2"
Q_FDB_PORT = "1.3.6.1.2.1.17.7.1.2.2.1.2"
_MAC_ARCS = 6


@dataclass(frozen=True, slots=True)
class Bridge:
    """One bridge's tables. ``addresses`` are the MACs learned behind each ifIndex; ``root_port`` leads to the root."""

    address: str | None = None
    ports: dict[int, int] = field(default_factory=dict)
    addresses: dict[int, frozenset[str]] = field(default_factory=dict)
    root_port: int | None = None


async def ports(reader: Reader) -> dict[int, int]:
    """Read ifIndex by bridge port number; empty where the device is no bridge."""
    return await reader.once("dot1dBasePortTable", lambda: _ports(reader))


async def _ports(reader: Reader) -> dict[int, int]:
    column = await reader.column("dot1dBasePortTable", BASE_PORT_INDEX)
    pairs = ((whole(number.encode()), whole(index)) for number, index in column.items())
    return {number: index for number, index in pairs if number is not None and index}


async def counts(reader: Reader, interfaces: Sequence[Interface]) -> Bridging | None:
    """Read how many ports, VLANs and learned addresses there are; None where the device is no bridge."""
    by_port = await ports(reader)
    if not by_port:
        return None
    scalars = await reader.scalars("dot1dBase", (ROOT_PORT, TOPOLOGY_CHANGES, VLAN_COUNT))
    learned = [counter(value) for value in (await reader.column("dot1qFdbTable", LEARNED_COUNT)).values()]
    names = {port.index: port.name for port in interfaces}
    return Bridging(
        ports=len(by_port),
        vlans=counter(scalars.get(VLAN_COUNT)),
        learned_addresses=sum(number for number in learned if number is not None) if learned else None,
        root_port=names.get(by_port.get(whole(scalars.get(ROOT_PORT)) or 0, 0)),
        topology_changes=counter(scalars.get(TOPOLOGY_CHANGES)),
    )


async def read(reader: Reader) -> Bridge:
    """Read all of it: dear on a core switch, so for the topology only, not with each poll."""
    by_port = await ports(reader)
    if not by_port:
        return Bridge()
    scalars = await reader.scalars("dot1dBase", [BASE_ADDRESS, ROOT_PORT])
    learned = await reader.column("dot1qTpFdbTable", Q_FDB_PORT) or await reader.column("dot1dTpFdbTable", FDB_PORT)
    address = scalars.get(BASE_ADDRESS)
    return Bridge(
        address=address.hex(":") if isinstance(address, bytes) and len(address) == _MAC_ARCS else None,
        ports=by_port,
        addresses=_by_interface(learned, by_port),
        root_port=by_port.get(whole(scalars.get(ROOT_PORT)) or 0),
    )


def _by_interface(learned: Column, by_port: dict[int, int]) -> dict[int, frozenset[str]]:
    found: dict[int, set[str]] = {}
    for address, port in _entries(learned):
        found.setdefault(by_port.get(port, port), set()).add(address)
    return {index: frozenset(addresses) for index, addresses in found.items()}


def _entries(learned: Column) -> Iterator[tuple[str, int]]:
    """Give (address, bridge port); port 0 means learned but not where. The last six arcs of an index are the MAC."""
    for index, port in learned.items():
        arcs = index.split(".")[-_MAC_ARCS:]
        number = whole(port)
        if number and len(arcs) == _MAC_ARCS and all(arc.isdigit() and int(arc) < 256 for arc in arcs):
            yield ":".join(f"{int(arc):02x}" for arc in arcs), number
