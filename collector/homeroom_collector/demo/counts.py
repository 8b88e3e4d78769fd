"""What the demo's terminal shows, read from ``/metrics`` as any Prometheus would."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from prometheus_client.parser import text_string_to_metric_families

from homeroom_collector.model import Presence

_COMPUTER_STATES = {
    Presence.ON_CAMPUS,
    Presence.AWAY,
    Presence.NO_SESSION,
    Presence.QUIET,
    Presence.OVERDUE,
    Presence.MISSING,
    Presence.SHELVED,
}


@dataclass(frozen=True, slots=True)
class Counts:
    """One look at the running district."""

    reports: int
    laptops_by_state: dict[str, int]
    gear_up: int
    gear_total: int
    ports_up: int
    series: int


def count(exposition: str) -> Counts:
    """Add up an exposition in Prometheus text format."""
    reports = gear_up = gear_total = ports_up = series = 0
    states: Counter[str] = Counter()
    for family in text_string_to_metric_families(exposition):
        for sample in family.samples:
            series += 1
            if sample.name == "homeroom_ingest_reports_total" and sample.labels.get("result") == "accepted":
                reports += int(sample.value)
            elif (
                sample.name == "homeroom_device_presence"
                and sample.value == 1
                and sample.labels["state"] in _COMPUTER_STATES
            ):
                states[sample.labels["state"]] += 1
            elif sample.name == "homeroom_target_up":
                gear_up += int(sample.value)
                gear_total += 1
            elif sample.name == "homeroom_interface_up":
                ports_up += int(sample.value)
    return Counts(reports, dict(states), gear_up, gear_total, ports_up, series)
