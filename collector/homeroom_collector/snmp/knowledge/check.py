"""What no single key can tell: claims that collide, rules that lack a part, names that are not defined. Pure."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Sequence
from typing import Any

from homeroom_agent.report.network import KINDS
from homeroom_collector.snmp.knowledge.schema import Claim, Column, PoolRule, Profile, Reference, Text

_SOURCES = ("text", "oid", "description", "system_name", "entity", "object_id")
_PLACE = re.compile(r"\{(-?\w*)\}")
_BUILT_IN_PLACES = ("", "index", "value")


def findings(profiles: Sequence[Profile]) -> list[str]:
    """Give every finding, each with the profile's name and the place in it."""
    found = [f"{profile.name}.yml: {problem}" for profile in profiles for problem in _of_profile(profile)]
    return found + list(_collisions(profiles))


def _of_profile(profile: Profile) -> Iterator[str]:
    is_block = profile.name.startswith("_")
    if is_block == bool(profile.match):
        yield "match: a block lends parts only and matches nothing" if is_block else "match: missing"
    if not re.fullmatch(r"_?[a-z0-9]+(-[a-z0-9]+)*", profile.name):
        yield f"name: {profile.name!r} is not lower case words with dashes"
    for place, claim in enumerate(profile.match):
        if claim == Claim():
            yield f"match[{place}]: says nothing"
    for kind in _kinds(profile):
        if kind not in KINDS:
            yield f"identity.kind: {kind!r} is none of {', '.join(KINDS)}"
    yield from _of_rules(profile, "", {})


def _kinds(profile: Profile) -> Iterator[str]:
    for text in profile.identity.kind:
        yield from (kind for kind in (text.text, text.format) if kind is not None)
        yield from (text.object_id or {}).values()
        yield from text.map.values()


def _of_rules(value: Any, place: str, outer: dict[str, Column]) -> Iterator[str]:
    """Walk all rules below ``value``; a rule inside another may use the columns of both."""
    if isinstance(value, list):
        for number, item in enumerate(value):
            yield from _of_rules(item, f"{place}[{number}]", outer)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        inner = {**outer, **getattr(value, "columns", {})}
        yield from _of_rule(value, place, inner)
        for item in dataclasses.fields(value):
            yield from _of_rules(getattr(value, item.name), f"{place}.{item.name}".lstrip("."), inner)


def _of_rule(rule: Any, place: str, columns: dict[str, Column]) -> Iterator[str]:
    if isinstance(rule, Text) and sum(getattr(rule, name) is not None for name in _SOURCES) != 1:
        yield f"{place}: exactly one of {', '.join(_SOURCES)} must be given"
    if isinstance(rule, PoolRule) and not _complete(rule):
        yield f"{place}: give two of total, used and free, or percent"
    if hasattr(rule, "when"):
        for name in _names(rule, columns):
            if name not in columns and not _is_index_part(name):
                yield f"{place}: {name!r} is not a name from 'columns'"


def _complete(rule: PoolRule) -> bool:
    parts = [part for part in (rule.total, rule.used, rule.free) if part is not None]
    return rule.percent is not None or len(parts) > 1


def _names(rule: Any, columns: dict[str, Column]) -> Iterator[str]:
    """Give every name a rule uses: in templates, conditions and factors."""
    templates = [getattr(rule, "description", ""), *(column.at or "" for column in columns.values())]
    for template in templates:
        yield from (place for place in _PLACE.findall(template) if place not in _BUILT_IN_PLACES)
    for conditions in (rule.when, rule.unless, getattr(rule, "fahrenheit_when", {})):
        yield from (name for name in conditions if name not in _BUILT_IN_PLACES and "." not in name)
    states = getattr(rule, "states", None)
    for reference in (*(getattr(rule, key, None) for key in _FACTORS), states.of if states else None):
        if reference is not None and "." not in reference:
            yield reference


_FACTORS = ("multiply_by", "divide_by", "decimals", "capacity")


def _is_index_part(name: str) -> bool:
    return re.fullmatch(r"-?\d+", name) is not None


def _collisions(profiles: Sequence[Profile]) -> Iterator[str]:
    """Two profiles may share a prefix only where their further conditions differ."""
    seen: dict[tuple[Reference | None, ...], str] = {}
    for profile in profiles:
        for claim in profile.match:
            key = tuple(_text(getattr(claim, item.name)) for item in dataclasses.fields(claim))
            if seen.setdefault(key, profile.name) != profile.name:
                yield f"{profile.name}.yml: match: {seen[key]!r} claims {claim.object_id or 'the same'} too"


def _text(value: str | re.Pattern[str] | None) -> str | None:
    return value.pattern if isinstance(value, re.Pattern) else value
