"""What the poller says of itself."""

from __future__ import annotations

import time

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_LAG_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
_BUSY_WINDOW_SECONDS = 10.0


class PollMeasures:
    """Counters of one poller, registered where the exposition finds them."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.lag_seconds = Histogram(
            "homeroom_poll_lag_seconds",
            "How much later than planned a poll started.",
            buckets=_LAG_SECONDS,
            registry=registry,
        )
        self.busy_ratio = Gauge(
            "homeroom_poll_busy_ratio", "Share of one processor core that the polling thread uses.", registry=registry
        )
        self.in_flight = Gauge("homeroom_poll_in_flight", "Polls under way.", registry=registry)
        self.places = Gauge(
            "homeroom_poll_places",
            "How many polls may be under way now; fewer while they run out of their time.",
            registry=registry,
        )
        self.skipped = Counter(
            "homeroom_poll_skipped_total", "Polls left out because the one before had not ended.", registry=registry
        )
        polls = Counter("homeroom_polls_total", "Polls, by what became of them.", ["result"], registry=registry)
        self.answered = polls.labels("answered")
        self.silent = polls.labels("silent")
        self.refused = polls.labels("refused")
        self.lost = Counter(
            "homeroom_poll_reports_lost_total", "Reports of polls that the store did not take.", registry=registry
        )
        self._wall, self._busy = time.monotonic(), time.thread_time()

    def ended(self, *, reachable: bool, understood: bool) -> None:
        """Count one poll, and how busy the thread has been since the last look."""
        (self.answered if understood else self.refused if reachable else self.silent).inc()
        passed = time.monotonic() - self._wall
        if passed >= _BUSY_WINDOW_SECONDS:
            self.busy_ratio.set((time.thread_time() - self._busy) / passed)
            self._wall, self._busy = time.monotonic(), time.thread_time()
