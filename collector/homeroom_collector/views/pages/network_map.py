"""``GET /network``: what hangs from what, drawn from the neighbours that gear tells of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from aiohttp import web

from homeroom_collector.access import PEOPLE, Admitted, admitted, requires, role
from homeroom_collector.fleet import Fleet
from homeroom_collector.model import Presence
from homeroom_collector.views import topology
from homeroom_collector.views.pages.frame import Frame
from homeroom_collector.views.pages.words import LOOKS, Look

ROW, INDENT, BOX, HEIGHT = 44, 46, 260, 34


@dataclass(frozen=True, slots=True)
class Box:
    """One device on the map, ``depth`` steps from the way out."""

    device_id: str
    name: str
    kind: str
    look: Look
    depth: int
    x: int
    y: int
    from_y: int | None


@dataclass(frozen=True, slots=True)
class Map:
    """One school's gear as a tree."""

    school_id: str
    name: str
    boxes: tuple[Box, ...]
    width: int
    height: int


def routes(frame: Frame) -> list[web.RouteDef]:
    """Route of the map."""

    async def network(request: web.Request) -> web.Response:
        """The map of every school."""
        reader, wanted = admitted(request), request.query.get("school", "")
        work = partial(_network, frame.fleet, reader, wanted)
        return await frame.show(request, "network.html", "network", work)

    return requires(role(*PEOPLE, schools="own"), web.get("/network", network))


def _network(fleet: Fleet, reader: Admitted, wanted: str, now: float) -> dict[str, Any]:
    del now
    graph = topology.document(fleet, reader)
    by_school: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for node in graph["nodes"]:
        by_school[node["school"]].append(node)
    names = {state.school.school_id: state.school.name for state in tuple(fleet.schools)}
    maps = [drawn(school, names.get(school, school), nodes) for school, nodes in by_school.items()]
    maps.sort(key=lambda each: each.name.casefold())
    choices = [(each.name, each.school_id) for each in maps]
    return {
        "maps": [each for each in maps if wanted in ("", each.school_id)],
        "choices": choices,
        "wanted": wanted,
        "unmanaged": graph["unmanaged"],
    }


def drawn(school_id: str, name: str, nodes: list[dict[str, Any]]) -> Map:
    """A school's gear as a tree, parents above their children."""
    mine = {node["id"] for node in nodes}
    children: dict[str | None, list[dict[str, Any]]] = defaultdict(list)
    for node in sorted(nodes, key=lambda each: str(each["name"]).casefold()):
        children[node["parent"] if node["parent"] in mine else None].append(node)
    boxes = list(_boxes(children))
    deepest = max((box.depth for box in boxes), default=0)
    return Map(school_id, name, tuple(boxes), deepest * INDENT + BOX + 4, len(boxes) * ROW + 4)


def _boxes(children: dict[str | None, list[dict[str, Any]]]) -> Iterator[Box]:
    """Depth first. What forms a ring hangs from nothing that hangs from the way out, and is told at the end."""
    waiting: list[tuple[dict[str, Any], int, int | None]] = [(node, 0, None) for node in reversed(children[None])]
    told: set[str] = set()
    y = 2
    while waiting:
        node, depth, from_y = waiting.pop()
        if node["id"] in told:
            continue
        told.add(node["id"])
        yield Box(
            device_id=node["id"],
            name=node["name"] or node["id"],
            kind=str(node["kind"] or "device").replace("_", " "),
            look=LOOKS[Presence(node["state"])],
            depth=depth,
            x=2 + depth * INDENT,
            y=y,
            from_y=from_y,
        )
        waiting += [(child, depth + 1, y) for child in reversed(children[node["id"]])]
        y += ROW
        if not waiting:
            left = (each for group in children.values() for each in group if each["id"] not in told)
            waiting += [(each, 0, None) for each in left][:1]
