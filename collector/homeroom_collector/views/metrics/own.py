"""Metrics of the collector itself that belong to no other part: which program this is, and what the process uses."""

from __future__ import annotations

import platform

from prometheus_client import CollectorRegistry, Gauge, GCCollector, Histogram, Info, ProcessCollector

from homeroom_agent import __version__


class OwnMetrics:
    """What the exposition says of itself, in the given registry. Once for each registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        build = Info("homeroom_build", "Which program this is.", registry=registry)
        build.info({"version": __version__, "python": platform.python_version()})
        ProcessCollector(registry=registry)
        GCCollector(registry=registry)
        self.series = Gauge("homeroom_series", "Series of the fleet in the latest whole scrape.", registry=registry)
        self.scrape_seconds = Histogram(
            "homeroom_scrape_seconds",
            "Time that writing a scrape took, the client's pace included.",
            ["scope"],
            registry=registry,
        )
