"""``GET /api/v1/calendar``: when each school has instruction, day by day."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from aiohttp import web

from homeroom_collector.access import PEOPLE, admitted, requires, role
from homeroom_collector.errors import RefusedError
from homeroom_collector.fleet import Fleet, SchoolState
from homeroom_collector.views.api.described import described
from homeroom_collector.views.api.listing import answer

COLUMNS = ("school_id", "day", "instructional_seconds")
_USUAL_DAYS = 7
_MOST_DAYS = 366
_PARAMETERS = {
    "school": "id of a school",
    "from": "first day, such as 2026-10-05; today in the school's time zone if not said",
    "days": f"how many days, 1 to {_MOST_DAYS}; {_USUAL_DAYS} if not said",
}


def routes(fleet: Fleet, clock: Callable[[], float]) -> list[web.RouteDef]:
    """Routes of the calendar."""

    @described(_PARAMETERS, csv=True)
    async def calendar(request: web.Request) -> web.Response:
        """Instruction of each school and day, in seconds; 0 on days off."""
        reader, query = admitted(request), request.query
        first, days = _span(query)
        states = [
            state
            for state in tuple(fleet.schools)
            if reader.sees(state.school.school_id)
            and query.get("school", state.school.school_id) == (state.school.school_id)
        ]
        rows = [row for state in states for row in _days(state, first, days, clock())]
        return answer(request, "days", COLUMNS, rows)

    return requires(role(*PEOPLE, schools="own"), web.get("/api/v1/calendar", calendar))


def _span(query: Mapping[str, str]) -> tuple[date | None, int]:
    text = query.get("days", str(_USUAL_DAYS))
    if not (text.isascii() and text.isdigit() and len(text) < 4 and 1 <= int(text) <= _MOST_DAYS):
        raise RefusedError(400, f"days: expected a whole number from 1 to {_MOST_DAYS}")
    try:
        return (date.fromisoformat(query["from"]) if "from" in query else None), int(text)
    except ValueError:
        raise RefusedError(400, "from: expected a day such as 2026-10-05") from None


def _days(state: SchoolState, first: date | None, days: int, now: float) -> Iterator[dict[str, Any]]:
    calendar = state.calendar
    day = first or calendar.day_of(now)
    for _ in range(days):
        start, end = calendar.bounds(day)
        seconds = calendar.instructional_seconds(start, end)
        yield {"school_id": state.school.school_id, "day": day.isoformat(), "instructional_seconds": seconds}
        day += timedelta(days=1)
