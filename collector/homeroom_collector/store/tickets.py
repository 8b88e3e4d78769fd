"""Tickets under way and their history. A ticket is written whole, by the one who read its last revision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import msgspec
import sqlalchemy as sa

from homeroom_collector.errors import StoreUnavailableError
from homeroom_collector.rules.incident import external_key
from homeroom_collector.rules.ticket import Phase, Ticket
from homeroom_collector.store.engine import Connection
from homeroom_collector.store.ticket_tables import tickets as table

_decode = msgspec.json.Decoder(Ticket).decode


class TicketChangedError(StoreUnavailableError):
    """Somebody else wrote this ticket since it was read. Reading it again cures that."""


def under_way(connection: Connection) -> list[Ticket]:
    """All tickets that are not history, oldest first."""
    chosen = sa.select(table.c.body).where(table.c.phase != Phase.DONE).order_by(table.c.first_at, table.c.key)
    return [_decode(body) for body in connection.execute(chosen).scalars()]


def last_of(connection: Connection, keys: Sequence[str]) -> dict[str, Ticket]:
    """The newest ticket of each key that ever had one."""
    found: dict[str, Ticket] = {}
    for start in range(0, len(keys), 500):
        chosen = sa.select(table.c.body).where(table.c.key.in_(keys[start : start + 500]))
        for body in connection.execute(chosen.order_by(table.c.generation)).scalars():
            ticket = _decode(body)
            found[ticket.key] = ticket
    return found


def listed(connection: Connection, *, since: float, school: str | None = None) -> list[Ticket]:
    """Tickets under way, and history that changed since; newest first."""
    wanted = (table.c.phase != Phase.DONE) | (table.c.changed_at >= since)
    chosen = sa.select(table.c.body).where(wanted).order_by(table.c.first_at.desc(), table.c.key)
    if school is not None:
        chosen = chosen.where(table.c.school == school)
    return [_decode(body) for body in connection.execute(chosen).scalars()]


def find(connection: Connection, name: str) -> list[Ticket]:
    """Tickets by key, external key or number at the help desk; newest first."""
    named = (table.c.key == name) | (table.c.external_key == name) | ((table.c.desk_id == name) & (name != ""))
    chosen = sa.select(table.c.body).where(named).order_by(table.c.generation.desc())
    return [_decode(body) for body in connection.execute(chosen).scalars()]


def next_generation(connection: Connection, key: str) -> int:
    """The first number that no ticket of this key had, by its key now or by the key it was made with."""
    prefix = external_key(key, 1).removesuffix("1")
    same = (table.c.key == key) | table.c.external_key.startswith(prefix, autoescape=True)
    rows = connection.execute(sa.select(table.c.generation, table.c.external_key).where(same))
    given = [max(number, int(name.rpartition("-")[2]) if name.startswith(prefix) else 0) for number, name in rows]
    return 1 + max(given, default=0)


def save(connection: Connection, ticket: Ticket, now: float) -> Ticket:
    """Write a ticket and give it back with its new revision. Raises TicketChangedError where it was written since."""
    saved = replace(ticket, revision=ticket.revision + 1)
    row = _row(saved, now)
    if not ticket.revision:
        connection.execute(table.insert(), row)
        return saved
    same = (table.c.external_key == ticket.external_key) & (table.c.revision == ticket.revision)
    if connection.execute(table.update().where(same).values(row)).rowcount != 1:
        raise TicketChangedError(f"ticket {ticket.external_key} was changed by another replica; it is read again")
    return saved


def _row(ticket: Ticket, now: float) -> dict[str, object]:
    names = ("external_key", "key", "generation", "source", "school", "severity", "desk_id", "first_at", "created_at")
    row: dict[str, object] = {name: getattr(ticket, name) for name in names}
    body = msgspec.json.encode(ticket).decode()
    return row | {"phase": str(ticket.phase), "changed_at": now, "revision": ticket.revision, "body": body}


def forget(connection: Connection, before: float) -> int:
    """Remove history that has not changed since; how many there were."""
    old = table.delete().where(table.c.phase == Phase.DONE, table.c.changed_at < before)
    return connection.execute(old).rowcount
