"""The audit of sign-ins: who, when, how, and with what outcome."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from homeroom_collector.store.engine import Connection
from homeroom_collector.store.schema_access import sign_ins as table

_LONGEST = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """One entry. ``name`` is empty where nobody could be told."""

    at: float
    name: str
    method: str
    outcome: str
    detail: str = ""


_FIELDS = [column for column in table.c if column.name != "event_id"]


def record(connection: Connection, entry: SignIn) -> None:
    """Add an entry."""
    row = {"at": entry.at, "name": entry.name[:_LONGEST], "method": entry.method, "outcome": entry.outcome}
    connection.execute(table.insert(), row | {"detail": entry.detail[:_LONGEST]})


def listed(connection: Connection, *, since: float, most: int) -> list[SignIn]:
    """The newest ``most`` entries since a moment, newest first."""
    query = sa.select(*_FIELDS).where(table.c.at >= since).order_by(table.c.event_id.desc()).limit(most)
    return [SignIn(**row) for row in connection.execute(query).mappings()]


def drop_before(connection: Connection, moment: float) -> None:
    """Forget what is older."""
    connection.execute(table.delete().where(table.c.at < moment))
