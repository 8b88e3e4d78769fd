"""Which letters were sent by themselves: each once for its day, by whichever replica is first.

Who prepares a letter has leave for it for a while; if that process ends, another may begin. Just before the mail
server is given the letter that is written down: from then on nobody sends it again, whatever becomes of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa

from homeroom_collector.store.engine import Connection
from homeroom_collector.store.ticket_tables import digests as table
from homeroom_collector.store.upsert import insert_or_leave

Fate = Literal["none", "preparing", "unknown", "sent"]


@dataclass(frozen=True, slots=True)
class Leave:
    """One letter that is this caller's to prepare: for whom, for which day, and since when."""

    recipient: str
    day: int
    begun_at: float


def begin(connection: Connection, recipient: str, day: int, now: float, lasts_seconds: float) -> Leave | None:
    """Leave to prepare a letter; None where somebody else has it, or it was given to a mail server already."""
    row = {"recipient": recipient, "day": day, "begun_at": now}
    if connection.execute(insert_or_leave(connection, table), row).rowcount == 1:
        return Leave(recipient, day, now)
    over = (table.c.handed_at.is_(None), table.c.sent_at.is_(None), table.c.begun_at <= now - lasts_seconds)
    taken = table.update().where(table.c.recipient == recipient, table.c.day == day, *over).values(begun_at=now)
    return Leave(recipient, day, now) if connection.execute(taken).rowcount == 1 else None


def hand_over(connection: Connection, leave: Leave, now: float) -> bool:
    """It is about to be given to a mail server. False where somebody else prepares it by now: it must not be given."""
    return connection.execute(_ours(leave).where(table.c.handed_at.is_(None)).values(handed_at=now)).rowcount == 1


def take_back(connection: Connection, leave: Leave) -> None:
    """The mail server surely did not take it: it may be prepared again when this leave is over."""
    connection.execute(_ours(leave).values(handed_at=None))


def sent(connection: Connection, leave: Leave, now: float) -> None:
    """It was taken by the mail server, or there was nothing to send."""
    connection.execute(_ours(leave).values(sent_at=now))


def again(connection: Connection, recipient: str, day: int) -> None:
    """Somebody wants it sent once more."""
    connection.execute(table.delete().where(table.c.recipient == recipient, table.c.day == day))


def fate(connection: Connection, recipient: str, day: int) -> Fate:
    """What became of a letter. Unknown: a process ended while the mail server had it."""
    row = connection.execute(sa.select(table).where(table.c.recipient == recipient, table.c.day == day)).first()
    if row is None:
        return "none"
    return "sent" if row.sent_at is not None else "unknown" if row.handed_at is not None else "preparing"


def last(connection: Connection, recipient: str) -> float | None:
    """When this one was last told anything."""
    newest = sa.select(sa.func.max(table.c.sent_at)).where(table.c.recipient == recipient)
    return connection.execute(newest).scalar_one_or_none()


def _ours(leave: Leave) -> sa.Update:
    return table.update().where(
        table.c.recipient == leave.recipient, table.c.day == leave.day, table.c.begun_at == leave.begun_at
    )
