"""What the management console lists: its devices, whether they are still enrolled, and when they last synced."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from homeroom_collector.store.engine import Connection
from homeroom_collector.store.schema import devices, google_devices, latest


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One device of the console; ``managed`` is false once it was deprovisioned or disabled."""

    device_id: str
    serial: str | None
    managed: bool
    last_sync_at: float | None


def listed(connection: Connection) -> list[Listed]:
    """All devices that a console ever listed, by id."""
    columns = (devices.c.device_id, devices.c.serial, google_devices.c.status, google_devices.c.last_sync_at)
    query = sa.select(*columns).join_from(google_devices, devices).order_by(devices.c.device_id)
    return [
        Listed(
            device_id=row.device_id, serial=row.serial, managed=row.status == "ACTIVE", last_sync_at=row.last_sync_at
        )
        for row in connection.execute(query)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """One device as the console's register describes it; ``facts`` is the JSON of what it said of its kind, or None."""

    serial: str | None
    school_id: str
    grade_band: str
    manufacturer: str | None
    model: str | None
    location: str | None
    status: str
    facts: str | None


def described(connection: Connection) -> list[Described]:
    """All devices of the console, by id; a device that was enrolled twice comes twice."""
    names = ("serial", "school_id", "grade_band", "manufacturer", "model")
    columns: list[sa.ColumnElement[Any]] = [devices.c[name] for name in names]
    columns += [google_devices.c.location, google_devices.c.status, latest.c.google.label("facts")]
    query = sa.select(*columns).join_from(google_devices, devices)
    query = query.join(latest, latest.c.device_number == devices.c.number, isouter=True)
    rows = connection.execute(query.order_by(devices.c.device_id, google_devices.c.status)).mappings()
    return [Described(**row) for row in rows]
