"""Drawing the topology of all gear: parents, outside ports, and the graph that others read.

The graph names managed gear and the network gear it is connected to. Addresses, and neighbours that may be somebody's
computer or telephone, are not in it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from homeroom_agent.report.network import NetworkGear
from homeroom_collector.fleet.network import Network
from homeroom_collector.snmp.topology.graph import as_graph, draw
from homeroom_collector.snmp.topology.seen import station
from homeroom_collector.snmp.topology.wan import outside_ports

_GEAR = ("switch", "router", "access_point")
_ADDRESS = re.compile(r"(?:[0-9a-f]{2}[:.-]?){5}[0-9a-f]{2}|[0-9a-f:.]*[:.][0-9a-f:.]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """One device: what the topology is drawn from, as it was when the device last answered."""

    device_id: str
    school_id: str
    gear: NetworkGear


def draw_network(outlines: Sequence[Outline], wan: Mapping[str, Sequence[str]]) -> Network:
    """Draw. ``wan`` names outside ports by device id; devices that have any are nearest the uplink."""
    stations = [station(each.device_id, each.gear) for each in outlines]
    school_of = {each.device_id: each.school_id for each in outlines}
    topology = draw(stations, [device_id for device_id, ports in wan.items() if ports and device_id in school_of])
    outside = outside_ports(topology, stations, school_of, wan)
    graph = as_graph(topology, stations)
    graph["nodes"] = [node | {"school": school_of[node["id"]]} for node in graph["nodes"]]
    graph["unmanaged"] = [_nameless(stub) for stub in graph["unmanaged"] if stub["kind"] in _GEAR]
    graph["wan_ports"] = [[device_id, port] for device_id, ports in sorted(outside.items()) for port in sorted(ports)]
    return Network(parents=topology.parents, wan=outside, graph=graph)


def _nameless(stub: Mapping[str, Any]) -> dict[str, Any]:
    """Without a name that is an address."""
    name = stub["name"]
    return {**stub, "name": None if name and _ADDRESS.fullmatch(name) else name}
