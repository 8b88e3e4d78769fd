"""From columns to exposition text, in pieces, so that a large scrape never holds the event loop for long.

Label text is ready-made and numbers are written by msgspec's JSON encoder (one call a column, each number in the
shortest form that reads back the same), so a sample costs a fraction of a microsecond. The school's label and the
family's name are the same in a whole piece and serve as the separator.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, repeat

import msgspec

from homeroom_collector.fleet import Family
from homeroom_collector.fleet.columns import Columns
from homeroom_collector.fleet.labels import pair, pairs
from homeroom_collector.views.metrics.formats import Format

_UNKNOWN = b"null"

Sample = tuple[dict[str, str], float]


def column(columns: Columns, place: int, school_id: str) -> bytes:
    """All samples of one family in one school, each on a line that starts with a line feed. NaN is left out."""
    encoded = msgspec.json.encode(columns.values[place].tolist())[1:-1]
    if not encoded:
        return b""
    name = columns.table.columns[place].family.name
    start = f"\n{name}{{{pair('school', school_id)},".encode()
    values, labels = encoded.split(b","), columns.labels()
    if _UNKNOWN not in encoded:
        return b"".join(chain.from_iterable(zip(repeat(start), labels, values, strict=False)))
    known = ((start, label, value) for label, value in zip(labels, values, strict=True) if value != _UNKNOWN)
    return b"".join(chain.from_iterable(known))


def samples(family: Family, rows: Iterable[Sample]) -> bytes:
    """Samples of a family that is not kept in columns: few rows, labels as given."""
    return b"".join(f"\n{family.name}{_labels(labels)} {value!r}".encode() for labels, value in rows)


def _labels(labels: dict[str, str]) -> str:
    return f"{{{pairs(tuple(labels), tuple(labels.values()))}}}" if labels else ""


def family(form: Format, declared: Family, pieces: Iterable[bytes]) -> Iterator[bytes]:
    """A family with its header, or nothing where no piece has a sample."""
    empty = True
    for piece in pieces:
        if piece and empty:
            empty = False
            yield form.header(declared)
        if piece:
            yield piece
    if not empty:
        yield b"\n"
