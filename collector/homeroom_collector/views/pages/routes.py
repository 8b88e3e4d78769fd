"""``GET /`` and the style sheet. Lists are gathered in a thread: a large district must not hold up ingest."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from importlib import resources
from zoneinfo import ZoneInfo

from aiohttp import web

from homeroom_collector.access import OPEN, PEOPLE, Admitted, admitted, requires, role
from homeroom_collector.fleet import Fleet, SchoolState
from homeroom_collector.views.pages import devices, gear, overview, schools
from homeroom_collector.views.pages.environment import render
from homeroom_collector.views.pages.query import Query, page, parse

SCHOOLS_SIZE = 25
_STATIC = {"homeroom.css": "text/css", "homeroom.svg": "image/svg+xml"}


def routes(fleet: Fleet, clock: Callable[[], float], zone: str) -> list[web.RouteDef]:
    """Routes of the pages. ``zone`` is the district's, for what belongs to no school."""
    home = Home(fleet, clock, zone)
    return [
        *requires(role(*PEOPLE, schools="own"), web.get("/", home.get)),
        *requires(OPEN, web.get("/static/{name}", _static)),
    ]


class Home:
    """The first page."""

    def __init__(self, fleet: Fleet, clock: Callable[[], float], zone: str) -> None:
        self._fleet = fleet
        self._clock = clock
        self._zone = ZoneInfo(zone)

    async def get(self, request: web.Request) -> web.Response:
        """Answer with the page."""
        query, reader = parse(request.query), admitted(request)
        states = tuple(state for state in self._fleet.schools if reader.sees(state.school.school_id))
        text = await asyncio.to_thread(self._render, query, states, reader)
        return web.Response(text=text, content_type="text/html")

    def _render(self, query: Query, states: tuple[SchoolState, ...], reader: Admitted) -> str:
        now = self._clock()
        chosen = tuple(state for state in states if state.school.school_id == query.school) if query.school else states
        rows = schools.rows(chosen, now)
        shown = page(query.schools, len(rows), SCHOOLS_SIZE)
        device_rows, device_page = devices.listed(chosen, query, now)
        gear_rows, gear_page = gear.listed(chosen, query, now)
        return render(
            "home.html",
            reader=reader,
            query=query,
            now=datetime.fromtimestamp(now, self._zone),
            tiles=overview.tiles(chosen, now),
            findings=overview.findings(chosen, now),
            choices=sorted((state.school.name, state.school.school_id) for state in states),
            chosen=rows[0] if query.school and rows else None,
            with_uptime=any(ratio is not None for row in rows for ratio in row.uptime.values()),
            schools=rows[shown.first : shown.end],
            school_page=shown,
            computer_states=schools.occurring(chosen, "computer", schools.COMPUTER_STATES),
            gear_states=schools.occurring(chosen, "network", schools.GEAR_STATES),
            devices=device_rows,
            device_page=device_page,
            gear=gear_rows,
            gear_page=gear_page,
        )


async def _static(request: web.Request) -> web.Response:
    name = request.match_info["name"]
    if name not in _STATIC:
        raise web.HTTPNotFound
    body = (resources.files(__package__) / "static" / name).read_bytes()
    headers = {"Cache-Control": "max-age=3600", "X-Content-Type-Options": "nosniff"}
    return web.Response(body=body, content_type=_STATIC[name], charset="utf-8", headers=headers)
