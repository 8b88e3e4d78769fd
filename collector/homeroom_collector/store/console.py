"""What the management console lists: its devices, whether they are still enrolled, and when they last synced."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from homeroom_collector.store.engine import Connection
from homeroom_collector.store.schema import devices, google_devices


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
