"""Network gear for the topology: newest reports, and what was last known of gear that does not answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import sqlalchemy as sa

from homeroom_collector.store.engine import Connection
from homeroom_collector.store.schema import devices, gear_outlines, latest
from homeroom_collector.store.upsert import upsert


class StoredGear(NamedTuple):
    """One device. ``report`` is its newest report, ``outline`` what was kept of one that was answered."""

    device_id: str
    device_number: int
    school_id: str
    measured_at: float | None
    report: str | None
    outline: str | None


def after(connection: Connection, number: int, *, most: int) -> list[StoredGear]:
    """The next ``most`` devices with a number above this one, in order of number."""
    columns = (
        devices.c.device_id, devices.c.number, devices.c.school_id, latest.c.measured_at, latest.c.report,
        gear_outlines.c.report,
    )  # fmt: skip
    joined = devices.join(latest, isouter=True).join(gear_outlines, isouter=True)
    query = sa.select(*columns).select_from(joined).where(devices.c.device_class == "network")
    query = query.where(devices.c.number > number).order_by(devices.c.number).limit(most)
    return [StoredGear(*row) for row in connection.execute(query)]


def keep_outlines(connection: Connection, outlines: Mapping[int, str]) -> None:
    """Replace the outlines of these devices, by number. Devices that are gone since are passed over."""
    known = sa.select(devices.c.number).where(devices.c.number.in_(outlines))
    rows = [{"device_number": number, "report": outlines[number]} for number in connection.scalars(known)]
    if rows:
        change = upsert(connection, gear_outlines, ["device_number"], {"report": lambda new, _old: new.report})
        connection.execute(change, rows)
