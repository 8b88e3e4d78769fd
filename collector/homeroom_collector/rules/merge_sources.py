"""One Chromebook, several sources: which one is believed for each fact. Pure.

``extension`` runs on the device, ``agent`` in a Linux container on it, ``telemetry`` and ``directory`` are Google's. A
fact is looked up in ``TABLE`` by its whole path, then by its section, then ``EVERYTHING_ELSE`` holds. Sources stand in
the order of how directly they see the fact. A less direct one is believed where it is fresher by more than
``patience_seconds``, and always where a more direct one says nothing. A ``fleeting`` fact says how the device is right
now; it is left out once something newer by more than FLEETING_SECONDS is known of the device.

A container sees a virtual machine, not the Chromebook: its agent is a ``guest``, believed only where nobody else speaks
of the section at all. It does not complete what another says: uptime of one and boots of the other would be no fact.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Any, Literal

Origin = Literal["extension", "agent", "telemetry", "directory"]

FLEETING_SECONDS = 900.0
_DIRECT: tuple[Origin, ...] = ("extension", "telemetry", "directory", "agent")
_REGISTERED: tuple[Origin, ...] = ("directory", "telemetry", "extension", "agent")
_GUEST: frozenset[Origin] = frozenset({"agent"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How the sources of one fact stand to each other."""

    order: tuple[Origin, ...] = _DIRECT
    patience_seconds: float = 3600.0
    guests: frozenset[Origin] = _GUEST
    fleeting: bool = False


EVERYTHING_ELSE = Rule()
_NOW = Rule(fleeting=True)
_FRESHEST = Rule(patience_seconds=0.0)
_OF_THE_REGISTER = Rule(order=_REGISTERED, patience_seconds=inf)

TABLE: Mapping[str, Rule] = {
    # What Google's register says of the machine; a browser repeats it at best.
    "identity": _OF_THE_REGISTER,
    "os.support_end_date": _OF_THE_REGISTER,
    # Updates take a restart: whoever looked last is right.
    "os": _FRESHEST,
    # The extension is told no health, no cycles and no capacities; Google hears them from the system itself.
    "batteries": Rule(order=("telemetry", "extension", "directory", "agent"), patience_seconds=inf),
    "batteries.charge_ratio": _NOW,
    "batteries.state": _NOW,
    "cpu.usage_ratio": _NOW,
    "memory.available_bytes": _NOW,
    "uptime": _NOW,
    "temperatures": _NOW,
    "links": _NOW,
    # How well the collector is reached: only what runs on the device can say, in a container as well as outside.
    "connectivity": Rule(order=("extension", "agent", "telemetry", "directory"), guests=frozenset(), fleeting=True),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one source said at one time: sections by name, plain JSON values."""

    origin: Origin
    measured_at: float
    sections: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Provenance:
    """Who said a fact, and when it was measured (Unix seconds)."""

    origin: Origin
    measured_at: float


@dataclass(slots=True)
class Merged:
    """The facts that are believed, and where each is from, by dotted path."""

    sections: dict[str, Any] = field(default_factory=dict)
    origins: dict[str, Provenance] = field(default_factory=dict)


_Heard = tuple[Provenance, Any]


def merged(parts: Sequence[Part]) -> Merged:
    """Join what several sources said of one device. Sections are objects, or lists of rows with a name."""
    result = Merged()
    newest = max((part.measured_at for part in parts), default=0.0)
    for name in dict.fromkeys(name for part in parts for name in part.sections):
        heard = _heard(parts, name)
        if any(isinstance(value, list) for _, value in heard):
            joined: Any = _rows(result, name, heard, newest)
        else:
            joined = _facts(result, name, name, heard, newest)
        if joined:
            result.sections[name] = joined
    return result


def rule_of(path: str) -> Rule:
    """The rule of a fact, such as ``os.version``."""
    return TABLE.get(path) or TABLE.get(path.partition(".")[0]) or EVERYTHING_ELSE


def _heard(parts: Iterable[Part], name: str) -> list[_Heard]:
    found = ((part, part.sections.get(name)) for part in parts)
    return [(Provenance(part.origin, part.measured_at), value) for part, value in found if value is not None]


def _facts(result: Merged, path: str, place: str, heard: Sequence[_Heard], newest: float) -> dict[str, Any]:
    """Join objects. ``path`` finds the rule, ``place`` names the object in the result."""
    joined = {}
    hosts = [each for each in heard if each[0].origin not in rule_of(path).guests]
    heard = hosts or heard
    for name in dict.fromkeys(name for _, facts in heard for name in facts):
        said = [(who, facts[name]) for who, facts in heard if facts.get(name) is not None]
        rule = rule_of(f"{path}.{name}")
        best = _best(said, rule)
        if best is not None and not (rule.fleeting and newest - best[0].measured_at > FLEETING_SECONDS):
            joined[name] = best[1]
            result.origins[f"{place}.{name}"] = best[0]
    return joined


def _best(said: Sequence[_Heard], rule: Rule) -> _Heard | None:
    best: _Heard | None = None
    for each in sorted(said, key=lambda each: (rule.order.index(each[0].origin), -each[0].measured_at)):
        if best is None or each[0].measured_at > best[0].measured_at + rule.patience_seconds:
            best = each
    return best


def _rows(result: Merged, name: str, heard: Sequence[_Heard], newest: float) -> list[dict[str, Any]]:
    """Join lists row by row. Where each source has one row it is the same thing, whatever each calls it."""
    alone = all(len(rows) == 1 for _, rows in heard)
    by_key: dict[str, list[_Heard]] = {}
    for who, rows in sorted(heard, key=lambda each: rule_of(name).order.index(each[0].origin)):
        for row in rows:
            by_key.setdefault("" if alone else _key(row), []).append((who, row))
    joined = []
    for said in by_key.values():
        key = _key(said[0][1])
        row = _facts(result, name, f"{name}.{key}", said, newest)
        named = {field: value for field, value in said[0][1].items() if field in ("name", "mount")}
        if set(row) - set(named):
            joined.append(row | named)
    return joined


def _key(row: Mapping[str, Any]) -> str:
    return str(row.get("name") or row.get("mount") or "")
