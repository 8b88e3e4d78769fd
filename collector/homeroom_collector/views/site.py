"""The routes of all views."""

from __future__ import annotations

import time
from collections.abc import Callable
from zoneinfo import ZoneInfo

from aiohttp import web
from prometheus_client import CollectorRegistry

from homeroom_collector.decisions.newest import Newest
from homeroom_collector.fleet import Fleet
from homeroom_collector.store import Store
from homeroom_collector.views import answers, api, discovery, pages, topology
from homeroom_collector.views.metrics import routes as metrics
from homeroom_collector.views.metrics.settings import MetricsSettings
from homeroom_collector.views.pages.frame import Waiting

render = pages.render

__all__ = ["MetricsSettings", "render", "routes"]


def routes(
    fleet: Fleet,
    registry: CollectorRegistry,
    settings: MetricsSettings | None = None,
    *,
    store: Store,
    clock: Callable[[], float] = time.time,
    zone: str = "UTC",
    scheme_of: Callable[[web.Request], str] = lambda request: request.scheme,
    newest: Newest = lambda: None,
    waiting: Waiting = dict,
) -> list[web.RouteDef]:
    """Routes of every view. ``registry`` holds the process's own metrics, ``zone`` is the district's.

    ``scheme_of`` tells how a client reached us where a reverse proxy stands between. ``newest`` gives the newest board
    of the decisions, ``waiting`` how many devices are not accepted, by school and standing.
    """
    frame = pages.Frame(fleet, store, clock, ZoneInfo(zone), newest, waiting)
    return [
        *metrics.routes(fleet, registry, settings or MetricsSettings(), newest),
        *discovery.routes(fleet, scheme_of),
        *topology.routes(fleet),
        *api.device_routes(fleet),
        *api.school_routes(fleet),
        *api.calendar_routes(fleet, clock),
        *api.openapi_routes(),
        *answers.routes(newest),
        *pages.routes(frame, pages.Health(store, fleet, registry, scheme_of)),
    ]
