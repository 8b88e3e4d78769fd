"""``rules.yml``: thresholds of all rules, for the district and for schools that differ. Strict."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

from homeroom_collector import strict
from homeroom_collector.errors import ConfigError
from homeroom_collector.rules.calendar import Season
from homeroom_collector.rules.health.calm import Marks, marks_of
from homeroom_collector.rules.health.catalog import DEFAULTS, switched_on
from homeroom_collector.rules.health.rule import Hours, Rule, Rules
from homeroom_collector.rules.problem import Severity
from homeroom_collector.rules.problem_state import Pace
from homeroom_collector.strict import Seconds

_NAMES = {name: f"{name}_seconds" for name in ("lasts", "clears", "reopens", "window")}


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSettings:
    """What is set otherwise for one kind of problem; None leaves it as it is."""

    severity: Severity | None = None
    hours: Hours | None = None
    enter: float | None = None
    leave: float | None = None
    lasts: Seconds | None = None
    clears: Seconds | None = None
    reopens: Seconds | None = None
    window: Seconds | None = None
    at_least: int | None = None
    enabled: bool | None = None


RuleTable: Any = dataclasses.make_dataclass(
    "RuleTable",
    [(kind, RuleSettings, field(default=RuleSettings())) for kind in DEFAULTS],
    frozen=True,
    kw_only=True,
    namespace={"__doc__": "One entry for each kind of problem."},
)

_Day = Annotated[str, strict.shaped(r"\d\d-\d\d", "a month and a day, such as 05-25")]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeasonSettings:
    """Part of every year, month and day, both included."""

    first: _Day
    last: _Day

    def season(self) -> Season:
        """As the rules want it."""
        return Season(_month_and_day(self.first), _month_and_day(self.last))


def _month_and_day(text: str) -> tuple[int, int]:
    month, _, day = text.partition("-")
    return (int(month), int(day))


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemSettings:
    """The whole file. ``collection``: when laptops are collected, and silence is a list instead of problems."""

    every: Seconds = 10.0
    keep_closed: Seconds = 400 * 86_400.0
    critical_members: int = 20
    collection: list[SeasonSettings] = field(default_factory=list)
    rules: RuleTable = field(default_factory=RuleTable)
    schools: dict[str, RuleTable] = field(default_factory=dict)


class RuleBook:
    """The rules of every school. ``every_seconds`` is how often to look, ``keep_closed_seconds`` how long to keep."""

    def __init__(self, settings: ProblemSettings) -> None:
        self.every_seconds = settings.every
        self.keep_closed_seconds = settings.keep_closed
        self.critical_members = settings.critical_members
        self.collection = tuple(each.season() for each in settings.collection)
        district = _changed(DEFAULTS, settings.rules)
        self._district = switched_on(district)
        self._schools = {school: switched_on(_changed(district, table)) for school, table in settings.schools.items()}
        self._district_marks = marks_of(self._district)
        self._marks = {school: marks_of(rules) for school, rules in self._schools.items()}

    def of(self, school: str) -> Rules:
        """Rules of one school; empty is the district."""
        return self._schools.get(school, self._district)

    def marks(self, school: str) -> Marks:
        """From where on values of a school's computers are wrong."""
        return self._marks.get(school, self._district_marks)

    def rule(self, school: str, kind: str) -> Rule | None:
        """One rule, None where it is switched off."""
        return self.of(school).get(kind)

    def pace(self, school: str, kind: str) -> Pace:
        """How long a problem must last. One whose rule is gone closes at once."""
        rule = self.rule(school, kind)
        if rule is None:
            return Pace()
        return Pace(
            lasts_seconds=rule.lasts_seconds,
            clears_seconds=rule.clears_seconds,
            reopens_seconds=rule.reopens_seconds,
            instructional=rule.hours == "instructional",
        )

    @property
    def longest_reopens_seconds(self) -> float:
        """How far back to look for problems that may come back."""
        books = (self._district, *self._schools.values())
        return max((rule.reopens_seconds for book in books for rule in book.values()), default=0.0)

    @cached_property
    def schools(self) -> tuple[str, ...]:
        """Schools that have rules of their own."""
        return tuple(self._schools)


def load(path: Path | None) -> RuleBook:
    """Read and check the file; None lives by the defaults. Raises ConfigError with everything that is wrong."""
    settings = strict.load(ProblemSettings, path) if path else ProblemSettings()
    if problems := [f"{path}: {problem}" for problem in _problems(settings)]:
        raise ConfigError(problems)
    return RuleBook(settings)


def _changed(rules: Mapping[str, Rule], table: Any) -> dict[str, Rule]:
    return {kind: replace(rule, **_given(getattr(table, kind))) for kind, rule in rules.items()}


def _given(settings: RuleSettings) -> dict[str, Any]:
    values = {each.name: getattr(settings, each.name) for each in fields(settings)}
    return {_NAMES.get(name, name): value for name, value in values.items() if value is not None}


def _problems(settings: ProblemSettings) -> Iterator[str]:
    if settings.every < 1:
        yield "every: must be at least 1s"
    if settings.critical_members < 1:
        yield "critical_members: must be at least 1"
    for number, season in enumerate(settings.collection):
        for name in ("first", "last"):
            month, day = _month_and_day(getattr(season, name))
            if not (1 <= month <= 12 and 1 <= day <= 31):
                yield f"collection[{number}].{name}: {getattr(season, name)!r} is not a day; write 05-25"
    yield from _of_table("rules", DEFAULTS, settings.rules)
    district = _changed(DEFAULTS, settings.rules)
    for school, table in settings.schools.items():
        yield from _of_table(f"schools.{school}", district, table)


def _of_table(path: str, rules: Mapping[str, Rule], table: Any) -> Iterator[str]:
    for kind, rule in rules.items():
        given = _given(getattr(table, kind))
        for name in ("enter", "leave", "window_seconds", "at_least"):
            if name in given and getattr(rule, name) is None:
                yield f"{path}.{kind}.{name.removesuffix('_seconds')}: this rule has none"
        changed, default = replace(rule, **given), DEFAULTS[kind]
        if None not in (changed.enter, changed.leave) and _wrong_way(changed, default):
            yield f"{path}.{kind}: leave ({changed.leave:g}) lies on the wrong side of enter ({changed.enter:g})"


def _wrong_way(changed: Rule, default: Rule) -> bool:
    """Whether a rule would leave before it entered, seen from which way its default goes."""
    assert changed.enter is not None
    assert changed.leave is not None
    assert default.enter is not None
    assert default.leave is not None
    falls = default.leave < default.enter
    return changed.leave > changed.enter if falls else changed.leave < changed.enter
