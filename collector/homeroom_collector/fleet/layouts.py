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
from homeroom_collector.fleet.register import COMPUTER_INFO, LAST_REPORT, PRESENCE

_ONE: tuple[Key, ...] = ("",)
_TABLES = TABLES["computer"]
_FIRST = MEASURED["computer"][0].place
_PRESENCE, _LAST_REPORT, _INFO = (PLACE["computer"][table.name] for table in (PRESENCE, LAST_REPORT, COMPUTER_INFO))
# In the order in which facts are read: one look at the report gives all sections as they stand.
_SECTIONS = [each.place for each in MEASURED["computer"] if _TABLES[each.place].section]
_OTHERS = [each.place for each in MEASURED["computer"] if not _TABLES[each.place].section]
_PLACES = (*_SECTIONS, *_OTHERS)
_sections = attrgetter(*(_TABLES[place].section for place in _SECTIONS))
_read = tuple(_TABLES[place].facts for place in _OTHERS)
# The one row of a single table has no name: that there are facts is all there is to know.
_names = tuple(truth if _TABLES[place].single else _TABLES[place].keys for place in _PLACES)
_ALWAYS = array("d", [1.0])

ColumnsOf = Callable[[Table], Columns]
"""Gives a school's columns of a table."""

_Facts = tuple[Any, ...]
"""What a report says for each measured table, None where nothing."""

_Names = tuple[tuple[Key, ...] | bool | None, ...]
"""The keys of a report's rows in each measured table, True for the one without a name; None where it has no facts."""


class Newcomer(NamedTuple):
    """A computer that has no rows yet, the first report that is heard of it, and when that was measured and received.

    Without a report the times say nothing.
    """

    member: Member
    report: Report | None
    measured_at: float = 1.0
    received_at: float = 1.0


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
        self._known: dict[_Names, tuple[_Run | None, ...]] = {}

    def lay(
        self,
        columns_of: ColumnsOf,
        newcomers: Iterable[Newcomer],
        shown: Callable[[Member], tuple[Key, ...]],
        labels: Callable[[Member], tuple[Key, ...]],
    ) -> None:
        """Store everything there is of computers of one school. ``shown`` names presence, ``labels`` what each is."""
        alike: defaultdict[tuple[Any, ...], list[tuple[Newcomer, _Facts]]] = defaultdict(list)
        for each in newcomers:
            names, facts = (None, ()) if each.report is None else _named(each.report)
            alike[shown(each.member), labels(each.member), names].append((each, facts))
        for (presence, info, names), group in alike.items():
            registered = (self._run(_PRESENCE, presence), self._run(_INFO, info))
            measured = () if names is None else self._measured(names)
            self._lay_out(columns_of, registered, measured, group)

    def _lay_out(
        self,
        columns_of: ColumnsOf,
        registered: Sequence[_Run],
        measured: Sequence[_Run | None],
        group: Sequence[tuple[Newcomer, _Facts]],
    ) -> None:
        """Give computers that are laid out alike their rows, side by side in each table."""
        newcomers, facts = zip(*group, strict=True)
        members, _, at, _ = zip(*newcomers, strict=True)
        rows = [(run, _ALWAYS * len(members)) for run in registered]
        if measured:
            rows.append((self._run(_LAST_REPORT, _ONE), array("d", at)))
        for run, each in zip(measured, zip(*facts, strict=True), strict=True):
            if run is not None:
                found = each if run.table.single else list(chain.from_iterable(each))
                rows.append((run, columns_of(run.table).values_in(found)))
        prefixes, starts = [member.prefix for member in members], _starts(len(members))
        keys: list[tuple[Key, ...] | None] = [None] * len(_TABLES)
        ages = [0.0] * len(_TABLES)
        for (place, table, keys[place], suffixes), values in rows:
            ages[place] = 1.0 if place >= _FIRST else inf
            if suffixes:
                first = columns_of(table).add_alike(prefixes, suffixes, values)
                starts[place] = range(first, first + len(suffixes) * len(members), len(suffixes))
        shared = self._texts.tables(tuple(keys))
        for member, moment, places in zip(members, at, zip(*starts, strict=True), strict=True):
            member.keys, member.starts = shared, array("I", places)
            # Never 0, which would say that nothing is left.
            member.measured = array("d", map(mul, ages, repeat(max(moment, 1.0))))

    def _measured(self, names: _Names) -> tuple[_Run | None, ...]:
        found = self._known.get(names)
        if found is None:
            if len(self._known) >= self._limit:
                self._known.clear()
            found = self._known[names] = tuple(
                None if keys is None else self._run(place, keys if isinstance(keys, tuple) else _ONE)
                for place, keys in zip(_PLACES, names, strict=True)
            )
        return found

    def _run(self, place: int, keys: tuple[Key, ...]) -> _Run:
        return _Run(place, _TABLES[place], *self._texts.rows(_TABLES[place].labels, keys))


def _named(report: Report) -> tuple[_Names, _Facts]:
    facts: _Facts = (*_sections(report), *[read(report) for read in _read])
    return tuple([each if each is None else keys(each) for each, keys in zip(facts, _names, strict=True)]), facts


def _starts(count: int) -> list[Sequence[int]]:
    """Where the rows of so many devices begin in each table, before they are laid."""
    nowhere = [0] * count
    return [nowhere] * len(_TABLES)
