"""Rows of devices of which nothing was heard before, many at once: how a store's devices come back at a start.

Most devices of a school are laid out alike, so where their rows go is worked out once, and they are laid side by side.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from math import inf
from typing import Any, NamedTuple

from homeroom_agent.report import Report
from homeroom_collector.fleet.columns import Columns
from homeroom_collector.fleet.families import Table
from homeroom_collector.fleet.labels import Key, SharedTexts
from homeroom_collector.fleet.member import MEASURED, PLACE, TABLES, Member
from homeroom_collector.fleet.register import LAST_REPORT

_ONE: tuple[Key, ...] = ("",)

First = tuple[Member, Report, float]
"""A computer, the first report that is heard of it, and when that was measured."""

ColumnsOf = Callable[[Table], Columns]
"""Gives a school's columns of a table."""

_Names = tuple[tuple[Key, ...] | None, ...]
_Facts = list[Sequence[Any]]


class _Run(NamedTuple):
    """Rows of one table: its place among a device's, their keys, and what follows the device's label in each."""

    place: int
    table: Table
    keys: tuple[Key, ...]
    suffixes: tuple[bytes, ...]


class Layouts:
    """The layouts of computers that occur, each worked out once. Bounded: past the limit it starts anew."""

    def __init__(self, texts: SharedTexts, limit: int = 10_000) -> None:
        self._texts, self._limit = texts, limit
        self._known: dict[_Names, tuple[_Run, ...]] = {}

    def register(self, columns_of: ColumnsOf, table: str, named: Iterable[tuple[Member, tuple[Key, ...]]]) -> None:
        """Store 1 in a table that is not written from reports, for computers of one school that have no row there."""
        alike: defaultdict[tuple[Key, ...], list[Member]] = defaultdict(list)
        for member, keys in named:
            alike[keys].append(member)
        place = PLACE["computer"][table]
        for keys, members in alike.items():
            run = self._run(place, keys)
            _lay_out(columns_of, run, members, [(1.0,)] * len(members), [inf] * len(members))

    def measure(self, columns_of: ColumnsOf, heard: Iterable[First]) -> None:
        """Store the measured rows of computers of one school that have none yet, and when they last reported."""
        alike: defaultdict[_Names, list[tuple[First, _Facts]]] = defaultdict(list)
        for each in heard:
            names, facts = _named(each[1])
            alike[names].append((each, facts))
        for names, group in alike.items():
            members, at = [first[0] for first, _ in group], [first[2] for first, _ in group]
            last, *runs = self._runs(names)
            _lay_out(columns_of, last, members, [(moment,) for moment in at], [inf] * len(at))
            for number, run in enumerate(runs):
                _lay_out(columns_of, run, members, [facts[number] for _, facts in group], at)

    def _runs(self, names: _Names) -> tuple[_Run, ...]:
        found = self._known.get(names)
        if found is None:
            if len(self._known) >= self._limit:
                self._known.clear()
            places = (place for place, *_ in MEASURED["computer"])
            named = [(place, keys) for place, keys in zip(places, names, strict=True) if keys is not None]
            named.insert(0, (PLACE["computer"][LAST_REPORT.name], _ONE))
            found = self._known[names] = tuple(self._run(place, keys) for place, keys in named)
        return found

    def _run(self, place: int, keys: tuple[Key, ...]) -> _Run:
        table = TABLES["computer"][place]
        return _Run(place, table, *self._texts.rows(table.labels, keys))


def _named(report: Report) -> tuple[_Names, _Facts]:
    """The keys of a report's rows in each table, None where it has no facts for it; and all facts that there are."""
    names: list[tuple[Key, ...] | None] = []
    found: _Facts = []
    for _, _, read, single, name_rows in MEASURED["computer"]:
        facts = read(report)
        if facts is None:
            names.append(None)
        else:
            names.append(_ONE if single else name_rows(facts))
            found.append((facts,) if single else facts)
    return tuple(names), found


def _lay_out(
    columns_of: ColumnsOf, run: _Run, members: Sequence[Member], facts: Iterable[Sequence[Any]], at: Iterable[float]
) -> None:
    place, table, keys, suffixes = run
    start, count = 0, len(keys)
    if keys:
        start = columns_of(table).add_alike([member.prefix for member in members], suffixes, facts)
    for member, moment in zip(members, at, strict=True):
        member.keys[place], member.starts[place], member.measured[place] = keys, start, moment
        start += count
