"""A school calendar as ``time_intervals`` of Alertmanager: when nobody is at work. Pure.

Alertmanager knows weekdays, months and days of a month, but no dates from and to, so days off are cut at the ends of
months (prometheus.io/docs/alerting/latest/configuration, "time_interval").
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from homeroom_collector.rules.calendar import CalendarRules
from homeroom_collector.rules.ticket_policy import Staff

NAME = "unstaffed"
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip


def time_intervals(rules: CalendarRules, staff: Staff, first: date, days: int) -> list[dict[str, Any]]:
    """The section, for ``days`` from ``first``: nights, weekdays without school, and days off."""
    dates = [first + timedelta(days=number) for number in range(days)]
    taught = {day.weekday() for day in dates if rules.bells(day)}
    zone = str(rules.zone)
    off = [day for day in dates if day.weekday() in taught and not rules.bells(day)]
    parts = [*_nights(sorted(taught), staff, zone), *_free_weekdays(taught, zone), *_days_off(off, taught, zone)]
    return [{"name": NAME, "time_intervals": parts}]


def _nights(weekdays: list[int], staff: Staff, zone: str) -> Iterator[dict[str, Any]]:
    if not weekdays:
        return
    times = [
        {"start_time": "00:00", "end_time": f"{staff.start:%H:%M}"},
        {"start_time": f"{staff.end:%H:%M}", "end_time": "24:00"},
    ]
    around = [each for each in times if each["start_time"] != each["end_time"]]
    yield {"weekdays": [_WEEKDAYS[each] for each in weekdays], "times": around, "location": zone}


def _free_weekdays(taught: set[int], zone: str) -> Iterator[dict[str, Any]]:
    if free := [name for number, name in enumerate(_WEEKDAYS) if number not in taught]:
        yield {"weekdays": free, "location": zone}


def _days_off(off: Iterable[date], taught: set[int], zone: str) -> Iterator[dict[str, Any]]:
    for first, last in _runs(off, taught):
        yield {
            "years": [str(first.year)],
            "months": [_MONTHS[first.month - 1]],
            "days_of_month": [f"{first.day}:{last.day}"],
            "location": zone,
        }


def _runs(days: Iterable[date], taught: set[int]) -> Iterator[tuple[date, date]]:
    """Stretches of days within one month; weekdays that are free anyway lie within them."""
    first: date | None = None
    last: date | None = None
    for day in days:
        if first is None or last is None or day.month != last.month or _school_between(last, day, taught):
            if first is not None and last is not None:
                yield first, last
            first = day
        last = day
    if first is not None and last is not None:
        yield first, last


def _school_between(last: date, day: date, taught: set[int]) -> bool:
    between = (last + timedelta(days=number) for number in range(1, (day - last).days))
    return any(each.weekday() in taught for each in between)
