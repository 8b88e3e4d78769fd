"""From Google's organisational units to schools, by rules in order. Pure.

A rule names a unit and means everything below it, too. ``*`` stands for one part of the path, and its text can be the
school: ``/Schools/*`` with school ``{1}`` takes ``/Schools/0101/Grade 4`` to school 0101. The first rule that fits
wins.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from homeroom_collector.errors import CollectorError

_PLACE = re.compile(r"\{(\d+)\}")


class OrgUnitError(CollectorError):
    """A rule that can never be applied."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrgUnitRule:
    """One rule. ``ignore``: devices there are none of ours. ``school`` empty and not ignored: of no school."""

    path: str
    school: str = ""
    grade_band: str = ""
    ignore: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a unit belongs. ``rule`` is the number of the rule that said so, from 0; None: no rule fits."""

    school_id: str = ""
    grade_band: str = ""
    ignored: bool = False
    rule: int | None = None


NOWHERE = Place()


def problem(rule: OrgUnitRule) -> str | None:
    """Why a rule cannot be used, or None."""
    if not rule.path.startswith("/"):
        return f"{rule.path!r} is not a path; it starts with a slash, such as /Schools/Lincoln"
    wild = _parts(rule.path).count("*")
    wanted = max((int(number) for number in _PLACE.findall(rule.school)), default=0)
    if wanted > wild or "{0}" in rule.school:
        return f"school {rule.school!r} asks for part {wanted}, but {rule.path!r} has {wild} of *"
    if rule.ignore and (rule.school or rule.grade_band):
        return "what is ignored has no school and no grade band"
    return None


def place(path: str, rules: Sequence[OrgUnitRule]) -> Place:
    """Find where the devices of a unit belong. Paths are compared without regard to case, as Google does."""
    parts = _parts(path)
    for number, rule in enumerate(rules):
        found = _captured(parts, _parts(rule.path))
        if found is not None:
            return Place(
                school_id=_filled(rule.school, found), grade_band=rule.grade_band, ignored=rule.ignore, rule=number
            )
    return NOWHERE


def _filled(school: str, found: Sequence[str]) -> str:
    return _PLACE.sub(lambda mark: found[int(mark[1]) - 1], school)


def _parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part]


def _captured(parts: Sequence[str], wanted: Sequence[str]) -> list[str] | None:
    """What each ``*`` stands for; None where the path does not fit."""
    if len(parts) < len(wanted):
        return None
    found = []
    for part, pattern in zip(parts, wanted, strict=False):
        if pattern == "*":
            found.append(part)
        elif part.casefold() != pattern.casefold():
            return None
    return found
