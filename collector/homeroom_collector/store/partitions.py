"""Months of the history on PostgreSQL, each a table of its own, so that an old one can go in an instant.

SQLite has none of this; there old rows are deleted.
"""

from __future__ import annotations

from datetime import date, timedelta

import sqlalchemy as sa

from homeroom_collector.store.engine import Connection
from homeroom_collector.store.schema import metadata

TABLES = ("daily", "daily_interfaces")
_MONTHS_BACK, _MONTHS_AHEAD = 2, 2


def prepare(connection: Connection, today: date) -> None:
    """Make the months around today, and take over rows that came before their month was made."""
    if connection.dialect.name != "postgresql":
        return
    there = set(_children(connection))
    month = _first_of(today, -_MONTHS_BACK)
    for _ in range(_MONTHS_BACK + 1 + _MONTHS_AHEAD):
        for table in TABLES:
            if _name(table, month) not in there:
                _make(connection, table, month)
        month = _first_of(month, 1)


def drop(connection: Connection, table: str, before_day: int) -> None:
    """Drop months that lie before a day altogether."""
    if connection.dialect.name != "postgresql":
        return
    for child in _children(connection):
        month = child.removeprefix(f"{table}_")
        if month.isdigit() and int(month) < before_day // 100:
            connection.execute(sa.text(f"DROP TABLE {child}"))


def _children(connection: Connection) -> list[str]:
    query = "SELECT child.relname FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid"
    return list(connection.execute(sa.text(query)).scalars())


def _make(connection: Connection, table: str, month: date) -> None:
    name, first, end = _name(table, month), _number(month), _number(_first_of(month, 1))
    columns = [column.name for column in metadata.tables[table].columns]
    made, other = (sa.table(each, *map(sa.column, columns)) for each in (name, f"{table}_other"))
    within = (other.c.day >= first) & (other.c.day < end)
    connection.execute(sa.text(f"CREATE TABLE {name} (LIKE {table} INCLUDING DEFAULTS)"))
    connection.execute(made.insert().from_select(columns, sa.select(*other.columns).where(within)))
    connection.execute(other.delete().where(within))
    connection.execute(sa.text(f"ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM ({first}) TO ({end})"))


def _name(table: str, month: date) -> str:
    return f"{table}_{month:%Y%m}"


def _number(day: date) -> int:
    return int(f"{day:%Y%m%d}")


def _first_of(day: date, months: int) -> date:
    """The first day of the month so many months from a day's."""
    first = day.replace(day=1)
    for _ in range(abs(months)):
        first = (first + timedelta(days=31 if months > 0 else -1)).replace(day=1)
    return first
