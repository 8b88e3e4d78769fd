"""``GET /schools/{school_id}``: one school: its day, its devices, its line."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

from aiohttp import web

from homeroom_collector.access import PEOPLE, admitted, requires, role
from homeroom_collector.fleet import SchoolState
from homeroom_collector.views.charts import NARROW, bars
from homeroom_collector.views.pages import devices, figures, gear, overview, schools
from homeroom_collector.views.pages.frame import Frame
from homeroom_collector.views.pages.query import Query, parse
from homeroom_collector.views.pages.words import duration

_DAYS = 5


def routes(frame: Frame) -> list[web.RouteDef]:
    """Route of a school's page."""

    async def school(request: web.Request) -> web.Response:
        """One school."""
        state = frame.school(admitted(request), request.match_info["school_id"])
        query = parse(request.query, f"/schools/{state.school.school_id}")
        return await frame.show(request, "school.html", "overview", partial(_school, state, query))

    return requires(role(*PEOPLE, schools="own"), web.get("/schools/{school_id}", school))


def _school(state: SchoolState, query: Query, now: float) -> dict[str, Any]:
    (row,) = schools.rows([state], now)
    device_rows, device_page = devices.listed([state], query, now)
    gear_rows, gear_page = gear.listed([state], query, now)
    return {
        "school": state.school,
        "row": row,
        "query": query,
        "tiles": overview.tiles([state], now),
        "findings": overview.findings([state], now),
        "days": list(_days(state, now)),
        "line": line(state, now),
        "devices": device_rows,
        "device_page": device_page,
        "gear": gear_rows,
        "gear_page": gear_page,
    }


def _days(state: SchoolState, now: float) -> list[tuple[str, str]]:
    """The coming days with their instruction, in words."""
    calendar = state.calendar
    day, found = calendar.day_of(now), []
    for _ in range(_DAYS):
        seconds = calendar.instructional_seconds(*calendar.bounds(day))
        found.append((f"{day:%a} {day.day} {day:%b}", duration(seconds) if seconds else "no school"))
        day += timedelta(days=1)
    return found


def line(state: SchoolState, now: float) -> dict[str, Any] | None:
    """The school's line to the outside: what it pays for, needs and uses; None where nothing is known."""
    school, wan = state.school, state.wan
    used, current = wan.percentile, wan.rate(now)
    values = [
        ("contracted", school.bandwidth_contracted_bps),
        ("busy, in lessons", max(used) if used else None),
        ("now", max(current) if current else None),
    ]
    known = [(name, float(value)) for name, value in values if value is not None]
    if not known:
        return None
    chart = bars("Bandwidth against need", known, say=figures.rate, limit=wan.needed_bps, width=NARROW)
    short = (
        wan.needed_bps is not None
        and school.bandwidth_contracted_bps is not None
        and school.bandwidth_contracted_bps < wan.needed_bps
    )
    return {"chart": chart, "needed": wan.needed_bps and figures.rate(wan.needed_bps), "short": short}
