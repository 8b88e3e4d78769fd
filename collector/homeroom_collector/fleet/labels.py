"""Label text as both exposition formats write it. Escaping happens once, when a series appears, not at each scrape.

https://prometheus.io/docs/instrumenting/exposition_formats/ and the OpenMetrics ABNF agree: backslash, double quote
and line feed are escaped, everything else is UTF-8 as it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

Name = TypeVar("Name")
Value = TypeVar("Value")

Key = str | tuple[str, ...]
"""What tells one row of a device from another: the value of one label, or of several."""

TableKeys = tuple[tuple[Key, ...] | None, ...]
"""Keys of a device's rows in each of its tables, None where it has none."""

_Rows = tuple[tuple[Key, ...], tuple[bytes, ...]]
"""Keys of rows, and the text of each."""

_Name = tuple[tuple[str, ...], tuple[Key, ...]]
"""Names of labels, and keys of rows."""

_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})


def escape(value: str) -> str:
    """Escape a label's value. Lone surrogates, which UTF-8 cannot hold, become question marks."""
    if value.isascii() and '"' not in value and "\\" not in value and "\n" not in value:
        return value  # as nearly all
    return value.translate(_ESCAPES).encode("utf-8", "replace").decode()


def pair(name: str, value: str) -> str:
    """One label, ``name="value"``."""
    return f'{name}="{escape(value)}"'


def pairs(names: Sequence[str], values: Sequence[str]) -> str:
    """Several labels, separated by commas."""
    return ",".join(map(pair, names, values))


def distinct(names: Sequence[str], suffixes: Sequence[object]) -> tuple[str, ...]:
    """Names that differ from each other: only those that occur twice get ``#`` and their suffix.

    The answer depends on the rows alone, not on their order, as long as the suffixes differ.
    """
    if len(names) < 2 or len(set(names)) == len(names):
        return tuple(names)  # which costs nothing where they are one already
    seen = set[str]()
    twice = {name for name in names if name in seen or seen.add(name)}  # type: ignore[func-returns-value]  # set.add
    marked = [f"{name}#{suffix}" if name in twice else name for name, suffix in zip(names, suffixes, strict=True)]
    if len(set(marked)) == len(marked):
        return tuple(marked)
    return tuple(f"{name}#{row}" for row, name in enumerate(marked))


class Shared(Generic[Name, Value]):
    """What many have in common, made once by its name.

    Bounded, whatever devices call their parts: of two generations of ``limit`` the older one goes when the younger one
    is full, and what was asked for meanwhile has moved over. So what many have stays, and what one had goes.
    """

    def __init__(self, make: Callable[[Name], Value], limit: int = 5_000) -> None:
        self._make, self._limit = make, limit
        self._young: dict[Name, Value] = {}
        self._old: dict[Name, Value] = {}

    def __len__(self) -> int:
        return len(self._young) + len(self._old)

    def of(self, name: Name) -> Value:
        """The one copy of what has this name."""
        found = self._young.get(name)
        if found is None:
            found = self._old.pop(name, None) or self._make(name)
            if len(self._young) >= self._limit:
                self._old, self._young = self._young, {}
            self._young[name] = found
        return found


class SharedTexts:
    """Row keys and label texts that many devices have in common, held once; how many of each is bounded."""

    def __init__(self, limit: int = 5_000) -> None:
        self._rows: Shared[_Name, _Rows] = Shared(lambda name: _rows(*name), limit)
        self._tables: Shared[TableKeys, TableKeys] = Shared(lambda keys: keys, limit)

    def __len__(self) -> int:
        return len(self._rows) + len(self._tables)

    def rows(self, labels: tuple[str, ...], keys: tuple[Key, ...]) -> _Rows:
        """The shared copy of these row keys, and of what follows the device's own label in each row.

        That is the other labels, the brace and a blank.
        """
        return self._rows.of((labels, keys))

    def tables(self, keys: TableKeys) -> TableKeys:
        """The shared copy of the keys of a device's rows in all its tables."""
        return self._tables.of(keys)


def _rows(labels: tuple[str, ...], keys: tuple[Key, ...]) -> _Rows:
    return keys, tuple(_closed(labels, (key,) if isinstance(key, str) else key) for key in keys)


def _closed(labels: tuple[str, ...], values: tuple[str, ...]) -> bytes:
    extra = pairs(labels, values)
    return (f",{extra}}} " if extra else "} ").encode()
