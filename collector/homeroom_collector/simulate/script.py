"""Scripts: YAML files that say what goes wrong when. Made into faults with a known subject, start and end.

``docs/simulate.md`` explains them; ``scripts/`` has those that come with Homeroom.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import islice
from pathlib import Path

from homeroom_collector import strict
from homeroom_collector.errors import ConfigError
from homeroom_collector.simulate.chance import key_of, mixed, unit
from homeroom_collector.simulate.district import District
from homeroom_collector.simulate.faults import MEANING, SILENT, Cause, Fault, Faults, SubjectKind
from homeroom_collector.simulate.growth import OFFICE
from homeroom_collector.simulate.school_year import SchoolYears
from homeroom_collector.simulate.use import Use
from homeroom_collector.strict import Clock, Seconds

BUILT_IN = Path(__file__).parent / "scripts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One kind of trouble. ``day`` is a school day counted from the start (1 is the first), ``on`` a date.

    It befalls ``subject`` (a school id, a serial number, the name of gear), or ``count`` or the ``share`` of all that
    it can befall, drawn from the seed, of ``school`` or of a ``level`` where one is named; computers that are in use
    while it lasts come first. Each begins within ``spread`` after the time given, and is over after ``lasts``.
    ``amount`` is how much, as the kind counts it.
    """

    cause: Cause
    day: int | None = None
    on: date | None = None
    at: Clock = field(default_factory=lambda: strict.clock("00:00"))
    lasts: Seconds
    spread: Seconds = 0.0
    subject: str = ""
    school: str = ""
    level: str = ""
    count: int | None = None
    share: float | None = None
    amount: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """What happens, and on which day it begins."""

    about: str = ""
    start: date | None = None
    events: tuple[Event, ...] = ()


def names() -> list[str]:
    """Names of the scripts that come with Homeroom."""
    return sorted(path.stem for path in BUILT_IN.glob("*.yml"))


def load(name_or_path: str) -> Script:
    """Read a script, one that comes with Homeroom or a file. Raises ConfigError with everything that is wrong."""
    path = BUILT_IN / f"{name_or_path}.yml"
    path = path if name_or_path in names() else Path(name_or_path)
    script = strict.load(Script, path)
    found = [f"{path}: events[{n}]: {text}" for n, event in enumerate(script.events) for text in _problems(event)]
    if found:
        raise ConfigError(found)
    return script


def _problems(event: Event) -> Iterator[str]:
    if (event.day is None) == (event.on is None):
        yield "give either day (1 is the first school day) or on (a date)"
    if event.day is not None and event.day < 1:
        yield "day: 1 is the first school day"
    if event.lasts <= 0:
        yield "lasts: must be more than 0"
    if sum(value is not None for value in (event.subject or None, event.count, event.share)) > 1:
        yield "subject, count and share exclude each other"
    if event.count is not None and event.count < 1:
        yield "count: must be at least 1"
    if event.share is not None and not 0 < event.share <= 1:
        yield "share: must be above 0 and at most 1"


def faults(script: Script, district: District, years: SchoolYears, start: date) -> list[Fault]:
    """Say what goes wrong in a district. Raises ConfigError for a subject or a school that it does not have."""
    found: list[Fault] = []
    problems: dict[int, str] = {}
    # What keeps a computer asleep goes first: nobody would see what else is wrong with it.
    for number, event in sorted(enumerate(script.events), key=lambda each: each[1].cause not in SILENT):
        try:
            found += _befall(event, number, district, years, start, known=found)
        except ValueError as error:
            problems[number] = f"events[{number}]: {error}"
    if problems:
        raise ConfigError([problems[number] for number in sorted(problems)])
    return sorted(found)


def closures(found: Sequence[Fault], years: SchoolYears) -> Iterator[tuple[str, date]]:
    """Schools and days that the snow closes."""
    for fault in found:
        if fault.cause is Cause.SNOW_DAY:
            day, last = years.day_of(fault.start), years.day_of(fault.end - 1)
            while day <= last:
                yield fault.subject, day
                day += timedelta(days=1)


def _befall(
    event: Event, number: int, district: District, years: SchoolYears, start: date, *, known: Sequence[Fault]
) -> Iterator[Fault]:
    subject = MEANING[event.cause].subject
    candidates = _candidates(event, subject, district)
    drawn = _as_drawn(event, number, candidates, district.seed, begins=_begins(event, years, start))
    if subject == "computer":
        drawn = Use(district, years, Faults(known)).first(drawn)
    wanted = event.count or (1 if event.share is None else max(1, round(event.share * len(candidates))))
    return islice(drawn, wanted)


def _begins(event: Event, years: SchoolYears, start: date) -> float:
    return years.instant(event.on or years.school_day(start, event.day or 1), event.at)


def _as_drawn(
    event: Event, number: int, candidates: list[tuple[str, str]], seed: int, *, begins: float
) -> Iterator[Fault]:
    """What it would do to each that it can befall, in the order of the draw."""
    amount = MEANING[event.cause].amount if event.amount is None else event.amount
    for name, school_id in _order(event, number, candidates, seed):
        at = begins + event.spread * unit(seed, 21, number, key_of(name))
        yield Fault(start=at, end=at + event.lasts, cause=event.cause, subject=name, school_id=school_id, amount=amount)


def _order(event: Event, number: int, candidates: list[tuple[str, str]], seed: int) -> list[tuple[str, str]]:
    if event.subject:
        found = [each for each in candidates if each[0] == event.subject]
        if not found:
            raise ValueError(f"{event.cause}: nothing here is called {event.subject!r}")
        return found
    if not candidates:
        raise ValueError(f"{event.cause}: there is nothing that it could befall")
    return sorted(candidates, key=lambda each: mixed(seed, 20, number, key_of(each[0])))


def _candidates(event: Event, kind: SubjectKind, district: District) -> list[tuple[str, str]]:
    """Names, each with its school."""
    schools = {school.school_id: school for school in district.schools if school.school_id != OFFICE}
    if event.school and event.school not in schools:
        raise ValueError(f"school {event.school!r} is not in this district")
    wanted = {
        school_id
        for school_id, school in schools.items()
        if event.school in ("", school_id) and event.level in ("", school.level)
    }
    if kind == "school":
        found = [(school_id, school_id) for school_id in schools]
    elif kind == "computer":
        found = [(laptop.serial, laptop.school_id) for laptop in district.laptops]
    else:
        found = [(gear.name, gear.school_id) for gear in district.gear if gear.kind == kind]
    return [each for each in found if each[1] in wanted]
