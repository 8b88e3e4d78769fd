"""Device keys: digests only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from sys import intern
from types import MappingProxyType

import msgspec
import sqlalchemy as sa

from homeroom_collector.errors import RefusedError
from homeroom_collector.model import Device
from homeroom_collector.store import secrets
from homeroom_collector.store.engine import Connection, in_portions
from homeroom_collector.store.schema import device_keys as table
from homeroom_collector.store.schema import devices

_AT_ONCE = 500


class DeviceKey(msgspec.Struct, frozen=True, gc=False):
    """One key that works, and whose it is. ``writer`` numbers the reports that are sent with it; empty: unnamed.

    ``replaces`` is the id of the key that ends when this one is used for the first time, and empty from then on.
    """

    key_id: str
    number: int
    device_id: str
    school_id: str
    digest: bytes
    writer: str = ""
    created_at: float = 0.0
    replaces: str = ""


# Bytes already, as the drivers give it; SQLAlchemy would copy each.
_DIGEST = sa.type_coerce(table.c.secret_sha256, sa.types.NullType())
_OWN = (
    table.c.key_id, table.c.device_number, _DIGEST, table.c.writer, table.c.created_at, table.c.replaces
)  # fmt: skip
_works = table.c.revoked_at.is_(None)
# Made once, which is most of what a statement costs.
_ADD = table.insert()
_OF_DEVICE = (
    sa.select(table.c.key_id, table.c.writer)
    .where(table.c.device_number == sa.bindparam("which"), _works)
    .order_by(table.c.created_at.desc(), table.c.key_id)
)


def working(connection: Connection, known: Mapping[int, Device] = MappingProxyType({})) -> list[DeviceKey]:
    """Every key that works. ``known`` are devices that need not be read again, by number."""
    found, others = [], []
    for key_id, number, digest, writer, at, replaces in in_portions(connection, sa.select(*_OWN).where(_works)):
        device = known.get(number)
        if device is None:
            others.append(key_id)
        else:
            device_id, school_id = device.device_id, device.school_id
            found.append(DeviceKey(key_id, number, device_id, school_id, digest, intern(writer), at, replaces))
    for start in range(0, len(others), _AT_ONCE):
        found += _found(connection, others[start : start + _AT_ONCE])
    return found


def find(connection: Connection, key_id: str) -> DeviceKey | None:
    """One key, None where it does not exist or was revoked."""
    found = _found(connection, [key_id])
    return found[0] if found else None


def _found(connection: Connection, key_ids: Sequence[str]) -> list[DeviceKey]:
    """Those of these keys that work."""
    query = sa.select(*_OWN, devices.c.device_id, devices.c.school_id).join_from(table, devices)
    rows = connection.execute(query.where(table.c.key_id.in_(key_ids), _works))
    return [
        DeviceKey(key_id, number, device_id, intern(school_id), digest, intern(writer), at, replaces)
        for key_id, number, digest, writer, at, replaces, device_id, school_id in rows
    ]


def revoked_since(connection: Connection, moment: float) -> list[str]:
    """Keys revoked at or after a moment, by any process."""
    rows = connection.execute(sa.select(table.c.key_id).where(table.c.revoked_at >= moment))
    return list(rows.scalars())


def add(connection: Connection, number: int, now: float, writer: str = "") -> secrets.Minted:
    """Give a device a new key."""
    minted = secrets.mint("hrk")
    row = {"key_id": minted.secret_id, "device_number": number, "secret_sha256": minted.digest}
    connection.execute(_ADD, row | {"writer": writer, "created_at": now})
    return minted


def make_room(connection: Connection, number: int, writer: str, now: float, *, most: int) -> tuple[str, ...]:
    """Revoke a writer's keys, and the oldest of a device's others, so that with a new one ``most`` work.

    Returns the ids of those that worked until now.
    """
    working = list(connection.execute(_OF_DEVICE, {"which": number}))
    others = [row.key_id for row in working if row.writer != writer]
    gone = [row.key_id for row in working if row.writer == writer] + others[max(0, most - 1) :]
    if gone:
        connection.execute(table.update().where(table.c.key_id.in_(gone)).values(revoked_at=now))
    return tuple(gone)


def announce(
    connection: Connection, present: DeviceKey, key_id: str, digest: bytes, now: float
) -> tuple[DeviceKey, tuple[str, ...]]:
    """Let a device in by one more key, which is to take the place of the present one. Saying it again changes nothing.

    Returns the key, and the ids of those announced before that were never used. Raises RefusedError: 401 where the
    present key ended meanwhile, 409 where the id is taken.
    """
    if find(connection, present.key_id) is None:
        raise RefusedError(401, "this device key is not known or was revoked; enrol the device again")
    new = DeviceKey(
        key_id, present.number, present.device_id, present.school_id, digest, present.writer, now, present.key_id
    )
    taken = connection.execute(sa.select(table).where(table.c.key_id == key_id)).mappings().one_or_none()
    if taken is not None:
        same = taken["device_number"] == new.number and taken["secret_sha256"] == digest
        if same and taken["revoked_at"] is None and taken["replaces"] == present.key_id:
            return new, ()
        raise RefusedError(409, "key_id: is taken; make another")
    forgotten = _revoke(connection, table.c.replaces == present.key_id, now)
    row = {"key_id": key_id, "device_number": new.number, "secret_sha256": digest, "writer": new.writer}
    connection.execute(_ADD, row | {"created_at": now, "replaces": present.key_id})
    return new, forgotten


def settle(connection: Connection, key: DeviceKey, now: float) -> tuple[DeviceKey, tuple[str, ...]]:
    """A new key was used: end the one that it replaces, and all others that were to replace that one.

    Returns the key as it is now, and the ids of those that ended.
    """
    ended = _revoke(
        connection,
        sa.or_(table.c.key_id == key.replaces, table.c.replaces == key.replaces) & (table.c.key_id != key.key_id),
        now,
    )
    connection.execute(table.update().where(table.c.key_id == key.key_id).values(replaces=""))
    return msgspec.structs.replace(key, replaces=""), ended


def _revoke(connection: Connection, which: sa.ColumnElement[bool], now: float) -> tuple[str, ...]:
    change = table.update().where(which, table.c.revoked_at.is_(None))
    return tuple(connection.execute(change.values(revoked_at=now).returning(table.c.key_id)).scalars())


def others_working(connection: Connection, number: int, writer: str) -> bool:
    """Whether somebody else than ``writer`` has a key of a device."""
    query = sa.select(table.c.key_id).where(table.c.device_number == number, table.c.revoked_at.is_(None))
    return connection.execute(query.where(table.c.writer != writer).limit(1)).first() is not None


def revoke_all(connection: Connection, number: int, now: float) -> tuple[str, ...]:
    """Make all keys of a device worthless and return their ids."""
    return _revoke(connection, table.c.device_number == number, now)
