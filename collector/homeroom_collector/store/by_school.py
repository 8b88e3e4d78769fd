"""Every device with its latest state, school by school: how a start reads the store, each row once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from homeroom_collector.model import Device
from homeroom_collector.store.devices import FACTS, device_of
from homeroom_collector.store.engine import Connection
from homeroom_collector.store.latest import Stored
from homeroom_collector.store.schema import devices, latest

# SQLAlchemy converts whole rows where one column needs it, and a truth value does on SQLite.
_ON_CAMPUS = sa.type_coerce(latest.c.on_campus, sa.Integer)
_LATEST = (
    latest.c.report, latest.c.kept, latest.c.measured_at, latest.c.received_at, _ON_CAMPUS, latest.c.google
)  # fmt: skip


class Known(NamedTuple):
    """One device, and its latest state as far as there is any."""

    device: Device
    stored: Stored


Place = tuple[str, int]
"""A school and the number of a device."""


class Span(NamedTuple):
    """Devices in order of school and number: behind ``start``, up to ``end`` and with it; None: up to the last."""

    start: Place
    end: Place | None


def spans(connection: Connection, *, most: int) -> list[Span]:
    """Where to divide all devices so that no part has more than ``most``."""
    here, found, place = (devices.c.school_id, devices.c.number), list[Span](), ("", -1)
    while True:
        # The database says where each ends, by its own order of texts.
        behind = sa.select(*here).where(sa.tuple_(*here) > sa.tuple_(*place)).order_by(*here)
        last = connection.execute(behind.offset(most - 1).limit(1)).one_or_none()
        found.append(Span(place, None if last is None else (last.school_id, last.number)))
        if last is None:
            return found
        place = (last.school_id, last.number)


def within(
    connection: Connection, span: Span, shelved: frozenset[str] = frozenset(), *, most: int
) -> Iterator[Sequence[Known]]:
    """The devices of a span, ``most`` at a time: so much as stays where the processor is quick.

    ``shelved`` are serial numbers, in capitals, of devices whose silence means nothing.
    """
    here = sa.tuple_(devices.c.school_id, devices.c.number)
    query = sa.select(devices.c.number, *_LATEST, *FACTS).join_from(devices, latest, isouter=True)
    query = query.where(here > sa.tuple_(*span.start))  # in no order, for which the database would sort reports
    if span.end is not None:
        query = query.where(here <= sa.tuple_(*span.end))
    for rows in connection.execute(query).partitions(most):
        yield [_known(row, shelved) for row in rows]


def _known(row: Sequence[Any], shelved: frozenset[str]) -> Known:
    number, report, kept, measured_at, received_at, here, google = row[:7]
    device, on_campus = device_of(row[7:], shelved), None if here is None else bool(here)
    device_id, school_id = device.device_id, device.school_id
    stored = Stored(device_id, number, report, kept, measured_at, received_at, on_campus, google, school_id)
    return Known(device, stored)
