"""Who may write to the help desk: one process at a time, by a lease in the store that ends by itself."""

from __future__ import annotations

import sqlalchemy as sa

from homeroom_collector.errors import StoreUnavailableError
from homeroom_collector.store.engine import Connection
from homeroom_collector.store.ticket_tables import ticket_writers as table
from homeroom_collector.store.upsert import upsert

_NAME = "tickets"


class LeaseLostError(StoreUnavailableError):
    """Another replica took over; nothing may be written any more."""


def claim(connection: Connection, holder: str, now: float, seconds: float) -> bool:
    """Take the lease, or keep it. False where somebody else holds it."""
    if renew(connection, holder, now, seconds):
        return True
    free = (table.c.name == _NAME) & (table.c.until_at <= now)
    row = {"holder": holder, "until_at": now + seconds}
    if connection.execute(table.update().where(free).values(row)).rowcount == 1:
        return True
    known = connection.execute(sa.select(table.c.holder).where(table.c.name == _NAME)).scalar_one_or_none()
    if known is not None:
        return False
    first = upsert(connection, table, ["name"], {"holder": lambda _new, old: old.holder})
    connection.execute(first, {"name": _NAME, **row})
    return renew(connection, holder, now, seconds)


def renew(connection: Connection, holder: str, now: float, seconds: float) -> bool:
    """Make the lease last longer; False where it is not this holder's any more."""
    own = (table.c.name == _NAME) & (table.c.holder == holder) & (table.c.until_at > now)
    return connection.execute(table.update().where(own).values(until_at=now + seconds)).rowcount == 1


def hold(connection: Connection, holder: str, now: float, seconds: float) -> None:
    """Renew within the transaction that writes. Raises LeaseLostError where another process may write now."""
    if not renew(connection, holder, now, seconds):
        raise LeaseLostError("another replica writes tickets now")


def release(connection: Connection, holder: str) -> None:
    """Give the lease back at once, at the end of a process."""
    connection.execute(table.delete().where(table.c.name == _NAME, table.c.holder == holder))
