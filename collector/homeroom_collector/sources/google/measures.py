"""What the Google connector says of itself."""

from __future__ import annotations

import time
from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from homeroom_collector.sources.google.pages import DirectoryPage
from homeroom_collector.sources.google.sync import DIRECTORY, TELEMETRY, Step

_AGES_SECONDS = (3600.0, 3 * 3600.0, 6 * 3600.0, 12 * 3600.0, 86_400.0, 3 * 86_400.0, 7 * 86_400.0, 30 * 86_400.0)


class GoogleMeasures:
    """Registered where the exposition finds them."""

    def __init__(self, registry: CollectorRegistry, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self.complete_at = Gauge(
            "homeroom_google_sync_timestamp_seconds", "When both lists were last read to the end.", registry=registry
        )
        self.failures = Counter(
            "homeroom_google_sync_failures_total", "Syncs that ended before the end of a list.", registry=registry
        )
        self.waits = Counter(
            "homeroom_google_wait_seconds_total", "Time spent waiting because Google asked for it.", registry=registry
        )
        self._devices = Counter(
            "homeroom_google_devices_total",
            "Devices in the pages read, by list and what became of them.",
            ["list", "result"],
            registry=registry,
        )
        self._age = Histogram(
            "homeroom_google_report_age_seconds",
            "How old what Google said was when it was new to us, by list.",
            ["list"],
            buckets=_AGES_SECONDS,
            registry=registry,
        )
        for name in (DIRECTORY, TELEMETRY):
            self._age.labels(name)

    def page(self, step: Step) -> None:
        """Count one page."""
        written, page = step.written, step.page
        left = {"ignored": page.ignored} if isinstance(page, DirectoryPage) else {"silent": page.silent}
        counts = {
            "changed": len(written.changed),
            "same": written.same,
            "unknown": written.unknown,
            "unreadable": page.unreadable,
            **left,
        }
        for result, count in counts.items():
            self._devices.labels(step.api, result).inc(count)
        now, age = self._clock(), self._age.labels(step.api)
        for measured_at in _times(step):
            age.observe(max(0.0, now - measured_at))


def _times(step: Step) -> list[float]:
    """When each device of a page was measured."""
    if isinstance(step.page, DirectoryPage):
        return [row.facts.measured_at for row in step.page.rows if row.facts is not None]
    return [facts.measured_at for facts in step.page.facts.values()]
