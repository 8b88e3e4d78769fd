"""When a pretended computer is awake, and where. Pure: one computer and one day in, stretches of time out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta

from homeroom_collector.simulate.chance import between, unit
from homeroom_collector.simulate.district import Laptop
from homeroom_collector.simulate.school_year import SchoolYears

_ABSENT = 0.05
_EVENING, _WEEKEND, _BREAK = 0.5, 0.3, 0.08
"""How likely a pupil opens the laptop at home: after school, on a day off, in a long break."""
_LESSONS = 3
_LONGEST_DAYS_UP = 7
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Awake from ``start`` until ``end``, Unix seconds."""

    start: float
    end: float
    on_campus: bool

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Day:
    """One day of one computer. ``booted_at`` is None on a day on which it stays off.

    ``awake_before`` are seconds awake since the boot and before this day. ``boots_total`` is counted over its life.
    """

    stretches: tuple[Stretch, ...]
    booted_at: float | None
    awake_before: float
    boots_total: int

    def awake_seconds(self, at: float) -> float:
        """Seconds awake since the boot."""
        return self.awake_before + sum(max(0.0, min(at, each.end) - each.start) for each in self.stretches)

    def stretch_at(self, at: float) -> Stretch | None:
        """The stretch that holds an instant."""
        return next((each for each in self.stretches if each.start <= at < each.end), None)


class Habits:
    """The habits of all computers of a district."""

    def __init__(self, seed: int, years: SchoolYears) -> None:
        self._seed, self._years = seed, years

    def day(self, laptop: Laptop, day: date) -> Day:
        """What a computer does on a day.

        It starts anew every so many school days, and sleeps in between; each computer has its own number of days.
        """
        stretches = self.stretches(laptop, day)
        if not stretches:
            return Day((), None, 0.0, 0)
        period = self._period(laptop, day)
        booted_at, awake_before = stretches[0].start, 0.0
        earlier = day - _ONE_DAY
        while self._period(laptop, earlier) == period and earlier > self._years.first_day:
            if found := self.stretches(laptop, earlier):
                booted_at = found[0].start
                awake_before += sum(each.seconds for each in found)
            earlier -= _ONE_DAY
        return Day(tuple(stretches), booted_at, awake_before, 40 + period)

    def _period(self, laptop: Laptop, day: date) -> int:
        """Number of the stretch of school days between two boots; days off belong to the school day after them."""
        every = 1 + int(between(0, _LONGEST_DAYS_UP, self._seed, 30, laptop.number))
        return (self._years.days_before(laptop.school_id, day) + laptop.number % 97) // every

    def stretches(self, laptop: Laptop, day: date) -> list[Stretch]:
        """When it is awake on a day, in order."""
        draw = (self._seed, 31, laptop.number, day.toordinal())
        session = self._years.session(laptop.school_id, day)
        if session is not None and unit(*draw, 0) < _ABSENT:
            session = None
        found = list(self._at_school(laptop, session, draw)) if session else []
        if laptop.assignment in ("one_to_one", "staff") and unit(*draw, 1) < self._home(laptop, day, bool(session)):
            start = self._years.instant(day, time(16)) + between(0, 3 * 3600, *draw, 2)
            found.append(Stretch(start, start + between(1200, 9000, *draw, 3), on_campus=False))
        return found

    def _home(self, laptop: Laptop, day: date, in_school: bool) -> float:  # noqa: FBT001 - says what the day was
        if in_school:
            return _EVENING
        return _BREAK if self._years.is_long_break(laptop.school_id, day) else _WEEKEND

    def _at_school(self, laptop: Laptop, session: tuple[float, float], draw: tuple[int, ...]) -> Iterator[Stretch]:
        first, last = session
        if laptop.assignment == "cart":
            yield from self._lessons(first, last, draw)
        elif laptop.assignment == "staff":
            yield Stretch(first - between(900, 3600, *draw, 4), last + between(600, 3600, *draw, 5), on_campus=True)
        else:
            # Everyone at once: most lids open within a few minutes of the bell.
            start = first + between(-240, 420, *draw, 4)
            yield Stretch(start, last + between(-300, 240, *draw, 5), on_campus=True)

    def _lessons(self, first: float, last: float, draw: tuple[int, ...]) -> Iterator[Stretch]:
        """A cart goes out for some of the lessons of a day."""
        length = (last - first) / _LESSONS
        for number in range(_LESSONS):
            if unit(*draw, 6, number) < 0.6:
                begin = first + number * length
                start, end = between(120, 600, *draw, 7, number), length - between(300, 900, *draw, 8, number)
                yield Stretch(begin + start, begin + end, on_campus=True)
