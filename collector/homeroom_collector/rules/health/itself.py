"""Homeroom itself, and its satellites: what cannot be seen must not look healthy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from homeroom_collector.rules.health.rule import DAY, HOUR, MINUTE, Judge, Rule
from homeroom_collector.rules.problem import Severity

RULES: Mapping[str, Rule] = {
    "satellite_silent": Rule(severity=Severity.WARNING, enter=300.0, clears_seconds=MINUTE),
    "homeroom_polling_late": Rule(severity=Severity.WARNING, enter=0.5, leave=0.1, lasts_seconds=10 * MINUTE),
    "homeroom_queue_full": Rule(severity=Severity.WARNING, enter=0.8, leave=0.5, lasts_seconds=5 * MINUTE),
    "homeroom_disk_full": Rule(severity=Severity.CRITICAL, enter=0.05, leave=0.08, lasts_seconds=5 * MINUTE),
    "homeroom_calendar_old": Rule(severity=Severity.WARNING, enter=7 * DAY, lasts_seconds=HOUR),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Itself:
    """What the collector knows of itself. None: unknown, or does not apply.

    ``unpolled_ratio`` is the share of its gear that nobody has looked at in time. ``satellites``: when each was last
    heard, by name.
    """

    unpolled_ratio: float | None = None
    queue_ratio: float | None = None
    free_disk_ratio: float | None = None
    calendar_age_seconds: float | None = None
    satellites: Mapping[str, float] | None = None


def look(itself: Itself, judge: Judge) -> None:
    """Judge the collector."""
    judge.above(
        "homeroom_polling_late", "unpolled_ratio", itself.unpolled_ratio, "has not looked at {value:.0%} of gear"
    )
    judge.above("homeroom_queue_full", "queue_ratio", itself.queue_ratio, "has its queue of reports at {value:.0%}")
    judge.below("homeroom_disk_full", "free_ratio", itself.free_disk_ratio, "has {value:.1%} of its disk left")
    says = "has not read its calendars for long"
    judge.above("homeroom_calendar_old", "age_seconds", itself.calendar_age_seconds, says)
    for name, heard_at in (itself.satellites or {}).items():
        silent = judge.at - heard_at
        judge.above("satellite_silent", "silent_seconds", silent, "has heard nothing of satellite {part}", name)
