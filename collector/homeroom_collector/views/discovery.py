"""``GET /sd/schools``: Prometheus HTTP service discovery, so that a large district is scraped school by school.

Format: https://prometheus.io/docs/prometheus/latest/http_sd/. The scrape goes to the address under which the list was
asked for, so that it works behind a reverse proxy too. ``instance`` is the school: all targets share one address, and
their ``up`` would be one series.
"""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from homeroom_collector.access import OPERATORS, Role, monitoring, requires
from homeroom_collector.fleet import Fleet, SchoolState

SchemeOf = Callable[[web.Request], str]


def routes(fleet: Fleet, scheme_of: SchemeOf) -> list[web.RouteDef]:
    """Routes of the service discovery. ``scheme_of`` says how a client reached us, through a proxy or not."""

    async def schools(request: web.Request) -> web.Response:
        scheme = scheme_of(request)
        return web.json_response([_group(state, request.host, scheme) for state in fleet.schools])

    return requires(monitoring(Role.SCRAPER, *OPERATORS), web.get("/sd/schools", schools))


def _group(state: SchoolState, host: str, scheme: str) -> dict[str, object]:
    school = state.school
    labels = {
        "__scheme__": scheme,
        "__metrics_path__": "/metrics",
        "__param_school": school.school_id,
        "instance": school.school_id,
        "__meta_homeroom_school": school.school_id,
        "__meta_homeroom_school_name": school.name,
        "__meta_homeroom_school_level": school.level,
        "__meta_homeroom_school_devices": str(len(state.members)),
    }
    return {"targets": [host], "labels": labels}
