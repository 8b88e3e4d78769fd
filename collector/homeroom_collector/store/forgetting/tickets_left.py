"""Tickets about a device that a help desk has: Homeroom forgets its own state of them, and people delete them there."""

from __future__ import annotations

from typing import NamedTuple

import sqlalchemy as sa

from homeroom_collector.store.engine import Connection
from homeroom_collector.store.forgetting.found import Found
from homeroom_collector.store.forgetting.taking_away import is_about
from homeroom_collector.store.ticket_tables import tickets


class DeskTicket(NamedTuple):
    """One ticket by its number at the help desk."""

    desk_id: str
    source: str


def desk_tickets(connection: Connection, found: Found) -> tuple[DeskTicket, ...]:
    """Tickets about the devices themselves that have a number at the help desk, oldest first."""
    query = sa.select(tickets.c.key, tickets.c.desk_id, tickets.c.source).where(tickets.c.desk_id != "")
    rows = connection.execute(query.order_by(tickets.c.first_at))
    return tuple(DeskTicket(row.desk_id, row.source) for row in rows if is_about(row.key, found))
