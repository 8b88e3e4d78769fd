"""What planning throughput measurements says of itself."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter


class ThroughputMeasures:
    """Counters of one process, registered where the exposition finds them."""

    def __init__(self, registry: CollectorRegistry) -> None:
        slots = Counter(
            "homeroom_throughput_slots_total",
            "Leave to measure throughput, by what became of it.",
            ["result"],
            registry=registry,
        )
        self.granted = slots.labels("granted")
        self.used = slots.labels("used")
        self.expired = slots.labels("expired")
        self.refused = slots.labels("refused")
        passed = Counter(
            "homeroom_throughput_bytes_total",
            "Bytes that throughput measurements moved, from the collector (download) and to it (upload).",
            ["direction"],
            registry=registry,
        )
        self.bytes = {"download": passed.labels("download"), "upload": passed.labels("upload")}
