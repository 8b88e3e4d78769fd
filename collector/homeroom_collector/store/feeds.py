"""The last good copy of each calendar file, so that a restart without network still knows the holidays."""

from __future__ import annotations

import hashlib

import sqlalchemy as sa

from homeroom_collector.store.engine import Connection
from homeroom_collector.store.schema import calendar_feeds as table
from homeroom_collector.store.upsert import upsert


def find(connection: Connection, source: str) -> bytes | None:
    """The copy of what ``source`` gave last, None where it never gave anything."""
    body: bytes | None = connection.scalar(sa.select(table.c.body).where(table.c.feed == _key(source)))
    return body


def keep(connection: Connection, source: str, body: bytes, read_at: float) -> None:
    """Replace the copy."""
    change = upsert(
        connection, table, ["feed"], {"body": lambda new, _old: new.body, "read_at": lambda new, _old: new.read_at}
    )
    connection.execute(change, [{"feed": _key(source), "body": body, "read_at": read_at}])


def _key(source: str) -> str:
    """Addresses of private calendars are secrets; the copy is found by a digest."""
    return hashlib.sha256(source.encode()).hexdigest()
