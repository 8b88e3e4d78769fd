"""One table of one school as columns: 8 bytes a value, labels shared. Rows of one device lie side by side.

A value that is not known is NaN here and absent outside; a freed row is NaN throughout until it is used again.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from math import isnan
from operator import attrgetter
from typing import Any

from homeroom_collector.fleet.families import Column, Number, Table

_NAN = float("nan")
_NAN_BYTES = array("d", [_NAN]).tobytes()


def reader(column: Column) -> Callable[[Any], Number]:
    """How a column's value is read from a fact."""
    return attrgetter(column.read) if isinstance(column.read, str) else column.read


class Columns:
    """Values of one table. A run is ``count`` rows from ``start``, owned by one device."""

    __slots__ = ("_free", "_writers", "prefixes", "suffixes", "table", "values")

    def __init__(self, table: Table) -> None:
        self.table = table
        self.prefixes: list[bytes] = []
        self.suffixes: list[bytes] = []
        self.values = tuple(array("d") for _ in table.columns)
        self._writers = tuple(zip(self.values, map(reader, table.columns), strict=True))
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
        unknown = _NAN_BYTES * len(suffixes)
        for column in self.values:
            column.frombytes(unknown)
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
        for values, read in self._writers:
            value = read(fact)
            values[row] = _NAN if value is None else value

    def is_blank(self, place: int) -> bool:
        """Whether nothing is known in a column. Compares memory, because no NaN equals another."""
        return self.values[place].tobytes() == _NAN_BYTES * len(self.prefixes)

    def row(self, number: int) -> dict[str, float]:
        """The known values of one row by family name."""
        named = zip(self.table.columns, self.values, strict=True)
        return {column.family.name: values[number] for column, values in named if not isnan(values[number])}

    def copy(self, start: int, count: int) -> list[array[float]]:
        """The values of a run, for another table of the same kind to :meth:`paste`."""
        return [column[start : start + count] for column in self.values]

    def paste(self, start: int, copied: list[array[float]]) -> None:
        """Store what :meth:`copy` returned."""
        for column, values in zip(self.values, copied, strict=True):
            column[start : start + len(values)] = values

    def blank(self, start: int, count: int, *, lasting: bool) -> bool:
        """Forget the values of a run, lasting families only if ``lasting``. True if any was known."""
        unknown = array("d", [_NAN]) * count
        known = False
        for values, column in zip(self.values, self.table.columns, strict=True):
            if lasting or not column.family.lasting:
                known |= not all(map(isnan, values[start : start + count]))
                values[start : start + count] = unknown
        return known
