"""Which digests were sent: each once for its day, by whichever replica is first."""

from __future__ import annotations

import sqlalchemy as sa

from homeroom_collector.store.engine import Connection
from homeroom_collector.store.ticket_tables import digests as table
from homeroom_collector.store.upsert import insert_or_leave


def begin(connection: Connection, recipient: str, day: int, now: float) -> bool:
    """Whether it is this caller's to send. A message that was begun is not begun again: it may have been sent."""
    row = {"recipient": recipient, "day": day, "begun_at": now}
    return connection.execute(insert_or_leave(connection, table), row).rowcount == 1


def sent(connection: Connection, recipient: str, day: int, now: float) -> None:
    """It was taken by the mail server, or there was nothing to send."""
    connection.execute(table.update().where(table.c.recipient == recipient, table.c.day == day).values(sent_at=now))


def give_up(connection: Connection, recipient: str, day: int) -> None:
    """It surely was not sent: somebody may begin again."""
    connection.execute(table.delete().where(table.c.recipient == recipient, table.c.day == day))


def last(connection: Connection, recipient: str) -> float | None:
    """When this one was last told anything."""
    newest = sa.select(sa.func.max(table.c.sent_at)).where(table.c.recipient == recipient)
    return connection.execute(newest).scalar_one_or_none()
