"""INSERT … ON CONFLICT DO UPDATE, which SQLite and PostgreSQL spell alike and SQLAlchemy keeps apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from homeroom_collector.store.engine import Connection

Merge = Callable[[Any, Any], Any]
"""From the columns of the new row and of the old one to the value that stays."""


def upsert(
    connection: Connection,
    table: sa.Table,
    key: Sequence[str],
    merge: Mapping[str, Merge],
    *,
    where: sa.ColumnElement[bool] | None = None,
) -> sa.Insert:
    """Insert a row, or merge it into the one with the same key, if that one is as ``where`` says."""
    if connection.dialect.name == "postgresql":
        on_postgresql = postgresql.insert(table)
        return on_postgresql.on_conflict_do_update(
            index_elements=key,
            set_={name: rule(on_postgresql.excluded, table.c) for name, rule in merge.items()},
            where=where,
        )
    on_sqlite = sqlite.insert(table)
    return on_sqlite.on_conflict_do_update(
        index_elements=key,
        set_={name: rule(on_sqlite.excluded, table.c) for name, rule in merge.items()},
        where=where,
    )


def insert_or_leave(connection: Connection, table: sa.Table) -> postgresql.Insert | sqlite.Insert:
    """Insert a row, or do nothing where one with the same key is there."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()
