"""``GET /api/v1/topology``: the cabling as a graph, with the state of each device now."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from homeroom_collector.access import PEOPLE, Admitted, admitted, requires, role
from homeroom_collector.fleet import Fleet
from homeroom_collector.model import Presence

_UP = {Presence.UP: True, Presence.DOWN: False, Presence.UNREACHABLE: False}


def routes(fleet: Fleet) -> list[web.RouteDef]:
    """Routes of the topology."""

    async def topology(request: web.Request) -> web.Response:
        """The cabling as a graph, with the state of each device now."""
        return web.json_response(document(fleet, admitted(request)))

    return requires(role(*PEOPLE, schools="own"), web.get("/api/v1/topology", topology))


def document(fleet: Fleet, reader: Admitted) -> dict[str, Any]:
    """The graph of the schools that ``reader`` may see; ``up`` is null where nobody could look.

    Before the first drawing it is empty. What leads to a device that may not be seen is left out.
    """
    graph = fleet.network.graph
    found = [_node(fleet, node, reader) for node in graph.get("nodes", ())]
    nodes = [node for node in found if node]
    seen = {node["id"] for node in nodes}
    for node in nodes:
        node["parent"] = node["parent"] if node["parent"] in seen else None
    return {
        "nodes": nodes,
        "links": [link for link in graph.get("links", ()) if {link["source"], link["target"]} <= seen],
        "unmanaged": [each for each in graph.get("unmanaged", ()) if each["device"] in seen],
        "wan_ports": [port for port in graph.get("wan_ports", ()) if port[0] in seen],
        "access_point_ports": [port for port in graph.get("access_point_ports", ()) if port[0] in seen],
    }


def _node(fleet: Fleet, node: dict[str, Any], reader: Admitted) -> dict[str, Any] | None:
    """One device, None where it left the register since the drawing, or is of a school not to be seen."""
    member = fleet.member(node["id"])
    if member is None or not reader.sees(member.device.school_id):
        return None
    return node | {"state": member.state.value, "up": _UP.get(member.state)}
