"""Signed-in people and one-time links. Both are told apart by an id and proved by a secret kept as a digest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from homeroom_collector.store import secrets
from homeroom_collector.store.engine import Connection
from homeroom_collector.store.schema_access import sessions, sign_in_links


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Who is signed in, and how. ``grants`` is as :mod:`homeroom_collector.access.roles` writes it."""

    name: str
    method: str
    grants: str
    expires_at: float


def begin(connection: Connection, session: Session, now: float) -> str:
    """Sign somebody in and return the text that proves it, which is not kept."""
    minted = secrets.mint("hrs")
    row = {
        "session_id": minted.secret_id,
        "secret_sha256": minted.digest,
        "name": session.name,
        "method": session.method,
        "grants": session.grants,
        "created_at": now,
        "expires_at": session.expires_at,
    }
    connection.execute(sessions.insert(), row)
    return minted.text


def find(connection: Connection, text: str, now: float) -> Session | None:
    """Whose session a text proves; None where it proves none, or none that still lasts."""
    row = _proved(connection, sessions, sessions.c.session_id, text)
    if row is None or row["expires_at"] <= now:
        return None
    return Session(**{name: row[name] for name in ("name", "method", "grants", "expires_at")})


def end(connection: Connection, text: str) -> None:
    """Sign out. What is no session ends nothing."""
    if parts := secrets.split(text):
        connection.execute(sessions.delete().where(sessions.c.session_id == parts[0]))


def make_link(connection: Connection, *, name: str, grants: str, expires_at: float) -> str:
    """Make a one-time link and return the text that it carries, which is not kept."""
    minted = secrets.mint("hrl")
    row = {"link_id": minted.secret_id, "secret_sha256": minted.digest}
    connection.execute(sign_in_links.insert(), row | {"name": name, "grants": grants, "expires_at": expires_at})
    return minted.text


def use_link(connection: Connection, text: str, now: float) -> tuple[str, str] | None:
    """Take a link, once: the name and the grants it gives. None where it is unknown, used or too old."""
    row = _proved(connection, sign_in_links, sign_in_links.c.link_id, text)
    if row is None or row["expires_at"] <= now:
        return None
    gone = connection.execute(sign_in_links.delete().where(sign_in_links.c.link_id == row["link_id"]))
    # Two browsers, or two replicas: only one of them deletes the row.
    return (row["name"], row["grants"]) if gone.rowcount == 1 else None


def drop_expired(connection: Connection, now: float) -> None:
    """Forget sessions and links that are worth nothing any more."""
    for table in (sessions, sign_in_links):
        connection.execute(table.delete().where(table.c.expires_at <= now))


def _proved(connection: Connection, table: sa.Table, key: sa.Column[Any], text: str) -> sa.RowMapping | None:
    parts = secrets.split(text)
    if parts is None:
        return None
    row = connection.execute(sa.select(table).where(key == parts[0])).mappings().one_or_none()
    return row if row is not None and secrets.matches(parts[1], row["secret_sha256"]) else None
