"""The latest state: one row a device, holding its newest report and what must be known to take the next one in.

Everything here is done for many devices in one statement and one fetch. Besides being cheap, that matters for SQLite:
its driver gives up Python's interpreter lock at every row, and must wait for it while the event loop is busy.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from homeroom_collector.store.engine import Connection
from homeroom_collector.store.schema import devices
from homeroom_collector.store.schema import latest as table


class Held(NamedTuple):
    """What must be known of a device before a report can be taken. ``measured_at`` None: it never reported."""

    number: int
    seen: str
    measured_at: float | None
    sections: str
    today: str | None
    received_at: float | None
    recent_length: int = 0


class Whole(NamedTuple):
    """The newest report, the sections kept beside it, and the samples that are in no row of ``samples`` yet."""

    number: int
    report: str | None
    kept: str | None
    recent: str | None = None


class Row(NamedTuple):
    """New state of a device, in the order of the statement. Where None is allowed, it leaves what was there.

    ``recent`` replaces the samples at hand, ``more_recent`` is put behind them.
    """

    seen: str
    measured_at: float | None
    received_at: float
    clock_skew_seconds: float | None
    on_campus: bool | None
    sections: str
    report: str | None
    kept: str | None
    today: str
    recent: str | None
    more_recent: str
    device_number: int


class Stored(NamedTuple):
    """One device as it is read back at start. Without ``report`` only Google knows it, as ``google`` says."""

    device_id: str
    device_number: int
    report: str | None
    kept: str | None
    measured_at: float | None
    received_at: float | None
    on_campus: bool | None
    google: str | None
    school_id: str = ""


def held(connection: Connection, numbers: Sequence[int]) -> list[Held]:
    """Read what is held of devices. One that no longer exists is absent.

    On PostgreSQL the rows are locked until the transaction ends, in one order everywhere, so that replicas wait for
    each other instead of deadlocking.
    """
    return [Held(*row) for row in _rows(connection, Held, numbers)]


def whole(connection: Connection, numbers: Sequence[int]) -> dict[int, Whole]:
    """Read reports and kept sections."""
    return {row[0]: Whole(*row) for row in _rows(connection, Whole, numbers)} if numbers else {}


def _rows(connection: Connection, kind: type[Held | Whole], numbers: Sequence[int]) -> Sequence[Sequence[Any]]:
    if connection.dialect.name == "sqlite":
        text: str = connection.execute(_one_row(kind._fields), {"numbers": json.dumps(numbers)}).scalar_one()
        rows: list[list[Any]] = json.loads(text)
        return rows
    query = sa.select(*_columns(kind._fields)).where(table.c.device_number.in_(numbers))
    return [tuple(row) for row in connection.execute(query.order_by(table.c.device_number).with_for_update())]


def _columns(fields: tuple[str, ...]) -> list[sa.ColumnElement[Any]]:
    length = sa.func.coalesce(sa.func.length(table.c.recent), 0)
    others: dict[str, sa.ColumnElement[Any]] = {"number": table.c.device_number, "recent_length": length}
    return [others[name] if name in others else table.c[name] for name in fields]


@lru_cache(maxsize=4)
def _one_row(fields: tuple[str, ...]) -> sa.Select[Any]:
    """All rows as one JSON text, for SQLite."""
    wanted: sa.Select[Any] = sa.select(sa.column("value")).select_from(sa.func.json_each(sa.bindparam("numbers")))
    array = sa.func.json_group_array(sa.func.json_array(*_columns(fields)), type_=sa.Text)
    return sa.select(array).where(table.c.device_number.in_(wanted))


@lru_cache(maxsize=4)
def _change(dialect: sa.Dialect) -> str:
    """The statement of :func:`change`: compiled once, for compiling costs more than a hundred rows."""
    lasting = {"measured_at", "clock_skew_seconds", "on_campus", "report", "kept"}
    values: dict[str, Any] = {}
    for name in Row._fields[: Row._fields.index("recent")]:
        new = sa.bindparam(name, type_=table.c[name].type)
        values[name] = sa.func.coalesce(new, table.c[name]) if name in lasting else new
    recent, more = (sa.bindparam(name, type_=sa.Text) for name in ("recent", "more_recent"))
    values["recent"] = sa.func.coalesce(recent, table.c.recent, sa.literal_column("''")).concat(more)
    statement = table.update().where(table.c.device_number == sa.bindparam("number")).values(values)
    return str(statement.compile(dialect=dialect))


def change(connection: Connection, rows: Sequence[Row]) -> None:
    """Write new state of devices that :func:`held` found in the same transaction."""
    if rows:
        connection.exec_driver_sql(_change(connection.dialect), [tuple(row) for row in rows])


def open_days(connection: Connection, number: int, *, most: int) -> list[tuple[int, str]]:
    """Days that stand in the rows of devices, the next ``most`` with a number above this one: number and text."""
    query = sa.select(table.c.device_number, table.c.today).where(table.c.today.is_not(None))
    query = query.where(table.c.device_number > number).order_by(table.c.device_number).limit(most)
    return [(row.device_number, row.today) for row in connection.execute(query)]


def close_day(connection: Connection, number: int, today: str) -> bool:
    """Take a day out of its device's row, if it is still this one."""
    change = table.update().where(table.c.device_number == number, table.c.today == today).values(today=None)
    return connection.execute(change).rowcount == 1


def after(connection: Connection, number: int, *, most: int) -> list[Stored]:
    """Devices that reported, the next ``most`` with a number above this one, in order of number."""
    query = _stored().where(sa.or_(table.c.report.is_not(None), table.c.google.is_not(None)))
    query = query.where(table.c.device_number > number).order_by(table.c.device_number).limit(most)
    return list(map(Stored._make, connection.execute(query).fetchall()))


def stored(connection: Connection, numbers: Sequence[int]) -> dict[int, Stored]:
    """The whole state of some devices, by number."""
    rows = connection.execute(_stored().where(table.c.device_number.in_(numbers)))
    return {row.device_number: Stored(*row) for row in rows}


def changed_since(connection: Connection, moment: float) -> list[int]:
    """Numbers of devices that were heard from, or enrolled, at this moment or later."""
    heard = sa.select(table.c.device_number).where(table.c.received_at >= moment)
    enrolled = sa.select(devices.c.number).where(devices.c.enrolled_at >= moment)
    return list(connection.execute(heard.union(enrolled)).scalars())


def _stored() -> sa.Select[Any]:
    columns = [table.c[name] if name in table.c else devices.c[name] for name in Stored._fields]
    return sa.select(*columns).join_from(table, devices)
