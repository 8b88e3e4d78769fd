"""How much of the school's instruction each device was up for, and each school as a whole."""

from __future__ import annotations

from datetime import timedelta
from math import inf

from homeroom_collector.fleet.member import PLACE, Member
from homeroom_collector.fleet.register import COMPUTER_UPTIME, GEAR_UPTIME
from homeroom_collector.fleet.school import SchoolState
from homeroom_collector.model import DeviceClass
from homeroom_collector.rules.uptime import WINDOW_DAYS, ratio

REVIEW_SECONDS = 300.0
_PLACES: dict[DeviceClass, int] = {
    "computer": PLACE["computer"][COMPUTER_UPTIME.name],
    "network": PLACE["network"][GEAR_UPTIME.name],
}


def sign_of_life(state: SchoolState, member: Member, at: float, longest_gap: float) -> None:
    """Count the instruction since the last sign of life, if that was not too long ago.

    ``at`` is when it was measured; one older than the last is not counted again.
    """
    attendance = member.attendance
    previous = attendance.up_at
    if previous is not None and at <= previous:
        return
    attendance.up_at = at
    if previous is None or at - previous > longest_gap or attendance.since is None:
        return
    start = max(previous, attendance.since)
    seconds = state.instruction(start, at) if start < at else 0.0
    if seconds:
        attendance.total += seconds
        attendance.days.add(state.calendar.day_of(at).toordinal(), seconds)


def review(state: SchoolState, now: float) -> bool:
    """Write the uptime ratios of a school, at most every few minutes. True if it did.

    A device counts from the first review after it was first heard of: what was before, this process cannot know.
    """
    state.instructional_seconds += state.calendar.instructional_seconds(state.passed_at or now, now)
    state.passed_at = now
    if state.reviewed_at is not None and 0 <= now - state.reviewed_at < REVIEW_SECONDS:
        return False
    state.reviewed_at = now
    _Review(state, now).write()
    return True


class _Review:
    """One pass over a school. Devices known since before the window share one denominator."""

    def __init__(self, state: SchoolState, now: float) -> None:
        self._state = state
        self._now = now
        today = state.calendar.day_of(now)
        self._today = today.toordinal()
        self._start, _ = state.calendar.bounds(today - timedelta(days=WINDOW_DAYS - 1))
        self._expected: dict[float, float] = {}
        self._sums: dict[DeviceClass, tuple[float, float]] = {}

    def write(self) -> None:
        for member in self._state.members.values():
            if member.device.shelved:
                self._state.drop(member, _PLACES[member.device.device_class])
            elif member.seen_at is not None:
                self._count(member)
        self._state.uptime = {kind: ratio(*both) for kind, both in self._sums.items()}

    def _count(self, member: Member) -> None:
        attendance, kind = member.attendance, member.device.device_class
        if attendance.since is None:
            attendance.since = self._now
        up, expected = attendance.days.total(self._today), self._instruction(attendance.since)
        sum_up, sum_expected = self._sums.get(kind, (0.0, 0.0))
        self._sums[kind] = (sum_up + min(up, expected), sum_expected + expected)
        self._state.put(member, _PLACES[kind], ("",), ((ratio(up, expected), attendance.total),), inf)

    def _instruction(self, since: float) -> float:
        since = max(since, self._start)
        if since not in self._expected:
            self._expected[since] = self._state.calendar.instructional_seconds(since, self._now)
        return self._expected[since]
