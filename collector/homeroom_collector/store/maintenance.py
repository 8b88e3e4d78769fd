"""Windows of maintenance as rows."""

from __future__ import annotations

import sqlalchemy as sa

from homeroom_collector.rules.maintenance import Window
from homeroom_collector.store.engine import Connection
from homeroom_collector.store.problem_tables import maintenance_windows as table


def add(connection: Connection, window: Window) -> int:
    """Keep a window, and give its number."""
    names = ("school_id", "device_id", "starts_at", "ends_at", "reason", "author")
    values = {name: getattr(window, name) for name in names}
    return int(connection.execute(table.insert().values(values).returning(table.c.window_id)).scalar_one())


def listed(connection: Connection, ends_after: float = 0.0) -> list[Window]:
    """Windows that end after a moment, the next one first."""
    query = sa.select(table).where(table.c.ends_at > ends_after).order_by(table.c.starts_at, table.c.window_id)
    return [Window(**row) for row in connection.execute(query).mappings()]


def end(connection: Connection, window_id: int, now: float) -> bool:
    """End a window now; one that has not begun is gone. False where there is none that could end."""
    gone = connection.execute(sa.delete(table).where(table.c.window_id == window_id, table.c.starts_at > now))
    if gone.rowcount:
        return True
    query = sa.update(table).where(table.c.window_id == window_id, table.c.ends_at > now).values(ends_at=now)
    return bool(connection.execute(query).rowcount)
