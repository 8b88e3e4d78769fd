"""Metrics of following other collectors."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge


class FollowMeasures:
    """What was learned from others, what waits to be read, and how often the line was broken."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.taken = Counter(
            "homeroom_replica_devices_followed", "States of devices learned from other collectors.", registry=registry
        )
        self.gaps = Counter("homeroom_replica_gaps", "Times the line to the store was broken.", registry=registry)
        self.waiting = Gauge(
            "homeroom_replica_waiting_devices", "Devices others changed, to be read.", registry=registry
        )
