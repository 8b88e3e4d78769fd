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

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from math import inf
from typing import Any, Literal, NamedTuple

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


class Provenance(NamedTuple):
    """Who said a fact, and when it was measured (Unix seconds)."""

    origin: Origin
    measured_at: float


Origins = dict[str, Provenance]
"""Where each fact is from, by dotted path."""

_Heard = tuple[Provenance, Any]


def merged(parts: Sequence[Part], origins: Origins | None = None) -> dict[str, Any]:
    """Join what several sources said of one device, and note in ``origins`` who is believed for each fact.

    Sections are objects, or lists of rows with a name.
    """
    joining = _Joining(max((part.measured_at for part in parts), default=0.0), origins)
    said = [(Provenance(part.origin, part.measured_at), part.sections) for part in parts]
    found = {}
    for name in dict.fromkeys(chain.from_iterable(sections for _, sections in said)):
        heard = [(who, value) for who, sections in said if (value := sections.get(name)) is not None]
        rows = any(isinstance(value, list) for _, value in heard)
        joined: Any = joining.rows(name, heard) if rows else joining.facts(name, name, heard)
        if joined:
            found[name] = joined
    return found


@lru_cache(maxsize=4_096)
def rule_of(path: str) -> Rule:
    """The rule of a fact, such as ``os.version``."""
    return TABLE.get(path) or TABLE.get(path.partition(".")[0]) or EVERYTHING_ELSE


class _Joining:
    """Joins what was said of one device, of which something is known since ``newest``."""

    def __init__(self, newest: float, origins: Origins | None) -> None:
        self._newest, self._origins = newest, origins

    def facts(self, path: str, place: str, heard: Sequence[_Heard]) -> dict[str, Any]:
        """Join objects. ``path`` finds the rule, ``place`` names the object among the origins."""
        if len(heard) > 1:
            guests = rule_of(path).guests
            heard = [each for each in heard if each[0].origin not in guests] or heard
        if len(heard) == 1:  # as most: nobody else speaks of it
            (who, facts), fleeting = heard[0], self._is_over(heard[0][0])
            joined = {
                name: value
                for name, value in facts.items()
                if value is not None and not (fleeting and rule_of(f"{path}.{name}").fleeting)
            }
            self._note(place, dict.fromkeys(joined, who))
            return joined
        joined, origins = {}, {}
        for name in dict.fromkeys(chain.from_iterable(facts for _, facts in heard)):
            rule = rule_of(f"{path}.{name}")
            best = _best([(who, facts[name]) for who, facts in heard if facts.get(name) is not None], rule)
            if best is not None and not (rule.fleeting and self._is_over(best[0])):
                origins[name], joined[name] = best
        self._note(place, origins)
        return joined

    def _is_over(self, who: Provenance) -> bool:
        """Whether what was said then of how the device is right now no longer holds."""
        return self._newest - who.measured_at > FLEETING_SECONDS

    def _note(self, place: str, origins: Mapping[str, Provenance]) -> None:
        if self._origins is not None:
            self._origins |= {f"{place}.{name}": who for name, who in origins.items()}

    def rows(self, name: str, heard: Sequence[_Heard]) -> list[dict[str, Any]]:
        """Join lists row by row. Where each source has one row it is the same thing, whatever each calls it."""
        alone = all(len(rows) == 1 for _, rows in heard)
        by_key: dict[str, list[_Heard]] = {}
        order = rule_of(name).order
        for who, rows in sorted(heard, key=lambda each: order.index(each[0].origin)):
            for row in rows:
                by_key.setdefault("" if alone else _key(row), []).append((who, row))
        joined = []
        for said in by_key.values():
            first = said[0][1]
            row = self.facts(name, f"{name}.{_key(first)}", said)
            named = {field: first[field] for field in ("name", "mount") if field in first}
            if row.keys() - named.keys():
                joined.append(row | named)
        return joined


def _best(said: Sequence[_Heard], rule: Rule) -> _Heard | None:
    if len(said) < 2:
        return said[0] if said else None
    best: _Heard | None = None
    for each in sorted(said, key=lambda each: (rule.order.index(each[0].origin), -each[0].measured_at)):
        if best is None or each[0].measured_at > best[0].measured_at + rule.patience_seconds:
            best = each
    return best


def _key(row: Mapping[str, Any]) -> str:
    return str(row.get("name") or row.get("mount") or "")
