"""Every device with its latest state, school by school: how a start reads the store, each row once."""

from __future__ import annotations

from collections.abc import Sequence
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


class Portion(NamedTuple):
    """Devices in order of school and number, and the school and number where they end; None behind the last."""

    known: list[Known]
    end: tuple[str, int] | None


def after(
    connection: Connection, place: tuple[str, int], shelved: frozenset[str] = frozenset(), *, most: int
) -> Portion:
    """The next ``most`` devices behind this school and number.

    ``shelved`` are serial numbers, in capitals, of devices whose silence means nothing.
    """
    here = (devices.c.school_id, devices.c.number)
    behind = sa.tuple_(*here) > sa.tuple_(*place)
    # The database says where to end, by its own order of texts; it then need not put reports in order.
    last = connection.execute(sa.select(*here).where(behind).order_by(*here).offset(most - 1).limit(1)).one_or_none()
    end = None if last is None else (last.school_id, last.number)
    query = sa.select(devices.c.number, *_LATEST, *FACTS).join_from(devices, latest, isouter=True).where(behind)
    if end is not None:
        query = query.where(sa.tuple_(*here) <= sa.tuple_(*end))
    known = [_known(row, shelved) for row in connection.execute(query).fetchall()]
    return Portion(sorted(known, key=_place), end)


def _place(known: Known) -> tuple[str, int]:
    return known.stored.school_id, known.stored.device_number


def _known(row: Sequence[Any], shelved: frozenset[str]) -> Known:
    number, report, kept, measured_at, received_at, here, google = row[:7]
    device, on_campus = device_of(row[7:], shelved), None if here is None else bool(here)
    device_id, school_id = device.device_id, device.school_id
    stored = Stored(device_id, number, report, kept, measured_at, received_at, on_campus, google, school_id)
    return Known(device, stored)
