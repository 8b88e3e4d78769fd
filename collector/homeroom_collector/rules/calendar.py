"""A school's calendar: when there is instruction, and how much of it lies between two instants. Pure.

Days and bell times are local; answers are Unix seconds, so a change of the clocks between two instants is counted as
it happens. The bells of one day never reach past midnight.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import accumulate
from math import inf
from types import MappingProxyType

_YEARS_BACK = 3


@dataclass(frozen=True, slots=True, order=True)
class Bells:
    """Instruction of one day, local time; ``end`` is later than ``start``. A midday break is two of these."""

    start: time
    end: time


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Days from ``first`` to ``last``, both included."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True, order=True)
class Season:
    """A part of every year, from one (month, day) to another, both included; it may reach over New Year."""

    first: tuple[int, int]
    last: tuple[int, int]

    def __contains__(self, day: date) -> bool:
        point = (day.month, day.day)
        if self.first <= self.last:
            return self.first <= point <= self.last
        return point >= self.first or point <= self.last


_DAY = (Bells(time(8), time(15)),)
_WEEK: Mapping[int, tuple[Bells, ...]] = MappingProxyType(dict.fromkeys(range(5), _DAY))


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """What one level or one school does otherwise. None and empty change nothing; days off and special days are added.

    A day that is off here is off, whatever was planned for it; one that is special here takes place.
    """

    week: Mapping[int, tuple[Bells, ...]] | None = None
    terms: tuple[Span, ...] | None = None
    off: frozenset[date] = frozenset()
    special: Mapping[date, tuple[Bells, ...]] = field(default_factory=dict)
    cut: Mapping[date, Bells] = field(default_factory=dict)

    def joined(self, other: Patch) -> Patch:
        """What both say; where they disagree, the other one holds."""
        return Patch(
            week=self.week if other.week is None else other.week,
            terms=self.terms if other.terms is None else other.terms,
            off=self.off | other.off,
            special={**self.special, **other.special},
            cut={**self.cut, **other.cut},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarRules:
    """What a district says about its days.

    A day in ``special`` has exactly those bells. Any other day in ``off`` or outside the ``terms`` has none. The rest
    have the bells of their weekday (0 is Monday), on a day in ``cut`` only what of them lies within. No terms at all
    stands for the ``seasons`` of every year.
    """

    zone: tzinfo
    week: Mapping[int, tuple[Bells, ...]] = field(default_factory=lambda: _WEEK)
    terms: tuple[Span, ...] = ()
    seasons: tuple[Season, ...] = (Season((8, 15), (12, 23)), Season((1, 2), (6, 15)))
    off: frozenset[date] = frozenset()
    special: Mapping[date, tuple[Bells, ...]] = field(default_factory=dict)
    cut: Mapping[date, Bells] = field(default_factory=dict)

    def bells(self, day: date) -> tuple[Bells, ...]:
        """Instruction of a day, in order; empty where there is none."""
        if day in self.special:
            return self.special[day]
        if day in self.off or not any(day in span for span in self.terms or self.seasons):
            return ()
        bells = self.week.get(day.weekday(), ())
        return tuple(_within(bells, self.cut[day])) if day in self.cut else bells

    def patched(self, patch: Patch) -> CalendarRules:
        """These rules with what a level or a school does otherwise."""
        planned = {day: bells for day, bells in self.special.items() if day not in patch.off}
        return replace(
            self,
            week=self.week if patch.week is None else patch.week,
            terms=self.terms if patch.terms is None else patch.terms,
            off=self.off | patch.off,
            special=planned | dict(patch.special),
            cut={**self.cut, **patch.cut},
        )

    def closed_on(self, *days: date) -> CalendarRules:
        """The same rules with more days off, also where a special day was planned."""
        return self.patched(Patch(off=frozenset(days)))


def _within(bells: tuple[Bells, ...], limits: Bells) -> Iterator[Bells]:
    for each in bells:
        start, end = max(each.start, limits.start), min(each.end, limits.end)
        if start < end:
            yield Bells(start, end)


@dataclass(frozen=True, slots=True)
class _Year:
    """Bells of one calendar year as instants, and the instruction given before each of them."""

    starts: list[float]
    ends: list[float]
    before: list[float]

    def until(self, at: float) -> float:
        """Instructional seconds from the start of the year to ``at``."""
        place = bisect_right(self.starts, at) - 1
        if place < 0:
            return 0.0
        return self.before[place] + min(at, self.ends[place]) - self.starts[place]

    @property
    def total(self) -> float:
        """Instructional seconds of the whole year."""
        return self.before[-1]

    def reached(self, seconds: float) -> float:
        """The latest instant at which ``seconds`` of the year's instruction had been given. Below ``total``."""
        place = bisect_right(self.before, seconds) - 1
        return self.starts[place] + seconds - self.before[place]


class SchoolCalendar:
    """Questions about instruction, answered by search in each year's list of bells, which is made when first asked."""

    __slots__ = ("_years", "rules")

    def __init__(self, rules: CalendarRules) -> None:
        self.rules = rules
        self._years: dict[int, _Year] = {}

    def in_session(self, at: float) -> bool:
        """Whether there is instruction at this instant."""
        year = self._year(self._local(at).year)
        place = bisect_right(year.starts, at) - 1
        return place >= 0 and at < year.ends[place]

    def stretch(self, at: float) -> tuple[float, float, bool]:
        """The stretch of time around an instant in which it is either all instruction or none: start, end, which.

        The end is not included. A stretch without instruction ends with its calendar year at the latest.
        """
        year = self._year(self._local(at).year)
        place = bisect_right(year.starts, at) - 1
        if place >= 0 and at < year.ends[place]:
            return year.starts[place], year.ends[place], True
        start = year.ends[place] if place >= 0 else at
        return start, year.starts[place + 1] if place + 1 < len(year.starts) else at, False

    def instructional_seconds(self, start: float, end: float) -> float:
        """Instruction between two instants; 0 where ``end`` is not after ``start``."""
        if end <= start:
            return 0.0
        first, last = self._local(start).year, self._local(end).year
        whole = sum(self._year(number).total for number in range(first, last))
        return whole + self._year(last).until(end) - self._year(first).until(start)

    def instant_before(self, at: float, seconds: float) -> float:
        """The latest instant since which ``seconds`` of instruction have been given by ``at``.

        Minus infinity where there was not that much in the last three years.
        """
        number = self._local(at).year
        given = self._year(number).until(at)
        for year in range(number, number - _YEARS_BACK, -1):
            if given >= seconds > 0:
                return self._year(year).reached(given - seconds)
            given += self._year(year - 1).total
        return -inf if seconds > 0 else at

    def days_before(self, at: float, days: int) -> float:
        """The first bell of the ``days``-th last instructional day that is over at ``at``; minus infinity if none."""
        day = self._local(at).date()
        if not self.day_is_over(day, at):
            day -= timedelta(days=1)
        for _ in range(_YEARS_BACK * 366):
            bells = self.rules.bells(day)
            days -= bool(bells)
            if not days:
                return self._instant(day, bells[0].start)
            day -= timedelta(days=1)
        return -inf

    def day_is_over(self, day: date, at: float) -> bool:
        """Whether the last bell of a day has rung; a day without bells is over."""
        bells = self.rules.bells(day)
        return not bells or self._instant(day, bells[-1].end) <= at

    def day_of(self, at: float) -> date:
        """The school's date at an instant."""
        return self._local(at).date()

    def bounds(self, day: date) -> tuple[float, float]:
        """The instants at which a day of the school begins and ends: 23, 24 or 25 hours apart."""
        return self._instant(day, time()), self._instant(day + timedelta(days=1), time())

    def _local(self, at: float) -> datetime:
        return datetime.fromtimestamp(at, self.rules.zone)

    def _instant(self, day: date, clock: time) -> float:
        return datetime.combine(day, clock, self.rules.zone).timestamp()

    def _year(self, number: int) -> _Year:
        year = self._years.get(number)
        if year is None:
            year = self._years[number] = self._made(number)
        return year

    def _made(self, number: int) -> _Year:
        spans = list(self._spans(number))
        starts, ends = [start for start, _ in spans], [end for _, end in spans]
        return _Year(starts, ends, list(accumulate((end - start for start, end in spans), initial=0.0)))

    def _spans(self, number: int) -> Iterator[tuple[float, float]]:
        day = date(number, 1, 1)
        while day.year == number:
            for bells in self.rules.bells(day):
                yield self._instant(day, bells.start), self._instant(day, bells.end)
            day += timedelta(days=1)
