"""``GET /`` and the style sheet. Lists are gathered in a thread: a large district must not hold up ingest."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from importlib import resources
from zoneinfo import ZoneInfo

import jinja2
from aiohttp import web

from homeroom_collector.fleet import Fleet, SchoolState
from homeroom_collector.model import Presence
from homeroom_collector.views.pages import devices, gear, overview, schools, words
from homeroom_collector.views.pages.query import Query, page, parse

SCHOOLS_SIZE = 25
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_STATIC = {"homeroom.css": "text/css", "homeroom.svg": "image/svg+xml"}


def routes(fleet: Fleet, clock: Callable[[], float], zone: str) -> list[web.RouteDef]:
    """Routes of the pages. ``zone`` is the district's, for what belongs to no school."""
    home = Home(fleet, clock, zone)
    return [web.get("/", home.get), web.get("/static/{name}", _static)]


class Home:
    """The first page."""

    def __init__(self, fleet: Fleet, clock: Callable[[], float], zone: str) -> None:
        self._fleet = fleet
        self._clock = clock
        self._zone = ZoneInfo(zone)
        self._template = _environment().get_template("home.html")

    async def get(self, request: web.Request) -> web.Response:
        """Answer with the page."""
        query, states = parse(request.query), tuple(self._fleet.schools)
        text = await asyncio.to_thread(self._render, query, states)
        return web.Response(text=text, content_type="text/html", headers=_HEADERS)

    def _render(self, query: Query, states: tuple[SchoolState, ...]) -> str:
        now = self._clock()
        chosen = tuple(state for state in states if state.school.school_id == query.school) if query.school else states
        rows = schools.rows(chosen, now)
        shown = page(query.schools, len(rows), SCHOOLS_SIZE)
        device_rows, device_page = devices.listed(chosen, query, now)
        gear_rows, gear_page = gear.listed(chosen, query, now)
        return self._template.render(
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


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("homeroom_collector.views.pages"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {
        "LOOKS": words.LOOKS,
        "STATES": list(Presence),
        "BAR_WIDTH": schools.BAR_WIDTH,
    }
    environment.filters |= {"percent": words.percent, "number": words.number}
    return environment


async def _static(request: web.Request) -> web.Response:
    name = request.match_info["name"]
    if name not in _STATIC:
        raise web.HTTPNotFound
    body = (resources.files(__package__) / "static" / name).read_bytes()
    headers = {"Cache-Control": "max-age=3600", "X-Content-Type-Options": "nosniff"}
    return web.Response(body=body, content_type=_STATIC[name], charset="utf-8", headers=headers)
