"""The latest state: one row a device, each section with the newest that was ever said of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

import sqlalchemy as sa

from homeroom_collector.store.engine import Connection
from homeroom_collector.store.schema import SECTIONS, devices
from homeroom_collector.store.schema import latest as table

HELD = ("seen", "section_times", "measured_at")
HEADER = (
    "measured_at",
    "received_at",
    "clock_skew_seconds",
    "on_campus",
    "sequence",
    "source",
    "agent_version",
    "lost_reports_total",
)

_held = sa.select(table.c.device_number, *(table.c[name] for name in HELD))
_all = sa.select(devices.c.device_id, table).join_from(table, devices, devices.c.number == table.c.device_number)


def _keep(name: str) -> sa.ColumnElement[Any]:
    """What is not said stays as it was."""
    return sa.func.coalesce(sa.bindparam(name, type_=table.c[name].type), table.c[name])


_change = (
    table.update()
    .where(table.c.device_number == sa.bindparam("number"))
    .values(
        {name: sa.bindparam(name, type_=table.c[name].type) for name in ("seen", "section_times", "received_at")}
        | {name: _keep(name) for name in (*HEADER, *SECTIONS) if name != "received_at"}
    )
)
CHANGE_KEYS = ("number", "seen", "section_times", *HEADER, *SECTIONS)


async def held(connection: Connection, numbers: Sequence[int]) -> dict[int, tuple[str, str, float | None]]:
    """What must be known of devices before new reports can be taken: ``seen``, ``section_times``, ``measured_at``.

    On PostgreSQL the rows are locked until the transaction ends, in one order everywhere, so that replicas wait for
    each other instead of deadlocking. A device that no longer exists is absent.
    """
    query = _held.where(table.c.device_number.in_(numbers)).order_by(table.c.device_number).with_for_update()
    return {row[0]: (row[1], row[2], row[3]) for row in await connection.execute(query)}


async def change(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Write new state; every row has all of CHANGE_KEYS, and None leaves what was there."""
    if rows:
        await connection.execute(_change, rows)


async def everything(connection: Connection) -> AsyncIterator[sa.RowMapping]:
    """Every device that ever reported, with its sections as JSON text."""
    async with connection.stream(_all.where(table.c.received_at.is_not(None))) as rows:
        async for row in rows.mappings():
            yield row
