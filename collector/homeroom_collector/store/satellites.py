"""The register of satellites: who may report the network gear of which school, and how each fares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from homeroom_collector.errors import RefusedError
from homeroom_collector.model import Device
from homeroom_collector.store import devices as register
from homeroom_collector.store import secrets
from homeroom_collector.store.engine import Connection
from homeroom_collector.store.satellite_tables import satellite_targets as owned
from homeroom_collector.store.satellite_tables import satellites as table
from homeroom_collector.store.schema import devices
from homeroom_collector.store.upsert import upsert


@dataclass(frozen=True, slots=True, kw_only=True)
class Satellite:
    """One satellite. What it told of itself is None until it did; ``contact_at`` None: it was never heard."""

    number: int
    name: str
    school_id: str
    created_at: float
    enrolled_at: float | None
    contact_at: float | None
    measured_at: float | None
    lost_reports: int | None
    waiting_reports: int | None
    targets: int | None
    answering: int | None
    poll_busy_ratio: float | None
    key_id: str | None
    key_sha256: bytes | None


_FIELDS = [table.c[name] for name in Satellite.__dataclass_fields__]


def listed(connection: Connection) -> list[Satellite]:
    """All satellites, by name."""
    rows = connection.execute(sa.select(*_FIELDS).order_by(table.c.name)).mappings()
    return [Satellite(**row) for row in rows]


def add(connection: Connection, name: str, school_id: str, now: float) -> str:
    """Make a satellite known, or an old one anew, and return a token for one enrolment, which is not kept.

    The key of an old one works until the token is used.
    """
    minted = secrets.mint("hst")
    row: dict[str, Any] = {"school_id": school_id, "token_id": minted.secret_id, "token_sha256": minted.digest}
    changed = connection.execute(table.update().where(table.c.name == name).values(row))
    if not changed.rowcount:
        connection.execute(table.insert(), row | {"name": name, "created_at": now})
    return minted.text


def remove(connection: Connection, name: str) -> bool:
    """Forget a satellite and its key; its gear stays. False where there is none of that name."""
    return connection.execute(table.delete().where(table.c.name == name)).rowcount == 1


def enrol(connection: Connection, token: str, now: float) -> tuple[str, str]:
    """Exchange a token for a key; gives the satellite's name and the key. Raises RefusedError 401.

    One statement uses the token up, so two cannot both enrol with it.
    """
    parts = secrets.split(token)
    row = None
    if parts:
        query = sa.select(table.c.number, table.c.name, table.c.token_sha256).where(table.c.token_id == parts[0])
        row = connection.execute(query).one_or_none()
    minted = secrets.mint("hsk")
    if row is not None and parts is not None and secrets.matches(parts[1], row.token_sha256):
        new: dict[str, Any] = {"token_id": None, "token_sha256": None, "enrolled_at": now}
        new |= {"key_id": minted.secret_id, "key_sha256": minted.digest}
        if connection.execute(table.update().where(table.c.token_id == parts[0]).values(new)).rowcount:
            return row.name, minted.text
    raise RefusedError(401, "this token is not known or was used; make one with: homeroom satellite add")


def heard(connection: Connection, number: int, contact_at: float, told: Mapping[str, Any] | None) -> None:
    """Note that a satellite was heard, and how it fares if that is newer than what is known."""
    ours = table.c.number == number
    connection.execute(table.update().where(ours).values(contact_at=contact_at))
    if told is not None:
        newer = table.c.measured_at.is_(None) | (table.c.measured_at <= told["measured_at"])
        connection.execute(table.update().where(ours, newer).values(dict(told)))


def claim(connection: Connection, satellite: Satellite, device_id: str, now: float, *, most: int) -> int:
    """The number of a device that a satellite reports, registered at the satellite's school where it is new.

    Raises RefusedError 403 where the device is not network gear of that school, 409 where there would be too many.
    """
    query = sa.select(devices.c.number, devices.c.device_class, devices.c.school_id)
    row = connection.execute(query.where(devices.c.device_id == device_id)).one_or_none()
    if row is not None and (row.device_class, row.school_id) != ("network", satellite.school_id):
        raise RefusedError(403, f"device_id: {device_id!r} is not network gear of this satellite's school")
    if row is None:
        _check_room(connection, satellite, most)
        gear = Device(device_id=device_id, device_class="network", school_id=satellite.school_id)
        number = register.put_network(connection, gear, now=now)
    else:
        number = int(row.number)
    statement = upsert(connection, owned, ["device_number"], {"satellite": lambda new, _old: new.satellite})
    connection.execute(statement, {"device_number": number, "satellite": satellite.number})
    return number


def _check_room(connection: Connection, satellite: Satellite, most: int) -> None:
    count = sa.select(sa.func.count()).where(owned.c.satellite == satellite.number)
    if connection.execute(count.select_from(owned)).scalar_one() >= most:
        raise RefusedError(409, f"device_id: this satellite has {most} devices, as many as satellites.most_targets")
