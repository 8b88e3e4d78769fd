"""Who is connected to whom, who depends on whom, where the WAN and the access points are. Pure.

Links come from LLDP and CDP, seen from both ends or from one, and for gear that speaks neither from the addresses
bridges have learned. Parents are the next hop towards the school's uplink: what is down behind a dead parent is
unreachable, not down.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from homeroom_agent.report.network import Interface
from homeroom_collector.snmp.topology.links import Link, Station, Stub, links_and_stubs

_WAN = re.compile(r"\b(?:wan\d*|internet|isp|uplink to isp|comcast|spectrum|metro ?e|provider)\b", re.IGNORECASE)
_GATEWAYS = ("firewall", "router")
_WAN_TYPES = {22, 23, 94, 108}
"""IANAifType of lines only a provider has: propPointToPointSerial, ppp, adsl, pppMultilinkBundle."""


@dataclass(frozen=True, slots=True, order=True)
class Port:
    """One port of one device, by the interface's name."""

    device_id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Topology:
    """The drawing. ``parents`` leads from each device to the next one towards a root; roots have none."""

    links: tuple[Link, ...]
    stubs: tuple[Stub, ...]
    roots: tuple[str, ...]
    parents: Mapping[str, str]
    wan_ports: tuple[Port, ...]
    ap_ports: tuple[Port, ...]
    uplink_ports: tuple[Port, ...]

    def ancestors(self, device_id: str) -> Iterator[str]:
        """Give the devices between this one and its root, nearest first."""
        while (parent := self.parents.get(device_id)) is not None:
            yield parent
            device_id = parent


def draw(stations: Sequence[Station], roots: Collection[str] = ()) -> Topology:
    """Draw the topology. ``roots`` are device ids nearest the uplink; without them gateways are recognised."""
    links, stubs = links_and_stubs(stations)
    around = _neighbours(links)
    chosen, parents = _tree(stations, around, roots)
    return Topology(
        links=links,
        stubs=stubs,
        roots=chosen,
        parents=parents,
        wan_ports=tuple(sorted(_wan_ports(stations, stubs, set(chosen)))),
        ap_ports=tuple(sorted(_ap_ports(stations, links, stubs))),
        uplink_ports=tuple(sorted(_uplink_ports(links, parents))),
    )


def _neighbours(links: Iterable[Link]) -> dict[str, dict[str, int]]:
    """Speed of the fastest link between each two devices."""
    around: dict[str, dict[str, int]] = defaultdict(dict)
    for link in links:
        for here, there in ((link.device_a, link.device_b), (link.device_b, link.device_a)):
            around[here][there] = max(around[here].get(there, 0), link.speed_bps or 0)
    return around


def _tree(
    stations: Sequence[Station], around: Mapping[str, Mapping[str, int]], roots: Collection[str]
) -> tuple[tuple[str, ...], dict[str, str]]:
    """Choose a root for each island and walk outwards from it, breadth first, the fastest links first."""
    order = sorted(stations, key=lambda station: _root_rank(station, around, roots))
    parents: dict[str, str] = {}
    chosen: list[str] = []
    seen: set[str] = set()
    given = [station for station in order if station.device_id in roots]
    for station in (*given, *order):
        if station.device_id not in seen:
            others = [] if station.device_id not in roots else [s.device_id for s in given]
            front = [station.device_id, *(other for other in others if other != station.device_id)]
            chosen += front
            seen.update(front)
            _walk(front, around, seen, parents)
    return tuple(chosen), parents


def _root_rank(
    station: Station, around: Mapping[str, Mapping[str, int]], roots: Collection[str]
) -> tuple[bool, int, bool, int, str]:
    """What makes a root, best first: being named, a gateway, the spanning tree's root, having the most links."""
    kind = station.kind
    gateway = _GATEWAYS.index(kind) if kind in _GATEWAYS else len(_GATEWAYS)
    is_bridge_root = bool(station.bridge.ports) and station.bridge.root_port is None
    return (
        station.device_id not in roots,
        gateway,
        not is_bridge_root,
        -len(around.get(station.device_id, {})),
        station.device_id,
    )


def _walk(front: list[str], around: Mapping[str, Mapping[str, int]], seen: set[str], parents: dict[str, str]) -> None:
    while front:
        following: list[str] = []
        for here in front:
            for there, _ in sorted(around.get(here, {}).items(), key=lambda item: (-item[1], item[0])):
                if there not in seen:
                    seen.add(there)
                    parents[there] = here
                    following.append(there)
        front = following


def _wan_ports(stations: Sequence[Station], stubs: Iterable[Stub], roots: set[str]) -> Iterator[Port]:
    """Ports that say so themselves, provider lines of gateways, and a root's port to a router nobody here manages."""
    for station in stations:
        for port in station.gear.interfaces or []:
            if port.name and (_says_wan(port) or (station.kind in _GATEWAYS and port.type in _WAN_TYPES)):
                yield Port(station.device_id, port.name)
    for stub in stubs:
        if stub.kind == "router" and stub.port and stub.device_id in roots:
            yield Port(stub.device_id, stub.port)


def _says_wan(port: Interface) -> bool:
    return any(text and _WAN.search(text) for text in (port.alias, port.name))


def _ap_ports(stations: Sequence[Station], links: Iterable[Link], stubs: Iterable[Stub]) -> set[Port]:
    points = {station.device_id for station in stations if station.kind == "access_point"}
    ends = {
        Port(here, port)
        for link in links
        for here, port, there in (
            (link.device_a, link.port_a, link.device_b),
            (link.device_b, link.port_b, link.device_a),
        )
        if port and there in points and here not in points
    }
    return ends | {Port(stub.device_id, stub.port) for stub in stubs if stub.kind == "access_point" and stub.port}


def _uplink_ports(links: Iterable[Link], parents: Mapping[str, str]) -> set[Port]:
    """Ports that lead towards the root, of every device that has a parent."""
    return {
        Port(child, port)
        for link in links
        for child, port, parent in (
            (link.device_a, link.port_a, link.device_b),
            (link.device_b, link.port_b, link.device_a),
        )
        if port and parents.get(child) == parent
    }


def as_graph(topology: Topology, stations: Sequence[Station]) -> dict[str, Any]:
    """Write the drawing as plain JSON values: nodes, links, and what each port is for."""
    return {
        "nodes": [
            {
                "id": station.device_id,
                "name": station.name or station.device_id,
                "kind": station.kind,
                "parent": topology.parents.get(station.device_id),
            }
            for station in stations
        ],
        "links": [
            {
                "source": link.device_a,
                "source_port": link.port_a,
                "target": link.device_b,
                "target_port": link.port_b,
                "speed_bps": link.speed_bps,
                "seen_by": sorted(link.seen_by),
            }
            for link in topology.links
        ],
        "unmanaged": [
            {"device": stub.device_id, "port": stub.port, "name": stub.name, "kind": stub.kind}
            for stub in topology.stubs
        ],
        "wan_ports": [[port.device_id, port.name] for port in topology.wan_ports],
        "access_point_ports": [[port.device_id, port.name] for port in topology.ap_ports],
    }
