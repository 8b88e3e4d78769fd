"""The pretended district's school years: the calendar file it would write, and the same as rules. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from homeroom_collector.rules.calendar import Bells, CalendarRules, Patch, SchoolCalendar, Span

_DAY = (Bells(time(8), time(15)),)
_BELLS = {"middle": (Bells(time(8, 30), time(15, 30)),), "high": (Bells(time(7, 30), time(14, 30)),)}
"""What a level does otherwise than ``_DAY``."""


class SchoolYears:
    """When there is school, for each school; snow days of a script included.

    ``first`` and ``last`` are the years in which a school year may begin or end. Things age from ``epoch`` on, the
    first of July of ``first``.
    """

    def __init__(
        self, zone: str, first: int, last: int, *, levels: Mapping[str, str], closed: Iterable[tuple[str, date]] = ()
    ) -> None:
        self.zone, self.years = ZoneInfo(zone), range(first - 1, last + 1)
        self.first_day = date(first - 1, 7, 1)
        self.epoch = self.instant_of(date(first, 7, 1))
        self._levels, self._closed = levels, frozenset(closed)
        # Asked for each device and day; there are few levels.
        self._of_level = cache(self._made)
        self._days = cache(self._listed)
        self._sorted = cache(self._in_order)

    def closing(self, closed: Iterable[tuple[str, date]]) -> SchoolYears:
        """The same years with more schools closed on some days."""
        zone, first, last = str(self.zone), self.years.start + 1, self.years.stop - 1
        return SchoolYears(zone, first, last, levels=self._levels, closed=self._closed | frozenset(closed))

    def calendar(self, level: str) -> SchoolCalendar:
        """Calendar of a level."""
        return self._of_level(level)

    def level_of(self, school_id: str) -> str:
        """Level of a school; ``other`` for one that is not known."""
        return self._levels.get(school_id, "other")

    def session(self, school_id: str, day: date) -> tuple[float, float] | None:
        """First and last bell of a day as instants; None where there is no school."""
        if (school_id, day) in self._closed:
            return None
        return self._days(self.level_of(school_id)).get(day)

    def days_before(self, school_id: str, day: date) -> int:
        """How many school days there were before this one, snow days counted."""
        return bisect_left(self._sorted(self.level_of(school_id)), day)

    def is_long_break(self, school_id: str, day: date) -> bool:
        """Whether a day lies in a break of more than three weeks, such as summer."""
        days = self._sorted(self.level_of(school_id))
        place = bisect_left(days, day)
        return place in (0, len(days)) or (days[place] - days[place - 1]).days > 21

    def school_day(self, start: date, number: int) -> date:
        """The ``number``-th school day (from 1) on or after a date. Raises ValueError past the last."""
        days = self._sorted("other")
        place = bisect_left(days, start) + number - 1
        if not 0 <= place < len(days):
            raise ValueError(f"school day {number} from {start} lies outside the calendar")
        return days[place]

    def day_of(self, at: float) -> date:
        """Local date of an instant."""
        return self.local(at).date()

    def local(self, at: float) -> datetime:
        """Local date and time of an instant."""
        return datetime.fromtimestamp(at, self.zone)

    def instant_of(self, day: date) -> float:
        """The first instant of a day."""
        return self.instant(day, time())

    def instant(self, day: date, clock: time) -> float:
        """A local time of day as Unix seconds."""
        return datetime.combine(day, clock, self.zone).timestamp()

    def _in_order(self, level: str) -> list[date]:
        return sorted(self._days(level))

    def _made(self, level: str) -> SchoolCalendar:
        week = dict.fromkeys(range(5), _BELLS.get(level, _DAY))
        rules = CalendarRules(zone=self.zone).patched(
            Patch(week=week, terms=tuple(terms(self.years)), off=frozenset(holidays(self.years)))
        )
        return SchoolCalendar(rules)

    def _listed(self, level: str) -> dict[date, tuple[float, float]]:
        rules, found = self.calendar(level).rules, {}
        for term in rules.terms:
            for number in range((term.last - term.first).days + 1):
                day = term.first + timedelta(days=number)
                if bells := rules.bells(day):
                    found[day] = self.instant(day, bells[0].start), self.instant(day, bells[-1].end)
        return found

    def document(self) -> dict[str, object]:
        """The same as the content of ``calendar.yml``; what a script closes is not in it, as nobody knew."""
        return {
            "bells": [_bells(_DAY)],
            "terms": [{"first": str(term.first), "last": str(term.last)} for term in terms(self.years)],
            "days_off": [{"first": str(day)} for day in sorted(holidays(self.years))],
            "levels": {level: {"bells": [_bells(bells)]} for level, bells in _BELLS.items()},
        }


def _bells(bells: tuple[Bells, ...]) -> dict[str, str]:
    return {"days": "mon-fri", "start": f"{bells[0].start:%H:%M}", "end": f"{bells[0].end:%H:%M}"}


def terms(years: Iterable[int]) -> Iterator[Span]:
    """Autumn and spring of each school year that begins in one of these years."""
    for year in years:
        yield Span(_weekday_from(date(year, 8, 20), 0), date(year, 12, 19))
        yield Span(_weekday_from(date(year + 1, 1, 3), 1), date(year + 1, 6, 5))


def holidays(years: Iterable[int]) -> Iterator[date]:
    """Labor Day, three days of Thanksgiving, Martin Luther King Day, a week in spring, and Memorial Day."""
    for year in years:
        yield _weekday_from(date(year, 9, 1), 0)
        thanksgiving = _weekday_from(date(year, 11, 22), 3)
        yield from (thanksgiving + timedelta(days=number) for number in (-1, 0, 1))
        yield _weekday_from(date(year + 1, 1, 15), 0)
        spring = _weekday_from(date(year + 1, 3, 20), 0)
        yield from (spring + timedelta(days=number) for number in range(5))
        yield _weekday_from(date(year + 1, 5, 25), 0)


def _weekday_from(day: date, weekday: int) -> date:
    return day + timedelta(days=(weekday - day.weekday()) % 7)
