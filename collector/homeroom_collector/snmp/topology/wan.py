"""Which ports are a school's lines to the outside. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from homeroom_collector.snmp.topology.graph import Port, Topology
from homeroom_collector.snmp.topology.links import Station

_ABOVE_A_PORT = {53, 131, 135, 136, 161}
"""IANAifType of what runs over other ports: propVirtual, tunnel, l2vlan, l3ipvlan, ieee8023adLag."""


def outside_ports(
    topology: Topology,
    stations: Sequence[Station],
    school_of: Mapping[str, str],
    named: Mapping[str, Sequence[str]],
) -> dict[str, frozenset[str]]:
    """Names of the ports to the outside by device id, each school's traffic once.

    ``named`` are ports that a person named; a school that has any has only those. Elsewhere they are the ports marked
    as WAN, and those that lead to a device of another school, of the devices nearest the outside. Of a port and what
    runs over it the port counts.
    """
    told = {school_of.get(device_id, "") for device_id, ports in named.items() if ports}
    found = {device_id: frozenset(ports) for device_id, ports in named.items() if ports}
    recognised = _recognised(topology, school_of)
    types = {(s.device_id, port.name): port.type for s in stations for port in s.gear.interfaces or ()}
    for device_id, ports in recognised.items():
        school = school_of.get(device_id, "")
        outer = (a for a in topology.ancestors(device_id) if school_of.get(a, "") == school)
        if school not in told and not any(ancestor in recognised for ancestor in outer):
            found[device_id] = frozenset(_lowest(device_id, ports, types))
    return found


def _recognised(topology: Topology, school_of: Mapping[str, str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for port in (*topology.wan_ports, *_between_schools(topology, school_of)):
        found[port.device_id].add(port.name)
    return dict(found)


def _between_schools(topology: Topology, school_of: Mapping[str, str]) -> Iterable[Port]:
    for port in topology.uplink_ports:
        here, there = school_of.get(port.device_id, ""), school_of.get(topology.parents[port.device_id], "")
        if here and there and here != there:
            yield port


def _lowest(device_id: str, ports: set[str], types: Mapping[tuple[str, str | None], int | None]) -> set[str]:
    physical = {name for name in ports if types.get((device_id, name)) not in _ABOVE_A_PORT}
    return physical or ports
