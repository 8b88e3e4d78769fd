"""Uptime as a share of instruction: what was not seen to be up was not up. Pure.

A device is up between two signs of life that are close together. The denominator is all the instruction there was, so
a machine that was switched off for a month has a bad month, however well it ran since.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator

WINDOW_DAYS = 28
"""Uptime ratios look back this many calendar days, today included."""

_MOST = 65_535
_NONE = array("H", [0]) * WINDOW_DAYS
"""Shared by all that were not up on any day, and never written to."""


class UpDays:
    """Seconds of instruction in which a device was up, for each day of the window. Days are date ordinals."""

    __slots__ = ("_last", "_seconds")

    def __init__(self) -> None:
        self._seconds = _NONE
        self._last = 0

    def add(self, day: int, seconds: float) -> None:
        """Count instruction towards a day. What lies before the window is not kept."""
        self._turn_to(day)
        if day > self._last - WINDOW_DAYS:
            if self._seconds is _NONE:
                self._seconds = _NONE[:]
            place = day % WINDOW_DAYS
            self._seconds[place] = min(self._seconds[place] + round(seconds), _MOST)

    def total(self, today: int) -> int:
        """Seconds up in the window that ends today."""
        self._turn_to(today)
        return sum(self._seconds)

    def days(self) -> Iterator[tuple[int, int]]:
        """Day and seconds up, oldest first; days without any are left out."""
        for day in range(self._last - WINDOW_DAYS + 1, self._last + 1):
            if seconds := self._seconds[day % WINDOW_DAYS]:
                yield day, seconds

    def _turn_to(self, day: int) -> None:
        """Make room for a new day where the oldest ones were."""
        if self._seconds is not _NONE:
            for passed in range(max(self._last + 1, day - WINDOW_DAYS + 1), day + 1):
                self._seconds[passed % WINDOW_DAYS] = 0
        self._last = max(self._last, day)


def ratio(up_seconds: float, instructional_seconds: float) -> float | None:
    """Share of instruction in which a device was up; None where there was none."""
    return min(up_seconds / instructional_seconds, 1.0) if instructional_seconds > 0 else None
