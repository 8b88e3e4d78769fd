"""Device keys: digests only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from homeroom_collector.store import secrets
from homeroom_collector.store.engine import Connection
from homeroom_collector.store.schema import device_keys as table
from homeroom_collector.store.schema import devices


@dataclass(frozen=True, slots=True)
class DeviceKey:
    """One key that works, and whose it is. ``writer`` numbers the reports that are sent with it; empty: unnamed."""

    key_id: str
    number: int
    device_id: str
    school_id: str
    digest: bytes
    writer: str = ""


def _working() -> sa.Select[Any]:
    joined = sa.select(
        table.c.key_id,
        table.c.device_number,
        devices.c.device_id,
        devices.c.school_id,
        table.c.secret_sha256,
        table.c.writer,
    ).join_from(table, devices, devices.c.number == table.c.device_number)
    return joined.where(table.c.revoked_at.is_(None))


def _key(row: Any) -> DeviceKey:
    return DeviceKey(*row)


def working(connection: Connection) -> list[DeviceKey]:
    """Every key that works."""
    return [_key(row) for row in connection.execute(_working())]


def find(connection: Connection, key_id: str) -> DeviceKey | None:
    """One key, None where it does not exist or was revoked."""
    row = (connection.execute(_working().where(table.c.key_id == key_id))).one_or_none()
    return _key(row) if row else None


def revoked_since(connection: Connection, moment: float) -> list[str]:
    """Keys revoked at or after a moment, by any process."""
    rows = connection.execute(sa.select(table.c.key_id).where(table.c.revoked_at >= moment))
    return list(rows.scalars())


def add(connection: Connection, number: int, now: float, writer: str = "") -> secrets.Minted:
    """Give a device a new key."""
    minted = secrets.mint("hrk")
    row = {"key_id": minted.secret_id, "device_number": number, "secret_sha256": minted.digest}
    connection.execute(table.insert(), row | {"writer": writer, "created_at": now})
    return minted


def make_room(connection: Connection, number: int, writer: str, now: float, *, most: int) -> tuple[str, ...]:
    """Revoke a writer's keys, and the oldest of a device's others, so that with a new one ``most`` work.

    Returns the ids of those that worked until now.
    """
    query = sa.select(table.c.key_id, table.c.writer).where(table.c.device_number == number)
    query = query.where(table.c.revoked_at.is_(None)).order_by(table.c.created_at.desc(), table.c.key_id)
    working = list(connection.execute(query))
    others = [row.key_id for row in working if row.writer != writer]
    gone = [row.key_id for row in working if row.writer == writer] + others[max(0, most - 1) :]
    if gone:
        connection.execute(table.update().where(table.c.key_id.in_(gone)).values(revoked_at=now))
    return tuple(gone)


def revoke_all(connection: Connection, number: int, now: float) -> tuple[str, ...]:
    """Make all keys of a device worthless and return their ids."""
    change = table.update().where(table.c.device_number == number, table.c.revoked_at.is_(None))
    rows = connection.execute(change.values(revoked_at=now).returning(table.c.key_id))
    return tuple(rows.scalars())
