"""A device's days by month, or by year where there are many: reports, boots, crashes, uptime, answered polls. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from homeroom_collector.history.day import Day
from homeroom_collector.views.charts import NARROW, Bars, bars
from homeroom_collector.views.pages.words import number, percent

_MOST_MONTHS = 12
_LEAST_TOP = 4.0
"""Below it, round marks of a count would be fractions."""


@dataclass(slots=True)
class Period:
    """What happened in a month or a year. None: it was not measured; events count from the day after the first."""

    name: str
    reports: int = 0
    boots: int | None = None
    crashes: int | None = None
    longest_uptime_seconds: float | None = None
    polls: int = 0
    polls_answered: int = 0


@dataclass(frozen=True, slots=True)
class Counted:
    """One day, with what is new since the day before in counters that only grow."""

    day: Day
    boots: int | None
    crashes: int | None


def charts(days: Sequence[Day]) -> list[Bars]:
    """Charts of everything that the days know; none before there are two months to compare."""
    found = periods(days)
    if len(found) < 2:
        return []
    gear = any(each.polls for each in found)
    drawn = (
        None if gear else _counts("Reports", found, lambda each: each.reports),
        _chart("Polls that were answered", found, _answered, percent, highest=1.0),
        _chart("Days without a restart, the longest time", found, _days, lambda days: f"{round(days, 1):g}"),
        _counts("Boots", found, lambda each: each.boots),
        _counts("Crashes and unexpected ends", found, lambda each: each.crashes),
    )
    return [chart for chart in drawn if chart]


def periods(days: Sequence[Day]) -> list[Period]:
    """Days, in order, by month; by year where there are more months than a chart can name."""
    by_year = len({day.day // 100 for day in days}) > _MOST_MONTHS
    found: dict[int, Period] = {}
    for each in counted(days):
        year, month = each.day.day // 10_000, each.day.day // 100 % 100
        key = year if by_year else year * 100 + month
        if key not in found:
            found[key] = Period(str(year) if by_year else _named(year, month, first=not found))
        _add(found[key], each)
    return list(found.values())


def _named(year: int, month: int, *, first: bool) -> str:
    """A month; the first one and January say their year, which is too long for all of them."""
    return f"{date(year, month, 1):%b %y}" if first or month == 1 else f"{date(year, month, 1):%b}"


def counted(days: Iterable[Day]) -> Iterator[Counted]:
    """What each day added. A counter that went back began anew (a new installation): only what it grew since counts."""
    boots: int | None = None
    ends: int | None = None
    for day in days:
        more = None
        if day.boots_total_max is not None and day.boots_total_min is not None:
            low, boots = boots, day.boots_total_max
            since = day.boots_total_min if low is None or low > day.boots_total_min else low
            more = boots - since
        total = _ends(day)
        grown = None if total is None else total - ends if ends is not None and total >= ends else 0
        ends = ends if total is None else total
        yield Counted(day, more, grown)


def _ends(day: Day) -> int | None:
    known = [each for each in (day.unexpected_shutdowns_total_max, day.crashes_total_max) if each is not None]
    return sum(known) if known else None


def _add(period: Period, each: Counted) -> None:
    day = each.day
    period.reports += day.reports
    period.polls += day.polls
    period.polls_answered += day.polls_answered
    if each.boots is not None:
        period.boots = (period.boots or 0) + each.boots
    if each.crashes is not None:
        period.crashes = (period.crashes or 0) + each.crashes
    if day.uptime_seconds_max is not None:
        period.longest_uptime_seconds = max(period.longest_uptime_seconds or 0.0, day.uptime_seconds_max)


def _answered(period: Period) -> float | None:
    return period.polls_answered / period.polls if period.polls else None


def _days(period: Period) -> float | None:
    longest = period.longest_uptime_seconds
    return None if longest is None else longest / 86_400.0


def _counts(title: str, found: Sequence[Period], value: Callable[[Period], int | None]) -> Bars | None:
    most = max((value(each) or 0 for each in found), default=0)
    return _chart(title, found, value, lambda count: number(round(count)), highest=max(float(most), _LEAST_TOP))


def _chart(
    title: str,
    found: Sequence[Period],
    value: Callable[[Period], float | None],
    say: Callable[[float], str],
    *,
    highest: float | None = None,
) -> Bars | None:
    known = [(each.name, float(told)) for each in found if (told := value(each)) is not None]
    return bars(title, known, say=say, highest=highest, width=NARROW)
