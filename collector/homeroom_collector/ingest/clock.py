"""When something was really measured, and which school day that was. Pure.

A device's clock may be wrong by hours. ``sent_at`` against the moment of arrival shows by how much, and what was
measured earlier by the same clock is corrected by the same amount.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo

from homeroom_collector.model import School

TOLERATED_SECONDS = 2.0
"""Differences up to this are the network's and the server's delay, not the clock's."""


class Timing(NamedTuple):
    """``measured_at`` on the collector's clock. ``skew_seconds`` is device minus collector, None where nobody knows."""

    measured_at: float
    skew_seconds: float | None


def timing(measured_at: float, sent_at: float | None, received_at: float, *, oldest_seconds: float) -> Timing:
    """Correct a device's time.

    What comes out is never in the future. What would be older than ``oldest_seconds`` can only be a clock that was
    wrong when it measured and right when it sent (a dead CMOS battery before the first NTP answer): nobody knows when
    it was, and the moment of arrival is the least wrong.
    """
    skew = None if sent_at is None else sent_at - received_at
    correction = 0.0 if skew is None or abs(skew) <= TOLERATED_SECONDS else skew
    corrected = min(measured_at - correction, received_at)
    if corrected < received_at - oldest_seconds:
        corrected = received_at
    return Timing(corrected, skew)


class Days:
    """Days of one time zone, as numbers such as 20261122. Remembers the last one: most are of today."""

    __slots__ = ("_bounds", "_zone")

    def __init__(self, zone: tzinfo = UTC) -> None:
        self._zone = zone
        self._bounds: tuple[float, float, int] = (0.0, 0.0, 0)

    def of(self, moment: float) -> int:
        """The day a moment lies in."""
        start, end, day = self._bounds
        if start <= moment < end:
            return day
        self._bounds = self._find(moment)
        return self._bounds[2]

    def _find(self, moment: float) -> tuple[float, float, int]:
        local = datetime.fromtimestamp(moment, self._zone)
        # Midnight by the wall clock: a day of 23 or 25 hours comes out right.
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
        after = (midnight.replace(tzinfo=None) + timedelta(days=1)).replace(tzinfo=self._zone)
        return midnight.timestamp(), after.timestamp(), local.year * 10_000 + local.month * 100 + local.day


class SchoolDays:
    """Which time zone's days count for a device: its school's, else the district's."""

    def __init__(self, district: str) -> None:
        """``district`` names a time zone, such as America/Chicago."""
        self._district = Days(ZoneInfo(district))
        self._zones = {district: self._district}
        self._by_school: dict[str, Days] = {}

    def put(self, school: School) -> None:
        """Learn a school's zone."""
        if school.timezone is None:
            self._by_school.pop(school.school_id, None)
            return
        days = self._zones.setdefault(school.timezone, Days(ZoneInfo(school.timezone)))
        self._by_school[school.school_id] = days

    def of(self, school_id: str) -> Days:
        """Days of a device at this school."""
        return self._by_school.get(school_id, self._district)
