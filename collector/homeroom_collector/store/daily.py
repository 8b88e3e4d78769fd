"""The daily history: one row a device and day, so that late reports land on the day they were measured."""

from __future__ import annotations

from typing import Any, NamedTuple

import sqlalchemy as sa

from homeroom_collector.store.engine import Connection
from homeroom_collector.store.schema import daily as table
from homeroom_collector.store.upsert import Merge, upsert

LEAST = ("boots_total_min", "battery_health_ratio_min")
GREATEST = (
    "uptime_seconds_max",
    "boots_total_max",
    "unexpected_shutdowns_total_max",
    "crashes_total_max",
    "disk_wear_ratio_max",
)


def _sum(name: str) -> Merge:
    return lambda new, old: old[name] + new[name]


def _least(name: str) -> Merge:
    return lambda new, old: _pick(new[name], old[name], new[name] < old[name])


def _greatest(name: str) -> Merge:
    return lambda new, old: _pick(new[name], old[name], new[name] > old[name])


def _pick(new: Any, old: Any, better: Any) -> Any:
    """The better one; NULL is unknown and never better than a value (min and max of SQLite would give NULL)."""
    return sa.case((old.is_(None), new), (better, new), else_=old)


_MERGE: dict[str, Merge] = {
    "reports": _sum("reports"),
    **{name: _least(name) for name in ("first_measured_at", *LEAST)},
    **{name: _greatest(name) for name in ("last_measured_at", *GREATEST)},
}


def add(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Count new reports into their days. Every row has all columns; ``reports`` is how many it stands for."""
    if rows:
        connection.execute(upsert(connection, table, ["day", "device_number"], _MERGE), rows)


def reports_of(connection: Connection, device_number: int) -> dict[int, int]:
    """Reports by day of one device."""
    rows = connection.execute(sa.select(table.c.day, table.c.reports).where(table.c.device_number == device_number))
    return {row.day: row.reports for row in rows}


class Counted(NamedTuple):
    """What happened over some days; None where the device does not count it."""

    days: int
    crashes: int | None
    unexpected_shutdowns: int | None


def counted_since(connection: Connection, day: int) -> dict[int, Counted]:
    """Crashes and unexpected shutdowns of each device since a day, and on how many days it reported, by its number.

    The counters only grow, so what happened is the last minus the first; of a single day nothing can be said.
    """
    totals = (table.c.crashes_total_max, table.c.unexpected_shutdowns_total_max)
    grown = [sa.func.max(total) - sa.func.min(total) for total in totals]
    query = sa.select(table.c.device_number, sa.func.count(), *grown)
    rows = connection.execute(query.where(table.c.day >= day).group_by(table.c.device_number))
    return {row[0]: Counted(*row[1:]) if row[1] > 1 else Counted(row[1], None, None) for row in rows}
