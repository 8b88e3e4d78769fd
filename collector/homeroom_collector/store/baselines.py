"""Baselines: how the district stood against its standards on a day, kept to be compared with."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa

from homeroom_collector.store.engine import Connection
from homeroom_collector.store.schema import baselines as table


def keep(connection: Connection, name: str, body: list[dict[str, Any]], *, now: float) -> bool:
    """Keep a baseline; False, and nothing changed, where one of that name is kept already."""
    known = connection.execute(sa.select(table.c.name).where(table.c.name == name)).one_or_none()
    if known is None:
        connection.execute(table.insert(), {"name": name, "taken_at": now, "body": json.dumps(body)})
    return known is None


def find(connection: Connection, name: str) -> tuple[float, list[dict[str, Any]]] | None:
    """When a baseline was taken, and what it says; None where there is none of that name."""
    row = connection.execute(sa.select(table.c.taken_at, table.c.body).where(table.c.name == name)).one_or_none()
    return (row.taken_at, json.loads(row.body)) if row else None


def names(connection: Connection) -> list[str]:
    """All baselines, oldest first."""
    return list(connection.execute(sa.select(table.c.name).order_by(table.c.taken_at)).scalars())
