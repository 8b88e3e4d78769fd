"""How even the district was on each day, so that a trend can be told. Nothing of homes is in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa

from homeroom_collector.rules.equity_gaps import Gap
from homeroom_collector.rules.trend import Past
from homeroom_collector.store.engine import Connection
from homeroom_collector.store.schema_decisions import equity_days as table
from homeroom_collector.store.upsert import Merge, upsert


def keep(connection: Connection, day: date, gaps: Sequence[Gap]) -> None:
    """Keep a day's gaps; those of a day that is there already are replaced."""
    rows = [{"day": day, "measure": gap.measure, "ratio": gap.ratio, "worst_school": gap.worst_school} for gap in gaps]
    if rows:
        values: dict[str, Merge] = {name: _new(name) for name in ("ratio", "worst_school")}
        connection.execute(upsert(connection, table, ["day", "measure"], values), rows)


def since(connection: Connection, day: date) -> list[Past]:
    """Days from one on, the oldest first."""
    query = sa.select(table).where(table.c.day >= day).order_by(table.c.day, table.c.measure)
    return [Past(day=row.day, measure=row.measure, ratio=row.ratio) for row in connection.execute(query)]


def _new(name: str) -> Merge:
    return lambda new, _old: new[name]
