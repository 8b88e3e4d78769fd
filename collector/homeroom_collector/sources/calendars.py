"""Calendar files (iCalendar, RFC 5545) into days off, early dismissals and late starts. The only home of icalendar.

Districts publish these for parents, so the events are understood by their words; those that say nothing about
instruction are left alone. Only events that last all day, or at least most of it, can close a school.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import dropwhile, islice, takewhile
from typing import Any

import icalendar
from dateutil import rrule

from homeroom_collector.errors import SourceError
from homeroom_collector.rules.calendar import Bells, Patch
from homeroom_collector.sources.calendar_settings import FeedSettings

_log = logging.getLogger(__name__)
_CLOSING_HOURS = 6
_MOST_DAYS = 120
_MOST_OCCURRENCES = 1000
# What repeats by the hour or faster says nothing about school days, and would take for ever to work out.
_FREQUENCIES = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})


@dataclass(frozen=True, slots=True)
class Horizon:
    """The days that matter; what an endless repetition says beyond them is not worked out."""

    first: date
    last: date

    @classmethod
    def around(cls, today: date) -> Horizon:
        """Last year, this year and next."""
        return cls(today - timedelta(days=400), today + timedelta(days=400))


@dataclass(frozen=True, slots=True)
class Event:
    """One occurrence: its words, local days (both included), and whether it takes the whole school day."""

    summary: str
    first: date
    last: date
    whole_day: bool

    def days(self) -> Iterator[date]:
        """Every day of the event."""
        for number in range(min((self.last - self.first).days, _MOST_DAYS) + 1):
            yield self.first + timedelta(days=number)


def read(raw: bytes, feed: FeedSettings, zone: tzinfo, horizon: Horizon) -> Patch:
    """What a calendar file says about instruction. Raises SourceError where it is not one."""
    words = _Words(feed)
    off, cut = set[date](), dict[date, Bells]()
    for event in events(raw, zone, horizon):
        meaning = words.meaning(event)
        if meaning == "closed":
            off.update(event.days())
        elif meaning:
            limits = Bells(time(), feed.early_end) if meaning == "early" else Bells(feed.late_start, time.max)
            cut.update(dict.fromkeys(event.days(), limits))
    return Patch(off=frozenset(off), cut=cut)


class _Words:
    """The patterns of one feed."""

    def __init__(self, feed: FeedSettings) -> None:
        self._ignore = _pattern(feed.ignore)
        self._meanings = (
            ("early", _pattern(feed.early)),
            ("late", _pattern(feed.late)),
            ("closed", _pattern(feed.closed)),
        )

    def meaning(self, event: Event) -> str | None:
        summary = event.summary.replace("\u2019", "'")
        if self._ignore.search(summary):
            return None
        found = next((name for name, pattern in self._meanings if pattern.search(summary)), None)
        return None if found == "closed" and not event.whole_day else found


def _pattern(words: Sequence[str]) -> re.Pattern[str]:
    """Any of the words as whole words; without words, nothing."""
    options = "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in words)
    return re.compile(rf"(?<!\w)(?:{options})(?!\w)" if options else r"(?!)", re.IGNORECASE)


def events(raw: bytes, zone: tzinfo, horizon: Horizon) -> Iterator[Event]:
    """Every occurrence within the horizon, repetitions worked out, cancelled ones left out. Raises SourceError.

    An event that cannot be understood is skipped with a warning; the others stand.
    """
    try:
        calendars = icalendar.Calendar.from_ical(raw, multiple=True)
    except ValueError as error:
        raise SourceError(f"not an iCalendar file: {' '.join(str(error).split())[:200]}") from None
    if not calendars:
        raise SourceError("not an iCalendar file: no whole calendar in it")
    components = [item for calendar in calendars for item in calendar.walk("VEVENT")]
    moved = {_instance(item) for item in components if "RECURRENCE-ID" in item}
    for component in components:
        try:
            yield from _occurrences(component, zone, horizon, moved)
        except (ValueError, TypeError, AttributeError, LookupError, ArithmeticError) as error:
            _log.warning("calendar event %.80r is not understood: %s", str(component.get("SUMMARY", "")), error)


def _instance(component: Any) -> tuple[str, date]:
    return str(component.get("UID", "")), _day(component.decoded("RECURRENCE-ID"), None)


def _occurrences(component: Any, zone: tzinfo, horizon: Horizon, moved: set[tuple[str, date]]) -> Iterator[Event]:
    if str(component.get("STATUS", "")).upper() == "CANCELLED":
        return
    start, length = _timing(component)
    for begin in _starts(component, start, zone, horizon):
        replaced = "RECURRENCE-ID" not in component and (str(component.get("UID", "")), _day(begin, None)) in moved
        if not replaced:
            yield _event(str(component.get("SUMMARY", "")), begin, length, zone)


def _timing(component: Any) -> tuple[date | datetime, timedelta]:
    """When an event begins and how long it lasts (RFC 5545, 3.6.1: a date alone lasts a day)."""
    start = component.decoded("DTSTART")
    if "DTEND" in component:
        return start, component.decoded("DTEND") - start
    if "DURATION" in component:
        length: timedelta = component.decoded("DURATION")
        return start, length
    return start, timedelta() if isinstance(start, datetime) else timedelta(days=1)


def _event(summary: str, begin: date | datetime, length: timedelta, zone: tzinfo) -> Event:
    first = _day(begin, zone)
    if not isinstance(begin, datetime):
        return Event(summary, first, first + max(length - timedelta(days=1), timedelta()), whole_day=True)
    last = _day(begin + length - timedelta(microseconds=1), zone) if length else first
    return Event(summary, first, last, whole_day=length >= timedelta(hours=_CLOSING_HOURS))


def _day(moment: date | datetime, zone: tzinfo | None) -> date:
    if not isinstance(moment, datetime):
        return moment
    return (moment.astimezone(zone) if moment.tzinfo and zone else moment).date()


def _starts(component: Any, start: date | datetime, zone: tzinfo, horizon: Horizon) -> Iterator[date | datetime]:
    """Beginnings of all occurrences within the horizon."""
    if "RRULE" not in component and "RDATE" not in component:
        if horizon.first - timedelta(days=_MOST_DAYS) <= _day(start, None) <= horizon.last:
            yield start
        return
    whole = start if isinstance(start, datetime) else datetime.combine(start, time())
    left_out = {_day(moment, None) for moment in _listed(component, "EXDATE")}
    within = dropwhile(lambda begin: begin.date() < horizon.first, _rules(component, whole, zone))
    for begin in islice(takewhile(lambda begin: begin.date() <= horizon.last, within), _MOST_OCCURRENCES):
        if begin.date() not in left_out:
            yield begin if isinstance(start, datetime) else begin.date()


def _rules(component: Any, start: datetime, zone: tzinfo) -> Iterator[datetime]:
    """The repetition in floating time, so that a lesson at eight stays at eight when the clocks change."""
    found, own, floating = rrule.rruleset(), start.tzinfo or zone, start.replace(tzinfo=None)
    found.rdate(floating)
    for recur in _several(component.get("RRULE")):
        _check_pace(recur)
        found.rrule(rrule.rrulestr(_floating(recur, own), dtstart=floating))
    for moment in _listed(component, "RDATE"):
        found.rdate(datetime.combine(_day(moment, own), start.time()))
    return (moment.replace(tzinfo=start.tzinfo) for moment in found)


def _check_pace(recur: Any) -> None:
    """Refuse repetitions that would be worked out for ever. Raises ValueError."""
    frequencies = {str(each).upper() for each in recur.get("FREQ", [])}
    if not frequencies <= _FREQUENCIES or any(interval < 1 for interval in recur.get("INTERVAL", [])):
        raise ValueError(f"repeats every {recur.get('INTERVAL')} {recur.get('FREQ')}")


def _floating(recur: Any, zone: tzinfo) -> str:
    """A rule whose UNTIL, which RFC 5545 wants in UTC, is in the event's own time instead."""
    until = [
        moment.astimezone(zone).replace(tzinfo=None) if isinstance(moment, datetime) and moment.tzinfo else moment
        for moment in recur.get("UNTIL", [])
    ]
    changed: Any = icalendar.vRecur(recur)
    if until:
        changed["UNTIL"] = until
    return str(changed.to_ical().decode())


def _listed(component: Any, name: str) -> Iterator[date | datetime]:
    """Moments of a property that holds lists and may occur several times."""
    for several in _several(component.get(name)):
        for entry in several.dts:
            yield entry.dt


def _several(value: Any) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]
