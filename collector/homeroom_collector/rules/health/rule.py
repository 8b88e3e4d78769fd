"""What a rule asks, what a look found, and the judging of one value with hysteresis. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import ge, le
from typing import Literal

from homeroom_collector.rules.problem import Evidence, Severity

Hours = Literal["always", "instructional"]
DAY, HOUR, MINUTE = 86_400.0, 3_600.0, 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What a kind of problem asks. None: the rule has no such threshold.

    It holds from ``enter`` on and until ``leave``. It opens once it held for ``lasts_seconds`` (of instruction, where
    ``hours`` is instructional) and closes once it was gone for ``clears_seconds``; within ``reopens_seconds`` after
    that it is the same problem again. ``window_seconds`` is how far back a
    rule counts or compares; it needs ``at_least`` things to judge by.
    """

    severity: Severity
    hours: Hours = "always"
    enter: float | None = None
    leave: float | None = None
    lasts_seconds: float = 0.0
    clears_seconds: float = 300.0
    reopens_seconds: float = 2 * HOUR
    window_seconds: float | None = None
    at_least: int | None = None
    enabled: bool = True


Rules = Mapping[str, Rule]
"""The rules of one school by kind of problem; those that are switched off are left out."""

Spot = tuple[str, str]
"""Kind of a problem, and the part of the device that it is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that is wrong now, or that nobody could look at (``holds`` None). ``since``: first seen, Unix seconds.

    ``name`` is a device's id or a school's. ``says`` reads on from the device's name. ``at`` is when it was last seen.
    """

    kind: str
    name: str
    part: str = ""
    says: str = ""
    evidence: tuple[Evidence, ...] = ()
    since: float = 0.0
    at: float = 0.0
    holds: bool | None = True


class Judge:
    """Judges the values of one section of one device. ``held`` are the findings of the look before."""

    __slots__ = ("_held", "_rules", "at", "found", "name")

    def __init__(self, name: str, rules: Rules, at: float, held: Mapping[Spot, Finding]) -> None:
        self.name, self.at = name, at
        self.found: dict[Spot, Finding] = {}
        self._rules, self._held = rules, held

    def rule(self, kind: str) -> Rule | None:
        """The rule of a kind, None where it is switched off."""
        return self._rules.get(kind)

    def held(self, kind: str, part: str = "") -> Finding | None:
        """What the look before found."""
        return self._held.get((kind, part))

    def above(self, kind: str, measure: str, value: float | None, says: str, part: str = "") -> None:
        """Judge a value that is bad when high. ``says`` may use {value} and {part}."""
        self._level(kind, measure, value, says, part, ge)

    def below(self, kind: str, measure: str, value: float | None, says: str, part: str = "") -> None:
        """Judge a value that is bad when low."""
        self._level(kind, measure, value, says, part, le)

    def fact(self, kind: str, measure: str, says: str, part: str = "", *, holds: bool | None, word: str = "") -> None:
        """Judge a fact that is bad when it holds; None leaves it as it was. ``word`` is what was measured."""
        if kind not in self._rules:
            return
        if holds is None:
            self._keep(kind, part)
        elif holds:
            evidence = (Evidence(name=measure, measured=word or 1.0),)
            self.find(kind, says.format(value=word, part=part), evidence, part)

    def find(self, kind: str, says: str, evidence: tuple[Evidence, ...], part: str = "") -> None:
        """Add a finding; it lasts since it was first found in a row."""
        before = self._held.get((kind, part))
        since = self.at if before is None else before.since
        self.found[kind, part] = Finding(
            kind=kind, name=self.name, part=part, says=says, evidence=evidence, since=since, at=self.at
        )

    def _level(
        self, kind: str, measure: str, value: float | None, says: str, part: str, bad: Callable[[float, float], bool]
    ) -> None:
        rule = self._rules.get(kind)
        if rule is None or rule.enter is None:
            return None
        if value is None:
            return self._keep(kind, part)
        wrong = bad(value, rule.enter)
        if not wrong and rule.leave is not None and (kind, part) in self._held:
            # Between the two thresholds it stays as it was; at the one for leaving it is over.
            wrong = value != rule.leave and bad(value, rule.leave)
        if wrong:
            evidence = (Evidence(name=measure, measured=round(value, 4), rule=rule.enter),)
            self.find(kind, says.format(value=value, part=part), evidence, part)
        return None

    def _keep(self, kind: str, part: str) -> None:
        """What is not measured any more stays as it was."""
        before = self._held.get((kind, part))
        if before is not None:
            self.found[kind, part] = before
