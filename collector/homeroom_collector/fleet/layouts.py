"""Rows of devices of which nothing was heard before, many at once: how a store's devices come back at a start.

Most devices of a school are laid out alike, so where their rows go is worked out once, and they are laid side by side.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import chain, repeat
from math import inf
from operator import attrgetter, mul, truth
from typing import Any, NamedTuple

from homeroom_agent.report import Report
from homeroom_collector.fleet.columns import Columns
from homeroom_collector.fleet.families import Table
from homeroom_collector.fleet.labels import Key, SharedTexts
from homeroom_collector.fleet.member import MEASURED, PLACE, TABLES, Member
from homeroom_collector.fleet.register import LAST_REPORT

_ONE: tuple[Key, ...] = ("",)
_TABLES = TABLES["computer"]
_FIRST = MEASURED["computer"][0].place
_LAST_REPORT = PLACE["computer"][LAST_REPORT.name]
# In the order in which facts are read: one look at the report gives all sections as they stand.
_SECTIONS = [each.place for each in MEASURED["computer"] if _TABLES[each.place].section]
_OTHERS = [each.place for each in MEASURED["computer"] if not _TABLES[each.place].section]
_PLACES = (*_SECTIONS, *_OTHERS)
_sections = attrgetter(*(_TABLES[place].section for place in _SECTIONS))
_read = tuple(_TABLES[place].facts for place in _OTHERS)
# The one row of a single table has no name: that there are facts is all there is to know.
_names = tuple(truth if _TABLES[place].single else _TABLES[place].keys for place in _PLACES)

First = tuple[Member, Report, float, float]
"""A computer, the first report that is heard of it, when that was measured and when it was received."""

ColumnsOf = Callable[[Table], Columns]
"""Gives a school's columns of a table."""

_Facts = tuple[Any, ...]
"""What a report says for each measured table, None where nothing."""

_Names = tuple[tuple[Key, ...] | bool | None, ...]
"""The keys of a report's rows in each measured table, True for the one without a name; None where it has no facts."""


class _Run(NamedTuple):
    """Rows of one table: its place among a device's, their keys, and what follows the device's label in each."""

    place: int
    table: Table
    keys: tuple[Key, ...]
    suffixes: tuple[bytes, ...]


class _Layout(NamedTuple):
    """The measured rows of a device: a run for each table that it has facts for; keys by place, and 1 where any."""

    runs: tuple[_Run | None, ...]
    keys: tuple[tuple[Key, ...] | None, ...]
    known: tuple[float, ...]


class Layouts:
    """The layouts of computers that occur, each worked out once. Bounded: past the limit it starts anew."""

    def __init__(self, texts: SharedTexts, limit: int = 10_000) -> None:
        self._texts, self._limit = texts, limit
        self._known: dict[_Names, _Layout] = {}

    def register(self, columns_of: ColumnsOf, table: str, named: Iterable[tuple[Member, tuple[Key, ...]]]) -> None:
        """Store 1 in a table that is not written from reports, for computers of one school that have no row there."""
        alike: defaultdict[tuple[Key, ...], list[Member]] = defaultdict(list)
        for member, keys in named:
            alike[keys].append(member)
        for keys, members in alike.items():
            _lay_one(columns_of, self._run(PLACE["computer"][table], keys), members, repeat(1.0, len(members)))

    def measure(self, columns_of: ColumnsOf, heard: Iterable[First]) -> None:
        """Store the measured rows of computers of one school that have none yet, and when they last reported."""
        alike: defaultdict[_Names, list[tuple[First, _Facts]]] = defaultdict(list)
        for each in heard:
            names, facts = _named(each[1])
            alike[names].append((each, facts))
        last = self._run(_LAST_REPORT, _ONE)
        for names, group in alike.items():
            members, _, at, _ = zip(*(first for first, _ in group), strict=True)
            _lay_one(columns_of, last, members, at)
            _lay_out(columns_of, self._layout(names), members, [facts for _, facts in group], at)

    def _layout(self, names: _Names) -> _Layout:
        found = self._known.get(names)
        if found is None:
            if len(self._known) >= self._limit:
                self._known.clear()
            found = self._known[names] = self._worked_out(names)
        return found

    def _worked_out(self, names: _Names) -> _Layout:
        runs = [
            None if keys is None else self._run(place, keys if isinstance(keys, tuple) else _ONE)
            for place, keys in zip(_PLACES, names, strict=True)
        ]
        shared = {run.place: run.keys for run in runs if run is not None}
        places = range(_FIRST, _FIRST + len(_PLACES))
        return _Layout(tuple(runs), tuple(map(shared.get, places)), tuple(float(place in shared) for place in places))

    def _run(self, place: int, keys: tuple[Key, ...]) -> _Run:
        return _Run(place, _TABLES[place], *self._texts.rows(_TABLES[place].labels, keys))


def _named(report: Report) -> tuple[_Names, _Facts]:
    facts: _Facts = (*_sections(report), *[read(report) for read in _read])
    return tuple([each if each is None else keys(each) for each, keys in zip(facts, _names, strict=True)]), facts


def _lay_one(columns_of: ColumnsOf, run: _Run, members: Sequence[Member], values: Iterable[float]) -> None:
    """Give each device its one row in a table of one value that does not age."""
    place, keys = run.place, run.keys
    prefixes = [member.prefix for member in members]
    start = columns_of(run.table).add_alike(prefixes, run.suffixes, list(values))
    for number, member in enumerate(members, start):
        member.keys[place], member.starts[place], member.measured[place] = keys, number, inf


def _lay_out(
    columns_of: ColumnsOf, layout: _Layout, members: Sequence[Member], facts: Sequence[_Facts], at: Iterable[float]
) -> None:
    """Give each device its rows in all measured tables."""
    prefixes, known = [member.prefix for member in members], layout.known
    starts: list[Iterable[int]] = [[0] * len(members)] * len(known)
    for run, each in zip(layout.runs, zip(*facts, strict=True), strict=True):
        if run is not None and run.keys:
            rows = each if run.table.single else list(chain.from_iterable(each))
            first, count = columns_of(run.table).add_alike(prefixes, run.suffixes, rows), len(run.keys)
            starts[run.place - _FIRST] = range(first, first + count * len(members), count)
    for member, moment, places in zip(members, at, zip(*starts, strict=True), strict=True):
        member.keys[_FIRST:] = layout.keys
        member.starts[_FIRST:] = array("I", places)
        member.measured[_FIRST:] = array("d", map(mul, known, repeat(moment)))
