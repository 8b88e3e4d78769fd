"""What the receiver of notifications says of itself."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter


class NotificationMeasures:
    """Counters of one receiver, registered where the exposition finds them."""

    def __init__(self, registry: CollectorRegistry) -> None:
        notifications = Counter(
            "homeroom_notifications_total",
            "SNMP traps and informs that arrived, by what became of them.",
            ["result"],
            registry=registry,
        )
        self.taken = notifications.labels("taken")
        self.unknown_source = notifications.labels("unknown_source")
        self.too_many = notifications.labels("too_many")
