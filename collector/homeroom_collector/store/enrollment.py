"""Students of each school by grade: counts only, with the source and the day of each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from homeroom_collector.rules.enrollment import Count
from homeroom_collector.store.engine import Connection
from homeroom_collector.store.schema_decisions import enrollment as table
from homeroom_collector.store.upsert import Merge, upsert

_VALUES = ("students", "source", "counted_on")


def listed(connection: Connection) -> list[Count]:
    """All counts, by school and grade."""
    rows = connection.execute(sa.select(table).order_by(table.c.school_id, table.c.grade)).mappings()
    return [Count(**row) for row in rows]


def put(connection: Connection, counts: Iterable[Count]) -> None:
    """Add counts, or replace those of the same school and grade."""
    rows: list[dict[str, Any]] = [
        {name: getattr(count, name) for name in ("school_id", "grade", *_VALUES)} for count in counts
    ]
    if rows:
        connection.execute(upsert(connection, table, ["school_id", "grade"], {n: _new(n) for n in _VALUES}), rows)


def totals(connection: Connection) -> dict[str, int]:
    """Students of each school that has counts, over all its grades."""
    query = sa.select(table.c.school_id, sa.func.sum(table.c.students)).group_by(table.c.school_id)
    return {school_id: int(students) for school_id, students in connection.execute(query)}


def _new(name: str) -> Merge:
    return lambda new, _old: new[name]
