"""The outbox: reports that were taken and still have to reach other stores, put there by the commit that took them.

A report is either in the store and in the outbox or in neither, so a process that dies loses nothing; it sends again
what it could not strike off. Order is that of commits, for each device. Every endpoint has its own list of what
waits, and one process at a time works on it.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from homeroom_collector.store.engine import Connection
from homeroom_collector.store.outbox_tables import outbox_batches as batches
from homeroom_collector.store.outbox_tables import outbox_holders as holders
from homeroom_collector.store.outbox_tables import outbox_pending as pending
from homeroom_collector.store.upsert import upsert

_LEVEL = 1
_MOST_ROWS = 2_000
_SWEEP_ROWS = 500


class Leaving(NamedTuple):
    """One report: whose it is, when it was measured by our clock, and the JSON it was."""

    school_id: str
    device_id: str
    measured_at: float
    raw: str


class Batch(NamedTuple):
    """Reports of one commit."""

    batch: int
    at: float
    reports: int
    size_bytes: int
    body: bytes


class Depth(NamedTuple):
    """What waits for an endpoint. ``oldest_at`` is None where nothing does."""

    reports: int
    size_bytes: int
    oldest_at: float | None


_line: msgspec.json.Decoder[tuple[str, str, float, msgspec.Raw]] = msgspec.json.Decoder(
    tuple[str, str, float, msgspec.Raw]
)


def packed(reports: Sequence[Leaving]) -> bytes:
    """Reports as the body of a batch."""
    lines = [
        msgspec.json.encode((each.school_id, each.device_id, each.measured_at, msgspec.Raw(each.raw.encode())))
        for each in reports
    ]
    return zlib.compress(b"\n".join(lines), _LEVEL)


def unpacked(body: bytes) -> Iterator[Leaving]:
    """The reports of a body, in the order in which they were taken. JSON has no line feed but between values."""
    for school_id, device_id, measured_at, raw in _line.decode_lines(zlib.decompress(body)):
        yield Leaving(school_id, device_id, measured_at, bytes(raw).decode())


def put(connection: Connection, endpoints: Sequence[str], reports: Sequence[Leaving], now: float) -> None:
    """Let reports wait for every endpoint."""
    if not reports or not endpoints:
        return
    body = packed(reports)
    row = {"at": now, "reports": len(reports), "size_bytes": len(body), "body": body}
    batch = connection.execute(batches.insert().returning(batches.c.batch), row).scalar_one()
    connection.execute(pending.insert(), [{"endpoint": endpoint, "batch": batch} for endpoint in endpoints])


def waiting(connection: Connection, endpoint: str, *, most_bytes: int) -> list[Batch]:
    """The oldest batches for an endpoint, up to so many bytes together, at least one where any waits."""
    sized = _of(endpoint, batches.c.batch, batches.c.size_bytes).order_by(pending.c.batch).limit(_MOST_ROWS)
    numbers: list[int] = []
    for number, size in connection.execute(sized):
        if numbers and size > most_bytes:
            break
        most_bytes -= size
        numbers.append(number)
    query = sa.select(*batches.c).where(batches.c.batch.in_(numbers)).order_by(batches.c.batch)
    return [Batch(*row) for row in connection.execute(query)]


def _of(endpoint: str, *columns: sa.ColumnElement[Any]) -> sa.Select[Any]:
    joined = sa.select(*columns).join_from(pending, batches, pending.c.batch == batches.c.batch)
    return joined.where(pending.c.endpoint == endpoint)


def strike_off(connection: Connection, endpoint: str, numbers: Sequence[int]) -> None:
    """Forget batches that an endpoint has, and their bodies where nobody else waits for them."""
    connection.execute(pending.delete().where(pending.c.endpoint == endpoint, pending.c.batch.in_(numbers)))
    _let_go(connection, batches.c.batch.in_(numbers))


def _let_go(connection: Connection, which: sa.ColumnElement[bool]) -> None:
    waited_for = sa.exists().where(pending.c.batch == batches.c.batch)
    connection.execute(batches.delete().where(which, ~waited_for))


def depth(connection: Connection, endpoint: str) -> Depth:
    """How much waits for an endpoint."""
    count, size = sa.func.sum(batches.c.reports), sa.func.sum(batches.c.size_bytes)
    row = connection.execute(_of(endpoint, count, size, sa.func.min(batches.c.at))).one()
    return Depth(int(row[0] or 0), int(row[1] or 0), row[2])


def drop_old(connection: Connection, endpoint: str, before: float) -> int:
    """Give up batches that were committed before a moment; says how many reports were in them."""
    old = _of(endpoint, batches.c.batch, batches.c.reports).where(batches.c.at < before)
    return _drop(connection, endpoint, [(number, reports) for number, reports in connection.execute(old)])


def drop_oldest(connection: Connection, endpoint: str, excess_bytes: int) -> int:
    """Give up the oldest batches, at least so many bytes of them; says how many reports were in them."""
    oldest = _of(endpoint, batches.c.batch, batches.c.reports, batches.c.size_bytes).order_by(pending.c.batch)
    dropped = []
    for number, reports, size in connection.execute(oldest):
        if excess_bytes <= 0:
            break
        excess_bytes -= size
        dropped.append((number, reports))
    return _drop(connection, endpoint, dropped)


def _drop(connection: Connection, endpoint: str, dropped: Sequence[tuple[int, int]]) -> int:
    for start in range(0, len(dropped), _SWEEP_ROWS):
        strike_off(connection, endpoint, [number for number, _ in dropped[start : start + _SWEEP_ROWS]])
    return sum(reports for _, reports in dropped)


def forget_others(connection: Connection, endpoints: Sequence[str]) -> None:
    """Forget what waits for endpoints that the configuration names no more, and bodies that nobody waits for."""
    connection.execute(pending.delete().where(pending.c.endpoint.not_in(endpoints)))
    connection.execute(holders.delete().where(holders.c.endpoint.not_in(endpoints)))
    _let_go(connection, sa.true())


def hold(connection: Connection, endpoint: str, holder: str, now: float, until: float) -> bool:
    """Become, or stay, the one process that sends to an endpoint. False where another does.

    One statement, so two replicas cannot both have it.
    """
    keep = {"holder": lambda new, _old: new.holder, "until": lambda new, _old: new.until}
    free = (holders.c.holder == holder) | (holders.c.until < now)
    statement = upsert(connection, holders, ["endpoint"], keep, where=free)
    row = {"endpoint": endpoint, "holder": holder, "until": until}
    return connection.execute(statement, row).rowcount == 1


def release(connection: Connection, holder: str) -> None:
    """Let another process send at once."""
    connection.execute(holders.delete().where(holders.c.holder == holder))
