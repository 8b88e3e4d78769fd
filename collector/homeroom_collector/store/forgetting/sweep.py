"""Looking through every text of every table for a device's names, and blacking them out.

Tables are read from the schema, so one that is added later is looked through, too. A serial number or a device id is
looked for everywhere; what people call a device may mean something else elsewhere, so only where people write.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import sqlalchemy as sa

from homeroom_collector.store.engine import Connection
from homeroom_collector.store.forgetting.found import Found
from homeroom_collector.store.forgetting.words import patterns, without
from homeroom_collector.store.schema import metadata

_PROSE = frozenset(
    {
        "audit_log.after", "audit_log.before", "audit_log.subject", "device_events.detail",
        "maintenance_windows.reason", "problem_events.text", "problems.summary", "tickets.body",
    }
)  # fmt: skip


class Place(NamedTuple):
    """One text of one row that names a device: the row by its key, the text as it is now and as it shall be."""

    table: str
    column: str
    key: tuple[object, ...]
    text: str
    cleaned: str


def look(connection: Connection, found: Found) -> list[Place]:
    """Every place that still names it."""
    return [
        place
        for table in metadata.sorted_tables
        for column in table.c
        if isinstance(column.type, sa.Text)
        for place in _in(connection, table, column, found)
    ]


def _in(connection: Connection, table: sa.Table, column: sa.Column[str], found: Found) -> Iterator[Place]:
    words = (*found.words, *(found.nicknames if f"{table.name}.{column.name}" in _PROSE else ()))
    # In JSON, letters beyond ASCII may be written as their numbers.
    written = {form for word in words for form in (word, json.dumps(word)[1:-1])}
    if not written:
        return
    ours, keys = patterns(words), list(table.primary_key.columns)
    may = sa.or_(*(column.icontains(word, autoescape=True) for word in sorted(written)))
    for row in connection.execute(sa.select(*keys, column.label("said")).where(may)):
        if (cleaned := without(row.said, ours)) != row.said:
            yield Place(table.name, column.name, tuple(row[: len(keys)]), row.said, cleaned)


def black_out(connection: Connection, places: Sequence[Place]) -> int:
    """Write the texts without the names, where they still say what was read. Gives how many were changed."""
    changed = 0
    for place in places:
        table = metadata.tables[place.table]
        column = table.c[place.column]
        row = [key == value for key, value in zip(table.primary_key.columns, place.key, strict=True)]
        change = table.update().where(*row, column == place.text).values({place.column: place.cleaned})
        changed += connection.execute(change).rowcount
    return changed
