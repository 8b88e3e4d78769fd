"""What remote write says of itself, by endpoint."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class RemoteWriteMeasures:
    """Counters of one process, registered where the exposition finds them."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.samples = Counter(
            "homeroom_remote_write_samples_total",
            "Samples, by what became of them: sent, or refused by the receiver for good.",
            ["endpoint", "result"],
            registry=registry,
        )
        self.retries = Counter(
            "homeroom_remote_write_retries_total",
            "Requests that have to be sent again: no answer, too many, or a wrong login.",
            ["endpoint"],
            registry=registry,
        )
        self.lost = Counter(
            "homeroom_remote_write_lost_reports_total",
            "Reports that were given up before they were sent, because they were too old or too many.",
            ["endpoint", "reason"],
            registry=registry,
        )
        self.unreadable = Counter(
            "homeroom_remote_write_unreadable_reports_total",
            "Reports in the queue that this version does not understand.",
            ["endpoint"],
            registry=registry,
        )
        self.state_skipped = Counter(
            "homeroom_remote_write_state_skipped_total",
            "Rounds of presence and names that were not sent, because the receiver did not take them in time.",
            ["endpoint"],
            registry=registry,
        )
        self.request_seconds = Histogram(
            "homeroom_remote_write_request_seconds",
            "Time until the receiver answered.",
            ["endpoint"],
            buckets=_SECONDS,
            registry=registry,
        )
        self.queued = Gauge(
            "homeroom_remote_write_queued_reports", "Reports that wait.", ["endpoint"], registry=registry
        )
        self.queued_bytes = Gauge(
            "homeroom_remote_write_queued_bytes", "Size of what waits.", ["endpoint"], registry=registry
        )
        self.lag = Gauge(
            "homeroom_remote_write_lag_seconds",
            "How long ago the oldest report that waits was taken in; 0 where none does.",
            ["endpoint"],
            registry=registry,
        )
        self.sending = Gauge(
            "homeroom_remote_write_sending",
            "1 in the one process that sends to the endpoint, 0 in its replicas.",
            ["endpoint"],
            registry=registry,
        )
