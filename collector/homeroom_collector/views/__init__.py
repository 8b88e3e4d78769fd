"""What others read: metrics, pages, the API. Views only read."""

from __future__ import annotations

from aiohttp import web
from prometheus_client import CollectorRegistry

from homeroom_collector.fleet import Fleet
from homeroom_collector.views import discovery, metrics
from homeroom_collector.views.metrics import MetricsSettings

__all__ = ["MetricsSettings", "routes"]


def routes(
    fleet: Fleet, registry: CollectorRegistry, settings: MetricsSettings | None = None
) -> list[web.AbstractRouteDef]:
    """Routes of every view. ``registry`` holds the process's own metrics."""
    return [*metrics.routes(fleet, registry, settings or MetricsSettings()), *discovery.routes(fleet)]
