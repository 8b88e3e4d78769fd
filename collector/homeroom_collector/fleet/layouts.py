"""Rows of computers that have none yet, many at once, from sheets: how a store's devices come back at a start.

Most computers of a school are laid out alike, so where their rows go is worked out once; they are laid side by side.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from itertools import repeat
from math import inf
from operator import mul
from typing import NamedTuple

from homeroom_collector.fleet.columns import Columns
from homeroom_collector.fleet.families import Table
from homeroom_collector.fleet.labels import Key, SharedTexts, TableKeys
from homeroom_collector.fleet.member import MEASURED, PLACE, TABLES, Member
from homeroom_collector.fleet.register import COMPUTER_INFO, LAST_REPORT, PRESENCE
from homeroom_collector.fleet.sheets import PLACES, Names, Sheet

_ONE: tuple[Key, ...] = ("",)
_TABLES = TABLES["computer"]
_FIRST = MEASURED["computer"][0].place
_PRESENCE, _LAST_REPORT, _INFO = (PLACE["computer"][table.name] for table in (PRESENCE, LAST_REPORT, COMPUTER_INFO))
_ALWAYS = array("d", [1.0])

ColumnsOf = Callable[[Table], Columns]
"""Gives a school's columns of a table."""

Labels = tuple[tuple[Key, ...], tuple[Key, ...]]
"""What the register says of one computer: the key of its presence, and that of what it is."""


class _Run(NamedTuple):
    """Rows of one table: its place among a device's, their keys, and what follows the device's label in each."""

    place: int
    table: Table
    keys: tuple[Key, ...]
    suffixes: tuple[bytes, ...]


class _Registered(NamedTuple):
    """The texts of a computer's rows of presence and of what it is, and the keys of its rows in all tables."""

    presence: bytes
    info: bytes
    keys: TableKeys


class Layouts:
    """The layouts of computers that occur, each worked out once. Bounded: past the limit it starts anew."""

    def __init__(self, texts: SharedTexts, limit: int = 10_000) -> None:
        self._texts, self._limit = texts, limit
        self._known: dict[Names, tuple[_Run | None, ...]] = {}

    def lay(self, columns_of: ColumnsOf, members: Sequence[Member], sheet: Sheet, labels: Sequence[Labels]) -> None:
        """Store everything there is of the computers on a sheet; ``members`` and ``labels`` are in its order."""
        moments = [each.measured_at for each in sheet.heard]
        rows = [(run, values) for run, values in zip(self._measured(sheet.names), sheet.values, strict=True) if run]
        if moments:
            rows.append((self._run(_LAST_REPORT, _ONE), array("d", moments)))
        prefixes, count = [member.prefix for member in members], len(members)
        starts: list[Sequence[int]] = [[0] * count] * len(_TABLES)
        keys: list[tuple[Key, ...] | None] = [None] * len(_TABLES)
        ages = [0.0] * len(_TABLES)
        for (place, table, keys[place], suffixes), values in rows:
            ages[place] = 1.0 if place >= _FIRST else inf
            if suffixes:
                first = columns_of(table).add_alike(prefixes, suffixes, values)
                starts[place] = range(first, first + len(suffixes) * count, len(suffixes))
        registered = {each: self._registered(keys, each) for each in set(labels)}
        of_each = [registered[each] for each in labels]
        for table, place, texts in (
            (PRESENCE, _PRESENCE, [each.presence for each in of_each]),
            (COMPUTER_INFO, _INFO, [each.info for each in of_each]),
        ):
            first = columns_of(table).add_each(prefixes, texts, _ALWAYS * count)
            starts[place], ages[place] = range(first, first + count), inf
        for member, known, at, places in zip(
            members, of_each, moments or [1.0] * count, zip(*starts, strict=True), strict=True
        ):
            member.keys, member.starts = known.keys, array("I", places)
            # Never 0, which would say that nothing is left.
            member.measured = array("d", map(mul, ages, repeat(max(at, 1.0))))

    def _registered(self, keys: Sequence[tuple[Key, ...] | None], labels: Labels) -> _Registered:
        everywhere, texts = list(keys), []
        for place, names in zip((_PRESENCE, _INFO), labels, strict=True):
            _, _, everywhere[place], (text,) = self._run(place, names)
            texts.append(text)
        presence, info = texts
        return _Registered(presence, info, self._texts.tables(tuple(everywhere)))

    def _measured(self, names: Names) -> tuple[_Run | None, ...]:
        found = self._known.get(names)
        if found is None:
            if len(self._known) >= self._limit:
                self._known.clear()
            found = self._known[names] = tuple(
                None if keys is None else self._run(place, keys if isinstance(keys, tuple) else _ONE)
                for place, keys in zip(PLACES, names, strict=False)  # none at all where nothing was heard
            )
        return found

    def _run(self, place: int, keys: tuple[Key, ...]) -> _Run:
        return _Run(place, _TABLES[place], *self._texts.rows(_TABLES[place].labels, keys))
