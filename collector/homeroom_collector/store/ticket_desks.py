"""How a help desk answers lately: since when it is away, and when it is asked again."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import sqlalchemy as sa

from homeroom_collector.store.engine import Connection
from homeroom_collector.store.ticket_tables import ticket_desks as table
from homeroom_collector.store.upsert import Merge, upsert


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskState:
    """``down_since`` None: it answers. ``error`` is what it said last."""

    desk: str
    attempts: int = 0
    next_try_at: float = 0.0
    down_since: float | None = None
    error: str = ""


def find(connection: Connection, desk: str) -> DeskState:
    """How it is; a help desk that nobody asked yet is well."""
    row = connection.execute(sa.select(table).where(table.c.desk == desk)).mappings().one_or_none()
    return DeskState(**row) if row else DeskState(desk=desk)


def put(connection: Connection, state: DeskState) -> None:
    """Remember how it is."""
    merge = {name: _new(name) for name in ("attempts", "next_try_at", "down_since", "error")}
    connection.execute(upsert(connection, table, ["desk"], merge), asdict(state))


def _new(name: str) -> Merge:
    return lambda new, _old: new[name]
