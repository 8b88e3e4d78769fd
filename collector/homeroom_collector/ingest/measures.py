"""What taking reports in says of itself."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

# An SSD syncs in about a millisecond, a busy disk in a hundred; above a second something is wrong.
_COMMIT_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_BATCH = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000)


class Measures:
    """Counters of one process, registered where the exposition finds them."""

    def __init__(self, registry: CollectorRegistry) -> None:
        reports = Counter(
            "homeroom_ingest_reports_total",
            "Reports that arrived, by what became of them.",
            ["result"],
            registry=registry,
        )
        self.accepted = reports.labels("accepted")
        self.duplicate = reports.labels("duplicate")
        self.rejected = reports.labels("rejected")
        self.refused = reports.labels("refused")
        self.commit_seconds = Histogram(
            "homeroom_ingest_commit_seconds",
            "Time of one durable commit, which carries many reports.",
            buckets=_COMMIT_SECONDS,
            registry=registry,
        )
        self.under_way_seconds = Gauge(
            "homeroom_ingest_commit_under_way_seconds",
            "How long the commit that is under way has taken until now; 0 where none is.",
            registry=registry,
        )
        self.batch_reports = Histogram(
            "homeroom_ingest_batch_reports", "Reports in one commit.", buckets=_BATCH, registry=registry
        )
        self.failed_commits = Counter(
            "homeroom_ingest_failed_commits_total", "Commits the store did not take.", registry=registry
        )
        self.limited = Counter(
            "homeroom_ingest_limited_requests_total",
            "Requests refused because a device, a reader (an API token or a person), an address, "
            "or wrong keys from an address were too many.",
            ["by"],
            registry=registry,
        )
        self.queued = Gauge("homeroom_ingest_queued_reports", "Reports waiting for a commit.", registry=registry)
        self.capacity = Gauge(
            "homeroom_ingest_queue_capacity_reports",
            "Reports that may wait before more are refused.",
            registry=registry,
        )
        self.cloned_keys = Counter(
            "homeroom_ingest_cloned_keys_total", "Keys revoked because two machines used them.", registry=registry
        )
        self.keys = Gauge("homeroom_ingest_device_keys", "Device keys held in memory.", registry=registry)
