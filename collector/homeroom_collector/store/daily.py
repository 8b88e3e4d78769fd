"""The daily history: one row a device and day, so that late reports land on the day they were measured."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import sqlalchemy as sa

from homeroom_collector.history.day import Day, read
from homeroom_collector.store.engine import Connection
from homeroom_collector.store.schema import daily as table
from homeroom_collector.store.schema import devices, latest
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
    **{name: _sum(name) for name in ("reports", "polls", "polls_answered")},
    **{name: _least(name) for name in ("first_measured_at", *LEAST)},
    **{name: _greatest(name) for name in ("last_measured_at", *GREATEST)},
}


def add(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Count new reports into their days. Every row has all columns; ``reports`` is how many it stands for."""
    if rows:
        connection.execute(upsert(connection, table, ["day", "device_number"], _MERGE), rows)


def of(connection: Connection, device_number: int, since_day: int) -> list[Day]:
    """Days of one device since a day, the open one included, by day."""
    columns = [table.c[name] for name in Day.__struct_fields__]
    query = sa.select(*columns).where(table.c.device_number == device_number, table.c.day >= since_day)
    days = {row.day: Day(*row) for row in connection.execute(query)}
    today = read(connection.scalar(sa.select(latest.c.today).where(latest.c.device_number == device_number)))
    if today is not None and today.day >= since_day:
        days[today.day] = today.joined(days[today.day]) if today.day in days else today
    return [days[day] for day in sorted(days)]


class Counted(NamedTuple):
    """What happened over some days; None where the device does not count it."""

    days: int
    crashes: int | None
    unexpected_shutdowns: int | None


def counted_since(connection: Connection, day: int) -> dict[int, Counted]:
    """Crashes and unexpected shutdowns of each device since a day, and on how many days it reported, by its number.

    The counters only grow, so what happened is the last minus the first; of a single day nothing can be said. A day on
    which late reports came in beside the open one counts twice; nobody acts on one day more.
    """
    totals = (table.c.crashes_total_max, table.c.unexpected_shutdowns_total_max)
    extremes = [rule(total) for total in totals for rule in (sa.func.min, sa.func.max)]
    query = sa.select(table.c.device_number, sa.func.count(), *extremes)
    rows = connection.execute(query.where(table.c.day >= day).group_by(table.c.device_number))
    counts: dict[int, _Counts] = {row[0]: (row[1], (row[2], row[3]), (row[4], row[5])) for row in rows}
    for number, today in _open_days(connection, day):
        days, crashes, shutdowns = counts.get(number, (0, (None, None), (None, None)))
        counts[number] = (
            days + 1,
            _widened(crashes, today.crashes_total_max),
            _widened(shutdowns, today.unexpected_shutdowns_total_max),
        )
    return {number: _counted(*counted) for number, counted in counts.items()}


def _open_days(connection: Connection, since_day: int) -> Iterator[tuple[int, Day]]:
    query = sa.select(latest.c.device_number, latest.c.today).where(latest.c.today.is_not(None))
    for number, text in connection.execute(query):
        today = read(text)
        if today is not None and today.day >= since_day:
            yield number, today


_Range = tuple[int | None, int | None]
_Counts = tuple[int, _Range, _Range]


def _widened(seen: _Range, new: int | None) -> _Range:
    known = [value for value in (*seen, new) if value is not None]
    return (min(known), max(known)) if known else (None, None)


def _counted(days: int, crashes: _Range, shutdowns: _Range) -> Counted:
    return Counted(days, _grown(crashes), _grown(shutdowns)) if days > 1 else Counted(days, None, None)


def _grown(seen: _Range) -> int | None:
    least, most = seen
    return None if least is None or most is None else most - least


def answered_since(connection: Connection, day: int) -> dict[str, tuple[int, int]]:
    """Polls of network gear by school since a day, and how many of them were answered; only days that are over."""
    query = (
        sa.select(devices.c.school_id, sa.func.sum(table.c.polls), sa.func.sum(table.c.polls_answered))
        .join_from(table, devices, table.c.device_number == devices.c.number)
        .where(table.c.day >= day, table.c.polls > 0)
        .group_by(devices.c.school_id)
    )
    return {school_id: (int(polls), int(answered)) for school_id, polls, answered in connection.execute(query)}
