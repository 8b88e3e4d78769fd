"""From what a device reports to its place in the topology. Pure.

An outline is the part of a report that the topology is drawn from. It is kept while a device does not answer: that is
when it matters what hangs from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from homeroom_agent.report.network import (
    Bridging,
    GearAddress,
    GearIdentity,
    Interface,
    Neighbor,
    NetworkGear,
    System,
)
from homeroom_collector.snmp.reading.tables.bridge import Bridge
from homeroom_collector.snmp.topology.links import Station


def outline(gear: NetworkGear) -> NetworkGear:
    """The part of a report that the topology is drawn from."""
    return NetworkGear(
        reachable=True,
        system=System(name=gear.system.name if gear.system else None),
        identity=GearIdentity(kind=gear.identity.kind if gear.identity else "other"),
        interfaces=[_port(port) for port in gear.interfaces or ()],
        neighbors=[_neighbor(each) for each in gear.neighbors or ()],
        bridge=_bridging(gear.bridge),
    )


def _port(port: Interface) -> Interface:
    return Interface(
        index=port.index,
        name=port.name,
        description=None if port.description == port.name else port.description,
        alias=port.alias,
        type=port.type,
        speed_bps=port.speed_bps,
        mac=port.mac,
    )


def _neighbor(each: Neighbor) -> Neighbor:
    return Neighbor(
        local_interface=each.local_interface,
        remote_name=each.remote_name,
        remote_port=each.remote_port,
        remote_chassis_id=each.remote_chassis_id,
        remote_kind=each.remote_kind,
    )


def _bridging(bridge: Bridging | None) -> Bridging | None:
    if bridge is None:
        return None
    learned = [GearAddress(interface=each.interface, address=each.address) for each in bridge.gear_addresses or ()]
    return Bridging(
        ports=bridge.ports, root_port=bridge.root_port, address=bridge.address, gear_addresses=learned or None
    )


def station(device_id: str, gear: NetworkGear) -> Station:
    """A device as the topology is drawn from it."""
    return Station(device_id, gear, _bridge(gear))


def _bridge(gear: NetworkGear) -> Bridge:
    """A bridge by ifIndex, of which only the number of ports is known, and other gear behind them."""
    said = gear.bridge
    if said is None:
        return Bridge()
    indexes = {port.name: port.index for port in gear.interfaces or () if port.name}
    learned: dict[int, set[str]] = {}
    for each in said.gear_addresses or ():
        if each.interface in indexes:
            learned.setdefault(indexes[each.interface], set()).add(each.address)
    return Bridge(
        address=said.address,
        ports=dict.fromkeys(range(1, (said.ports or 0) + 1), 0),
        addresses={index: frozenset(addresses) for index, addresses in learned.items()},
        root_port=indexes.get(said.root_port or ""),
    )


def gear_behind(bridge: Bridge, ports: Sequence[Interface], managed: Iterable[str], most: int) -> list[GearAddress]:
    """Of all addresses a bridge has learned, those of managed gear, at most ``most``. The others are forgotten here."""
    known = managed if isinstance(managed, (set, frozenset)) else frozenset(managed)
    names: Mapping[int, str | None] = {port.index: port.name for port in ports}
    found = [
        GearAddress(interface=name, address=address)
        for index, addresses in sorted(bridge.addresses.items())
        if (name := names.get(index))
        for address in sorted(addresses & known)
    ]
    return found[:most]
