"""How often computers had gone off without shutting down by the beginning of a window, by the days of the history."""

from __future__ import annotations

import sqlalchemy as sa

from homeroom_collector.store.engine import Connection
from homeroom_collector.store.schema import daily, devices


def before(connection: Connection, since_day: int) -> dict[str, int]:
    """The count of each computer at the end of its first day since ``since_day``, by device id.

    Of a computer whose count began anew meanwhile it is the count after that.
    """
    least = sa.func.min(daily.c.unexpected_shutdowns_total_max)
    days = (
        sa.select(daily.c.device_number, least.label("least"))
        .where(daily.c.day >= since_day, daily.c.unexpected_shutdowns_total_max.is_not(None))
        .group_by(daily.c.device_number)
        .subquery()
    )
    query = sa.select(devices.c.device_id, days.c.least).join(days, days.c.device_number == devices.c.number)
    return {device_id: int(count) for device_id, count in connection.execute(query)}
