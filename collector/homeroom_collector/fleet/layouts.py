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
            runs = [self._run(_PRESENCE, presence), self._run(_INFO, info)]
            if names is not None:
                runs += (self._run(_LAST_REPORT, _ONE), *self._measured(names))
            _lay_out(columns_of, runs, group)

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


def _lay_out(
    columns_of: ColumnsOf, runs: Sequence[_Run | None], group: Sequence[tuple[Newcomer, _Facts]]
) -> None:
    """Give computers that are laid out alike their rows, side by side in each table."""
    newcomers, facts = zip(*group, strict=True)
    members, _, at, _ = zip(*newcomers, strict=True)
    prefixes, ones = [member.prefix for member in members], _ALWAYS * len(members)
    starts: list[Iterable[int]] = [[0] * len(members)] * len(_TABLES)
    keys: list[tuple[Key, ...] | None] = [None] * len(_TABLES)
    ages = [0.0] * len(_TABLES)
    told = chain((ones, ones, array("d", at)), zip(*facts, strict=True))
    for run, each in zip(runs, told, strict=False):
        if run is None:
            continue
        place, table, keys[place], suffixes = run
        ages[place] = 1.0 if place >= _FIRST else inf
        if not suffixes:
            continue
        columns = columns_of(table)
        if place < _FIRST:
            values = each
        else:
            values = columns.values_in(each if table.single else list(chain.from_iterable(each)))
        first = columns.add_alike(prefixes, suffixes, values)
        starts[place] = range(first, first + len(suffixes) * len(members), len(suffixes))
    for member, moment, places in zip(members, at, zip(*starts, strict=True), strict=True):
        member.keys[:] = keys
        member.starts = array("I", places)
        member.measured = array("d", map(mul, ages, repeat(moment)))
