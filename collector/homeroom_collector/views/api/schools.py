"""``GET /api/v1/schools``: the schools, their devices by state, and their lines."""

from __future__ import annotations

from collections import Counter
from typing import Any

from aiohttp import web

from homeroom_collector.access import PEOPLE, admitted, requires, role
from homeroom_collector.fleet import Fleet, SchoolState
from homeroom_collector.views.api.described import described
from homeroom_collector.views.api.listing import PARAMETERS, answer, asked, page

COLUMNS = (
    "school_id", "name", "level", "grades", "enrollment_students", "bandwidth_contracted_bps", "bandwidth_needed_bps",
    "computers", "network_devices", "computers_silent", "network_devices_down", "computer_uptime_ratio",
    "network_uptime_ratio",
)  # fmt: skip


def routes(fleet: Fleet) -> list[web.RouteDef]:
    """Routes of the schools."""

    @described(PARAMETERS, csv=True)
    async def schools(request: web.Request) -> web.Response:
        """Schools, in the order of their ids."""
        reader = admitted(request)
        rows = [row_of(state) for state in tuple(fleet.schools) if reader.sees(state.school.school_id)]
        found, cursor = page(sorted(rows, key=lambda row: str(row["school_id"])), "school_id", asked(request.query))
        return answer(request, "schools", COLUMNS, found, cursor)

    return requires(role(*PEOPLE, schools="own"), web.get("/api/v1/schools", schools))


def row_of(state: SchoolState) -> dict[str, Any]:
    """A school as a row of the list."""
    school, counts = state.school, Counter[tuple[str, str]]()
    for group, count in tuple(state.counts.items()):
        counts[group.device_class, group.state.value] += count
    return {
        "school_id": school.school_id,
        "name": school.name,
        "level": school.level,
        "grades": school.grades,
        "enrollment_students": school.enrollment_students,
        "bandwidth_contracted_bps": school.bandwidth_contracted_bps,
        "bandwidth_needed_bps": state.wan.needed_bps,
        "computers": sum(count for (kind, _), count in counts.items() if kind == "computer"),
        "network_devices": sum(count for (kind, _), count in counts.items() if kind == "network"),
        "computers_silent": counts["computer", "overdue"] + counts["computer", "missing"],
        "network_devices_down": counts["network", "down"] + counts["network", "unreachable"],
        "computer_uptime_ratio": state.uptime.get("computer"),
        "network_uptime_ratio": state.uptime.get("network"),
    }
