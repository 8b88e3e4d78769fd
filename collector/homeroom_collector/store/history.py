"""Samples of two days and days of ports: writing, reading back, and letting go of what is old."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from homeroom_collector.history.chunk import block_of
from homeroom_collector.history.interfaces import PortDay
from homeroom_collector.store.engine import Connection
from homeroom_collector.store.schema import daily, daily_interfaces, devices, latest, rolled_up, samples
from homeroom_collector.store.upsert import Merge, upsert


class SampleRow(NamedTuple):
    """One row of ``samples``."""

    block: int
    device_number: int
    first_at: float
    body: bytes


def add_samples(connection: Connection, rows: Sequence[SampleRow]) -> None:
    """Put full chunks away. One that is there already stays: it is the same."""
    if rows:
        names = ("block", "device_number", "first_at")
        statement = upsert(connection, samples, names, {"body": _new("body")})
        connection.execute(statement, [row._asdict() for row in rows])


class Chunks(NamedTuple):
    """Everything there is of a device's samples: bodies of rows by time, and the lines in no row yet."""

    bodies: list[bytes]
    recent: str | None


def chunks(connection: Connection, device_number: int, since: float, until: float) -> Chunks:
    """Samples of a device that may lie between two moments; others may come with them."""
    # The key begins with the block, so these two cost nothing, and what is asked for is bounded by what there is.
    first, last = (connection.scalar(sa.select(end(samples.c.block))) or 0 for end in (sa.func.min, sa.func.max))
    blocks = range(max(first, block_of(since)), min(last, block_of(until)) + 1)
    query = sa.select(samples.c.body).where(samples.c.block.in_(blocks), samples.c.device_number == device_number)
    bodies = connection.execute(query.order_by(samples.c.block, samples.c.first_at)).scalars()
    recent = connection.scalar(sa.select(latest.c.recent).where(latest.c.device_number == device_number))
    return Chunks(list(bodies), recent)


def number_of(connection: Connection, device_id: str) -> int | None:
    """The row of a device, by its public id."""
    return connection.scalar(sa.select(devices.c.number).where(devices.c.device_id == device_id))


class Gear(NamedTuple):
    """One device whose ports may have to be worked out."""

    number: int
    device_id: str
    school_id: str


def gear_to_roll_up(connection: Connection, day: int, school_ids: Iterable[str]) -> list[Gear]:
    """Network gear of these schools whose ports of this day have not been worked out, by number."""
    done = sa.select(rolled_up.c.device_number).where(rolled_up.c.day == day)
    query = sa.select(devices.c.number, devices.c.device_id, devices.c.school_id).where(
        devices.c.device_class == "network",
        devices.c.school_id.in_(list(school_ids)),
        devices.c.number.not_in(done),
    )
    return [Gear(*row) for row in connection.execute(query.order_by(devices.c.number))]


def put_port_days(connection: Connection, device_number: int, day: int, ports: Sequence[PortDay]) -> None:
    """Replace the ports' day of a device, and note that it is done."""
    ours = (daily_interfaces.c.day == day) & (daily_interfaces.c.device_number == device_number)
    connection.execute(daily_interfaces.delete().where(ours))
    if ports:
        rows = [{"day": day, "device_number": device_number, **dataclasses.asdict(port)} for port in ports]
        connection.execute(daily_interfaces.insert(), rows)
    connection.execute(
        upsert(connection, rolled_up, ["day", "device_number"], {"day": _new("day")}),
        [{"day": day, "device_number": device_number}],
    )


def roll_up_again(connection: Connection, days: Sequence[tuple[int, int]]) -> None:
    """Late samples came: have these days (day, device number) worked out anew."""
    for day, number in days:
        ours = (rolled_up.c.day == day) & (rolled_up.c.device_number == number)
        connection.execute(rolled_up.delete().where(ours))


def port_days(connection: Connection, device_number: int, since_day: int) -> list[dict[str, Any]]:
    """Days of a device's ports, by day and name; octets are whole numbers."""
    query = sa.select(daily_interfaces).where(
        daily_interfaces.c.device_number == device_number, daily_interfaces.c.day >= since_day
    )
    rows = connection.execute(query.order_by(daily_interfaces.c.day, daily_interfaces.c.interface)).mappings()
    whole = ("in_octets", "out_octets")
    return [{**row, **{name: None if row[name] is None else int(row[name]) for name in whole}} for row in rows]


class BusyDay(NamedTuple):
    """The 95th percentile of a port while there was instruction, on one day; bits per second."""

    device_id: str
    interface: str
    day: int
    receive_bps: float
    transmit_bps: float


def busy_days(connection: Connection, device_ids: Sequence[str], since_day: int) -> list[BusyDay]:
    """Days of the ports of some devices since a day, by day; those without instruction are left out."""
    columns = (
        devices.c.device_id,
        daily_interfaces.c.interface,
        daily_interfaces.c.day,
        daily_interfaces.c.in_p95_bps,
        daily_interfaces.c.out_p95_bps,
    )
    query = sa.select(*columns).join_from(
        daily_interfaces, devices, daily_interfaces.c.device_number == devices.c.number
    )
    query = query.where(
        devices.c.device_id.in_(list(device_ids)),
        daily_interfaces.c.day >= since_day,
        daily_interfaces.c.in_p95_bps.is_not(None),
        daily_interfaces.c.out_p95_bps.is_not(None),
    )
    return [BusyDay(*row) for row in connection.execute(query.order_by(daily_interfaces.c.day))]


def drop_samples(connection: Connection, before: float) -> int:
    """Let go of blocks that end before a moment; gives how many rows."""
    return connection.execute(samples.delete().where(samples.c.block < block_of(before))).rowcount


def oldest_day(connection: Connection) -> int | None:
    """The first day of the history."""
    found = [connection.scalar(sa.select(sa.func.min(table.c.day))) for table in (daily, daily_interfaces)]
    return min((day for day in found if day is not None), default=None)


def drop_days(connection: Connection, device_class: str, before_day: int, *, most: int) -> int:
    """Let go of days of one class of device before a day, at most so many rows; gives how many."""
    of_class = sa.select(devices.c.number).where(devices.c.device_class == device_class)
    return _drop(connection, daily, (daily.c.day < before_day) & daily.c.device_number.in_(of_class), most)


def drop_port_days(connection: Connection, before_day: int, *, most: int) -> int:
    """Let go of days of ports, at most so many rows; gives how many."""
    connection.execute(rolled_up.delete().where(rolled_up.c.day < before_day))
    return _drop(connection, daily_interfaces, daily_interfaces.c.day < before_day, most)


def _drop(connection: Connection, table: sa.Table, old: sa.ColumnElement[bool], most: int) -> int:
    """Bounded, so that no transaction is long."""
    key = list(table.primary_key.columns)
    chosen = sa.select(*key).where(old).order_by(*key).limit(most)
    return connection.execute(table.delete().where(sa.tuple_(*key).in_(chosen))).rowcount


def _new(name: str) -> Merge:
    return lambda new, _old: new[name]
