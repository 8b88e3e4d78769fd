"""From what a sign-in service says of somebody to roles, by the rules of the configuration. Pure.

A pattern may hold ``*``. In a rule's ``schools``, ``{1}`` is what the first ``*`` of the pattern stands for: the group
``staff-*`` with the school ``{1}`` makes members of ``staff-0101`` staff of school 0101. Every rule that fits counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from homeroom_collector.access.roles import PEOPLE, Grant, Role

_PLACE = re.compile(r"\{(\d+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleRule:
    """Who gets a role: members of one of ``groups``, or one of ``people`` by name. No schools is the whole district."""

    role: Role
    groups: list[str] = field(default_factory=list)
    people: list[str] = field(default_factory=list)
    schools: list[str] = field(default_factory=list)


def problems(rules: Sequence[RoleRule], path: str) -> Iterator[str]:
    """Everything that is wrong with the rules, each with its dotted path."""
    for index, rule in enumerate(rules):
        place = f"{path}[{index}]"
        if rule.role not in PEOPLE:
            yield f"{place}.role: {rule.role} is for API tokens, not for people"
        if not rule.groups and not rule.people:
            yield f"{place}: names nobody; give groups or people"
        if rule.role == Role.SCHOOL_STAFF and not rule.schools:
            yield f"{place}.schools: missing; of which schools"
        wanted = max((int(n) for school in rule.schools for n in _PLACE.findall(school)), default=0)
        wild = min((pattern.count("*") for pattern in [*rule.groups, *rule.people]), default=0)
        if wanted > wild or any("{0}" in school for school in rule.schools):
            yield f"{place}.schools: asks for part {wanted}, but a pattern of the rule has {wild} of *"


def grants(rules: Sequence[RoleRule], name: str, groups: Iterable[str]) -> tuple[Grant, ...]:
    """Roles of somebody; empty where no rule fits. Without regard to case, as directories compare."""
    said = list(groups)
    found: dict[Grant, None] = {}
    for rule in rules:
        for parts in [*_fits(rule.people, [name]), *_fits(rule.groups, said)]:
            schools = frozenset(_filled(school, parts) for school in rule.schools)
            found[Grant(rule.role, schools or None)] = None
    return tuple(found)


def _fits(patterns: Sequence[str], texts: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for pattern in patterns:
        shape = re.compile("(.*)".join(map(re.escape, pattern.split("*"))), re.IGNORECASE)
        for text in texts:
            if match := shape.fullmatch(text):
                yield match.groups()


def _filled(school: str, parts: Sequence[str]) -> str:
    return _PLACE.sub(lambda mark: parts[int(mark[1]) - 1], school)
