"""What happened to devices: enrolled, set up again, moved, a key that two machines shared, let in or kept out."""

from __future__ import annotations

from typing import Any, Literal

import sqlalchemy as sa

from homeroom_collector.store.engine import Connection
from homeroom_collector.store.schema import device_events as table
from homeroom_collector.store.schema import devices

Kind = Literal[
    "enrolled", "reenrolled", "moved", "cloned", "imported", "quarantined", "accepted", "rejected", "contested"
]
KINDS: tuple[Kind, ...] = (
    "enrolled", "reenrolled", "moved", "cloned", "imported", "quarantined", "accepted", "rejected",
    "contested",
)  # fmt: skip

_ADD = table.insert()


def record(connection: Connection, number: int, now: float, kind: Kind, detail: str) -> None:
    """Add one event. ``number`` is the device's row."""
    connection.execute(_ADD, {"device_number": number, "at": now, "kind": kind, "detail": detail})


def happened_since(connection: Connection, number: int, kind: Kind, moment: float) -> bool:
    """Whether a device had such an event at or after a moment."""
    query = sa.select(table.c.event_id).where(table.c.device_number == number, table.c.kind == kind)
    return connection.execute(query.where(table.c.at >= moment).limit(1)).first() is not None


def listed(
    connection: Connection,
    *,
    since: float = 0.0,
    device_id: str | None = None,
    school_id: str | None = None,
    kind: str | None = None,
    most: int = 1_000,
) -> list[dict[str, Any]]:
    """The newest ``most`` events as rows for a list, newest first; None leaves a filter out."""
    query = sa.select(
        table.c.at.label("happened_at"), devices.c.device_id, devices.c.school_id, table.c.kind, table.c.detail
    ).join_from(table, devices)
    wanted = {devices.c.device_id: device_id, devices.c.school_id: school_id, table.c.kind: kind}
    for column, value in wanted.items():
        if value is not None:
            query = query.where(column == value)
    query = query.where(table.c.at >= since).order_by(table.c.at.desc(), table.c.event_id.desc())
    return [dict(row) for row in connection.execute(query.limit(most)).mappings()]
