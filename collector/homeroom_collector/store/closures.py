"""Days called off at short notice: snow, a burst pipe. An empty ``school_id`` is every school."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from homeroom_collector.store.engine import Connection
from homeroom_collector.store.schema import closures as table
from homeroom_collector.store.upsert import upsert


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """One day off at one school, or at all of them."""

    school_id: str
    day: date
    reason: str
    declared_at: float


def listed(connection: Connection) -> list[Closure]:
    """All closures, the latest day first."""
    rows = connection.execute(sa.select(table).order_by(table.c.day.desc(), table.c.school_id))
    return [Closure(**{**row, "day": _day(row["day"])}) for row in rows.mappings()]


def declare(connection: Connection, closures: Sequence[Closure]) -> None:
    """Call days off; what was called off before gets the new reason."""
    rows = [
        {"school_id": c.school_id, "day": _number(c.day), "reason": c.reason, "declared_at": c.declared_at}
        for c in closures
    ]
    merge = {name: (lambda new, _old, name=name: new[name]) for name in ("reason", "declared_at")}
    connection.execute(upsert(connection, table, ["school_id", "day"], merge), rows)


def withdraw(connection: Connection, school_id: str, day: date) -> bool:
    """Let school take place after all. False where nothing had been called off."""
    gone = connection.execute(sa.delete(table).where(table.c.school_id == school_id, table.c.day == _number(day)))
    return bool(gone.rowcount)


def _number(day: date) -> int:
    return day.year * 10_000 + day.month * 100 + day.day


def _day(number: int) -> date:
    return date(number // 10_000, number // 100 % 100, number % 100)
