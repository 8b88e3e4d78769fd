"""``calendar.yml``: terms, bell times, days off and calendar files of the district, its levels and its schools."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

from homeroom_collector import strict
from homeroom_collector.errors import ConfigError
from homeroom_collector.rules.calendar import Bells, Patch, Span
from homeroom_collector.strict import Clock, Seconds

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LONGEST_SPAN_DAYS = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class BellSettings:
    """Instruction on some days of the week; a midday break is two of these."""

    start: Clock
    end: Clock
    days: str = "mon-fri"


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanSettings:
    """One day, or the days from ``first`` to ``last``."""

    first: date
    last: date | None = None
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialSettings:
    """A day with bells of its own, whatever else is said about it: a half day, a Saturday that makes up for snow."""

    day: date
    start: Clock
    end: Clock
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedSettings:
    """A calendar file (iCalendar), by path or by https address, and the words by which its events are understood.

    Words are looked for as whole words, in any case. ``ignore`` wins over the others.
    """

    source: str
    closed: tuple[str, ...] = (
        "no school", "no classes", "no students", "school closed", "schools closed", "holiday", "break", "recess",
        "vacation", "snow day", "teacher workday", "staff development", "professional development", "labor day",
        "thanksgiving", "christmas", "new year's day", "martin luther king", "mlk day", "presidents' day",
        "memorial day", "juneteenth", "independence day",
    )  # fmt: skip
    early: tuple[str, ...] = ("early dismissal", "early release", "half day", "minimum day", "noon dismissal")
    late: tuple[str, ...] = ("late start", "delayed opening", "two-hour delay", "2-hour delay", "2 hour delay")
    ignore: tuple[str, ...] = (
        "concert", "party", "camp", "parade", "tournament", "practice", "sale", "resumes", "resume", "return",
        "returns", "last day before", "spirit",
    )  # fmt: skip
    early_end: Clock = field(default_factory=lambda: strict.clock("12:00"))
    late_start: Clock = field(default_factory=lambda: strict.clock("10:00"))


@dataclass(frozen=True, slots=True, kw_only=True)
class PartSettings:
    """What a level or a school does otherwise. ``bells`` and ``terms`` replace, the others add."""

    bells: tuple[BellSettings, ...] = ()
    terms: tuple[SpanSettings, ...] = ()
    days_off: tuple[SpanSettings, ...] = ()
    special_days: tuple[SpecialSettings, ...] = ()
    feeds: tuple[FeedSettings, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarSettings(PartSettings):
    """The whole file: the district itself, then ``levels`` and ``schools`` by id. Feeds are read every ``refresh``."""

    refresh: Seconds = 6 * 3600.0
    levels: dict[str, PartSettings] = field(default_factory=dict)
    schools: dict[str, PartSettings] = field(default_factory=dict)

    def parts(self) -> Iterator[tuple[str, PartSettings]]:
        """The district and every part, each with its dotted path."""
        yield "", self
        yield from ((f"levels.{name}.", part) for name, part in self.levels.items())
        yield from ((f"schools.{name}.", part) for name, part in self.schools.items())


def load(path: Path) -> CalendarSettings:
    """Read and check the file. Raises ConfigError with everything that is wrong."""
    settings = strict.load(CalendarSettings, path)
    if problems := [f"{path}: {where}{text}" for where, part in settings.parts() for text in _problems(part)]:
        raise ConfigError(problems)
    return settings


def patch(part: PartSettings) -> Patch:
    """What a checked part says, without its feeds."""
    return Patch(
        week=_week(part.bells) if part.bells else None,
        terms=tuple(Span(span.first, span.last or span.first) for span in part.terms) or None,
        off=frozenset(day for span in part.days_off for day in _days(span)),
        special={day: tuple(bells) for day, bells in _special(part.special_days)},
    )


def _week(bells: Sequence[BellSettings]) -> dict[int, tuple[Bells, ...]]:
    each = [(number, Bells(bell.start, bell.end)) for bell in bells for number in weekdays(bell.days)]
    return {number: tuple(sorted(bell for day, bell in each if day == number)) for number, _ in each}


def _special(settings: Sequence[SpecialSettings]) -> Iterator[tuple[date, list[Bells]]]:
    for day in {special.day for special in settings}:
        yield day, sorted(Bells(special.start, special.end) for special in settings if special.day == day)


def _days(span: SpanSettings) -> Iterator[date]:
    last = span.last or span.first
    return (span.first + timedelta(days=number) for number in range((last - span.first).days + 1))


def weekdays(text: str) -> list[int]:
    """Days of the week such as ``mon-fri`` or ``mon, wed``; Monday is 0. Raises ValueError."""
    found: list[int] = []
    for item in text.lower().replace(",", " ").split():
        first, _, last = item.partition("-")
        found += range(_WEEKDAYS.index(first[:3]), _WEEKDAYS.index((last or first)[:3]) + 1)
    if not found:
        raise ValueError(text)
    return found


def _problems(part: PartSettings) -> list[str]:
    found = [*_bell_problems(part), *_span_problems(part)]
    return found or list(_overlaps(part))


def _bell_problems(part: PartSettings) -> Iterator[str]:
    for number, bell in enumerate(part.bells):
        try:
            weekdays(bell.days)
        except ValueError:
            yield f"bells[{number}].days: {bell.days!r} is not understood; for example mon-fri, or mon wed"
    times = [(f"bells[{number}]", bell.start, bell.end) for number, bell in enumerate(part.bells)]
    times += [(f"special_days[{number}]", each.start, each.end) for number, each in enumerate(part.special_days)]
    yield from (f"{where}.end: must be later than start" for where, start, end in times if end <= start)


def _span_problems(part: PartSettings) -> Iterator[str]:
    for name, spans in (("terms", part.terms), ("days_off", part.days_off)):
        for number, span in enumerate(spans):
            if not 0 <= ((span.last or span.first) - span.first).days <= _LONGEST_SPAN_DAYS:
                yield f"{name}[{number}].last: must be on or after first, and within {_LONGEST_SPAN_DAYS} days"


def _overlaps(part: PartSettings) -> Iterator[str]:
    week = ((f"bells: {_WEEKDAYS[number]}", bells) for number, bells in _week(part.bells).items())
    special = ((f"special_days: {day}", bells) for day, bells in _special(part.special_days))
    for where, bells in (*week, *special):
        if any(later.start < earlier.end for earlier, later in pairwise(bells)):
            yield f"{where} has times that overlap"
