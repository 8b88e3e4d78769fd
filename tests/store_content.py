"""All that a store holds, read without the program's own idea of its tables, so that none can be left out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from homeroom_collector.store import Connection, Store

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Table:
    """Every row of a table, in no order that means anything. ``key`` are places of the primary key's columns."""

    columns: tuple[str, ...]
    key: tuple[int, ...]
    rows: Counter[Row]

    def by_key(self) -> dict[Row, Row]:
        """The rows, by their primary key; by all of themselves where there is none."""
        places = self.key or range(len(self.columns))
        return {tuple(row[place] for place in places): row for row in self.rows}


async def content(url: str) -> dict[str, Table]:
    """Read every table and column that the database itself names, and how far each counter of numbers has come."""
    store = Store(url)
    try:
        return await store.read(_content)
    finally:
        await store.close()


def _content(connection: Connection) -> dict[str, Table]:
    inspector = sa.inspect(connection)
    return {name: _table(connection, inspector, name) for name in inspector.get_table_names()} | _counters(connection)


def _table(connection: Connection, inspector: sa.Inspector, name: str) -> Table:
    columns = tuple(column["name"] for column in inspector.get_columns(name))
    key = tuple(columns.index(part) for part in inspector.get_pk_constraint(name)["constrained_columns"])
    query = sa.select(*(sa.column(column) for column in columns)).select_from(sa.table(name))
    return Table(columns, key, Counter(tuple(row) for row in connection.execute(query)))


def _counters(connection: Connection) -> dict[str, Table]:
    """What the next number of each table will be is a fact, too: a number that was given is not given again."""
    query = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'"
    if connection.dialect.name == "sqlite":
        if connection.scalar(sa.text("SELECT count(*) FROM sqlite_master WHERE name = 'sqlite_sequence'")) == 0:
            return {}
        query = "SELECT name, seq FROM sqlite_sequence"
    rows = Counter(tuple(row) for row in connection.execute(sa.text(query)))
    return {"(counters)": Table(("name", "last"), (0,), rows)}


def differences(one: dict[str, Table], other: dict[str, Table]) -> list[str]:
    """Say where two stores differ in a table, a column, a row or a value."""
    found = [f"{name}: in one of them only" for name in sorted(one.keys() ^ other.keys())]
    for name in sorted(one.keys() & other.keys()):
        if one[name].columns != other[name].columns:
            found.append(f"{name}: {one[name].columns} and {other[name].columns}")
        if lost := one[name].rows - other[name].rows:
            found.append(f"{name}: lost {sorted(lost, key=repr)[:3]}")
        if more := other[name].rows - one[name].rows:
            found.append(f"{name}: more {sorted(more, key=repr)[:3]}")
    return found


def not_of_between(before: dict[str, Table], between: dict[str, Table], after: dict[str, Table]) -> list[str]:
    """Say what a store of one moment lacks, or has too much, by what it was earlier and later.

    A row that is the same before and after was the same between; a row that is there before and after, changed, was
    there; and none is there that was neither before nor after.
    """
    found = []
    for name, table in before.items():
        old, new, mid = table.by_key(), after[name].by_key(), between[name].by_key()
        found += [f"{name}: lacks {row}" for key, row in old.items() if new.get(key) == row and mid.get(key) != row]
        found += [f"{name}: lacks {key}" for key in (old.keys() & new.keys()) - mid.keys()]
        found += [f"{name}: nobody wrote {key}" for key in mid.keys() - old.keys() - new.keys()]
    return found
