"""Leases: who of several collectors does what. By the database's clock, so that no collector's own matters.

A lease is a row with a holder and an end. Nobody takes one that has not ended; a holder that lives renews in time, one
that died lets it end. Rows that another collector is just taking are passed over, never waited for.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa

from homeroom_collector.store.engine import Connection
from homeroom_collector.store.schema_replicas import leases as table
from homeroom_collector.store.upsert import insert_or_leave

_NOBODY = ""
_REPLICA = "replica/"
_JULIAN_1970 = 2_440_587.5


def now(connection: Connection) -> float:
    """Unix seconds of the database's clock."""
    if connection.dialect.name == "postgresql":
        moment: sa.ColumnElement[Any] = sa.extract("epoch", sa.func.clock_timestamp())
    else:
        moment = (sa.func.julianday("now") - _JULIAN_1970) * 86_400.0
    return float(connection.execute(sa.select(moment)).scalar_one())


def renew(connection: Connection, holder: str, seconds: float) -> frozenset[str]:
    """Hold on, for so long from now, to all that nobody else has taken; give the names. Says also that we live."""
    end = now(connection) + seconds
    _declare(connection, [_REPLICA + holder])
    taken = sa.or_(table.c.holder == holder, table.c.name == _REPLICA + holder)
    change = table.update().where(taken).values(holder=holder, expires_at=end).returning(table.c.name)
    names = connection.execute(change).scalars()
    return frozenset(name for name in names if not name.startswith(_REPLICA))


def claim(connection: Connection, holder: str, names: Collection[str], seconds: float, *, most: int) -> frozenset[str]:
    """Take up to ``most`` of these that are free or have ended; give the names."""
    if most <= 0 or not names:
        return frozenset()
    _declare(connection, sorted(names))
    moment = now(connection)
    free = sa.select(table.c.name).where(table.c.name.in_(names), table.c.expires_at <= moment)
    found = list(
        connection.execute(free.order_by(table.c.name).limit(most).with_for_update(skip_locked=True)).scalars()
    )
    if found:
        change = table.update().where(table.c.name.in_(found)).values(holder=holder, expires_at=moment + seconds)
        connection.execute(change)
    return frozenset(found)


def release(connection: Connection, holder: str, names: Collection[str]) -> None:
    """Let go of some at once."""
    mine = sa.and_(table.c.holder == holder, table.c.name.in_(names))
    connection.execute(table.update().where(mine).values(holder=_NOBODY, expires_at=0.0))


def leave(connection: Connection, holder: str) -> None:
    """Let go of everything, and live no more."""
    connection.execute(table.delete().where(table.c.name == _REPLICA + holder))
    connection.execute(table.update().where(table.c.holder == holder).values(holder=_NOBODY, expires_at=0.0))


def living(connection: Connection) -> int:
    """How many collectors live, ourselves included. Rows of those long dead are cleared away."""
    moment = now(connection)
    replicas = table.c.name.like(f"{_REPLICA}%")
    connection.execute(table.delete().where(replicas, table.c.expires_at <= moment))
    return int(connection.execute(sa.select(sa.func.count()).where(replicas)).scalar_one())


def _declare(connection: Connection, names: Sequence[str]) -> None:
    """Make rows for names that have none."""
    known = set(connection.execute(sa.select(table.c.name).where(table.c.name.in_(names))).scalars())
    rows = [{"name": name, "holder": _NOBODY, "expires_at": 0.0} for name in names if name not in known]
    if rows:
        connection.execute(insert_or_leave(connection, table), rows)
