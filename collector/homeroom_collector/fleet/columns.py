"""One table of one school: 8 bytes a value, labels shared. A device's rows lie side by side, and so do a row's values.

A report touches one stretch of memory a table that way, which is what it costs where a hundred thousand devices take
turns. A value that is not known is NaN here and absent outside; a freed row is NaN throughout until it is used again.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from functools import cache
from itertools import chain
from math import isnan
from operator import attrgetter
from struct import Struct
from typing import Any

from homeroom_collector.fleet.families import Column, Number, Table

_NAN = float("nan")
_NAN_BYTES = array("d", [_NAN]).tobytes()


def reader(column: Column) -> Callable[[Any], Number]:
    """How a column's value is read from a fact."""
    return attrgetter(column.read) if isinstance(column.read, str) else column.read


def is_blank(values: array[float]) -> bool:
    """Whether nothing is known in a column. Compares memory, because no NaN equals another."""
    return values.tobytes() == _NAN_BYTES * len(values)


@cache
def _row_reader(table: Table) -> Callable[[Any], Sequence[Number]]:
    """How the values of a row are read from its fact, which all schools share. One call where all are attributes."""
    names = [column.read for column in table.columns if isinstance(column.read, str)]
    if len(names) == len(table.columns) > 1:
        return attrgetter(*names)
    readers = tuple(map(reader, table.columns))
    if len(readers) == 1:
        only = readers[0]
        return lambda fact: (only(fact),)
    return lambda fact: [read(fact) for read in readers]


@cache
def _layout(width: int) -> Struct:
    """How a row lies in memory."""
    return Struct(f"={width}d")


def values_in(table: Table, facts: Sequence[Any]) -> array[float]:
    """The values of a fact a row, row by row."""
    read = _row_reader(table)
    try:  # no step of this is Python's, which is what it costs where a whole store is read
        return array("d", chain.from_iterable(map(read, facts)))  # type: ignore[arg-type]  # None raises
    except TypeError:
        known = chain.from_iterable(map(read, facts))
        return array("d", [_NAN if value is None else value for value in known])


class Columns:
    """Values of one table. A run is ``count`` rows from ``start``, owned by one device."""

    __slots__ = ("_free", "_pack_into", "_read", "_stride", "_values", "_width", "prefixes", "suffixes", "table")

    def __init__(self, table: Table) -> None:
        self.table = table
        self.prefixes: list[bytes] = []
        self.suffixes: list[bytes] = []
        self._read = _row_reader(table)
        self._width = len(table.columns)
        layout = _layout(self._width)
        self._pack_into, self._stride = layout.pack_into, layout.size
        self._values = array("d")
        self._free: dict[int, list[int]] = {}

    def allocate(self, prefix: bytes, suffixes: Sequence[bytes]) -> int:
        """Take a run for one device and return its start. All its values are unknown at first."""
        count = len(suffixes)
        free = self._free.get(count) if self._free else None
        if not free:
            return self._append(prefix, suffixes)
        start = free.pop()
        self.prefixes[start : start + count] = [prefix] * count
        self.suffixes[start : start + count] = suffixes
        return start

    def _append(self, prefix: bytes, suffixes: Sequence[bytes]) -> int:
        start = len(self.prefixes)
        for suffix in suffixes:
            self.prefixes.append(prefix)
            self.suffixes.append(suffix)
        self._values.frombytes(_NAN_BYTES * (len(suffixes) * self._width))
        return start

    def add_alike(self, prefixes: Sequence[bytes], suffixes: Sequence[bytes], values: array[float]) -> int:
        """Take runs behind all others for devices with the same rows; returns the first one's start.

        ``values`` are those of all rows, device by device.
        """
        if len(suffixes) == 1:
            return self.add_each(prefixes, [*suffixes] * len(prefixes), values)
        return self.add_each([one for one in prefixes for _ in suffixes], [*suffixes] * len(prefixes), values)

    def add_each(self, prefixes: Sequence[bytes], suffixes: Sequence[bytes], values: array[float]) -> int:
        """Take rows behind all others, each with its labels; returns the first one's place."""
        start = len(self.prefixes)
        self._values.extend(values)
        self.prefixes.extend(prefixes)
        self.suffixes.extend(suffixes)
        return start

    def relabel(self, start: int, suffixes: Sequence[bytes]) -> None:
        """Give a run to other rows of the same device, as many as before. All its values are unknown at first."""
        self.blank(start, len(suffixes), lasting=True)
        self.suffixes[start : start + len(suffixes)] = suffixes

    def release(self, start: int, count: int) -> None:
        """Give a run back. Its series are gone from the next scrape on."""
        self.blank(start, count, lasting=True)
        self.prefixes[start : start + count] = [b""] * count
        self.suffixes[start : start + count] = [b""] * count
        self._free.setdefault(count, []).append(start)

    def write(self, start: int, facts: Sequence[Any]) -> None:
        """Store the values of a run, one fact a row."""
        for row, fact in enumerate(facts, start):
            self.write_row(row, fact)

    def write_row(self, row: int, fact: Any) -> None:
        """Store the values of one row."""
        values = self._read(fact)
        if None in values:
            values = [_NAN if value is None else value for value in values]
        self._pack_into(self._values, row * self._stride, *values)

    def column(self, place: int) -> array[float]:
        """The values of one column in all rows."""
        return self._values[place :: self._width]

    def values_of(self, row: int) -> array[float]:
        """The values of one row in the order of the table's columns."""
        return self._values[row * self._width : (row + 1) * self._width]

    def row(self, number: int) -> dict[str, float]:
        """The known values of one row by family name."""
        named = zip(self.table.columns, self.values_of(number), strict=True)
        return {column.family.name: value for column, value in named if not isnan(value)}

    def copy(self, start: int, count: int) -> array[float]:
        """The values of a run, for another table of the same kind to :meth:`paste`."""
        return self._values[start * self._width : (start + count) * self._width]

    def paste(self, start: int, copied: array[float]) -> None:
        """Store what :meth:`copy` returned."""
        self._values[start * self._width : start * self._width + len(copied)] = copied

    def blank(self, start: int, count: int, *, lasting: bool) -> bool:
        """Forget the values of a run, lasting families only if ``lasting``. True if any was known."""
        unknown = array("d", [_NAN]) * count
        known = False
        first, last = start * self._width, (start + count) * self._width
        for place, column in enumerate(self.table.columns):
            if lasting or not column.family.lasting:
                run = slice(first + place, last, self._width)
                known |= not all(map(isnan, self._values[run]))
                self._values[run] = unknown
        return known
