"""``GET /api/v1/topology``: the cabling as a graph, with the state of each device now."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from homeroom_collector.fleet import Fleet
from homeroom_collector.model import Presence

_UP = {Presence.UP: True, Presence.DOWN: False, Presence.UNREACHABLE: False}


def routes(fleet: Fleet) -> list[web.RouteDef]:
    """Routes of the topology."""

    async def topology(_request: web.Request) -> web.Response:
        return web.json_response(document(fleet))

    return [web.get("/api/v1/topology", topology)]


def document(fleet: Fleet) -> dict[str, Any]:
    """The graph; ``up`` is null where nobody could look. Before the first drawing it is empty."""
    graph = fleet.network.graph
    names = ("links", "unmanaged", "wan_ports", "access_point_ports")
    nodes = [_node(fleet, node) for node in graph.get("nodes", ())]
    return {"nodes": [node for node in nodes if node], **{name: graph.get(name, []) for name in names}}


def _node(fleet: Fleet, node: dict[str, Any]) -> dict[str, Any] | None:
    """One device, None where it left the register since the drawing."""
    member = fleet.member(node["id"])
    if member is None:
        return None
    return node | {"state": member.state.value, "up": _UP.get(member.state)}
