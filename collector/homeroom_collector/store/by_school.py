"""Every device with its latest state, school by school: how a start reads the store, each row once."""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter
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
_rank = itemgetter(0)


class Known(NamedTuple):
    """One device, and its latest state as far as there is any."""

    device: Device
    stored: Stored


def after(
    connection: Connection, place: tuple[str, int], shelved: frozenset[str] = frozenset(), *, most: int
) -> list[Known]:
    """The next ``most`` devices in order of school and number, behind this school and number.

    ``shelved`` are serial numbers, in capitals, of devices whose silence means nothing.
    """
    here = (devices.c.school_id, devices.c.number)
    # Chosen and put in order before they are joined, so that no database sorts reports; how it orders texts, only it
    # knows.
    rank = sa.func.row_number().over(order_by=here).label("rank")
    chosen = sa.select(rank, devices.c.number, *FACTS).where(sa.tuple_(*here) > sa.tuple_(*place))
    few = chosen.order_by(*here).limit(most).subquery()
    query = sa.select(few.c.rank, few.c.number, *_LATEST, *(few.c[fact.name] for fact in FACTS))
    rows = connection.execute(query.join_from(few, latest, few.c.number == latest.c.device_number, isouter=True))
    return [_known(row, shelved) for row in sorted(rows.fetchall(), key=_rank)]


def _known(row: Sequence[Any], shelved: frozenset[str]) -> Known:
    _, number, report, kept, measured_at, received_at, here, google = row[:8]
    device, on_campus = device_of(row[8:], shelved), None if here is None else bool(here)
    device_id, school_id = device.device_id, device.school_id
    stored = Stored(device_id, number, report, kept, measured_at, received_at, on_campus, google, school_id)
    return Known(device, stored)
