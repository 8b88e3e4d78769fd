"""What the alerts of another program say of themselves in the metrics."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Gauge

from homeroom_collector.store.alerts import Watch


class AlertMeasures:
    """Gauges of the store, alike in every replica."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._waiting = Gauge(
            "homeroom_alert_inbox_waiting", "Notifications that were not looked at yet.", registry=registry
        )
        self._unread = Gauge(
            "homeroom_alert_inbox_unreadable", "Notifications that could not be read.", registry=registry
        )
        self._polled = Gauge(
            "homeroom_alert_poll_timestamp_seconds", "When Alertmanager was last asked.", registry=registry
        )
        self._watchdog = Gauge(
            "homeroom_alert_watchdog_seconds",
            "How long the watchdog has been there without a break; 0 while it is missing.",
            registry=registry,
        )

    def show(self, depth: tuple[int, int], watch: Watch, now: float) -> None:
        """How things stand."""
        self._waiting.set(depth[0])
        self._unread.set(depth[1])
        self._polled.set(watch.polled_at or 0.0)
        self._watchdog.set(0.0 if watch.watchdog_since is None else max(0.0, now - watch.watchdog_since))
