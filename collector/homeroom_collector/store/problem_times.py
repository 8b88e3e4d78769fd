"""How long problems waited: until somebody acknowledged them, and until they were over; by school."""

from __future__ import annotations

from typing import NamedTuple

import sqlalchemy as sa

from homeroom_collector.rules.problem import Severity
from homeroom_collector.rules.problem_state import State
from homeroom_collector.store.engine import Connection
from homeroom_collector.store.problem_tables import problems as table


class Waits(NamedTuple):
    """Means of one school in seconds; None where there was none. Effects and problems for lists only do not count."""

    school_id: str
    opened: int
    acknowledged: int
    acknowledge_seconds: float | None
    closed: int
    repair_seconds: float | None


def waits(connection: Connection, opened_since: float) -> list[Waits]:
    """Waits of the root problems that opened since a moment, by school."""
    acknowledged = table.c.acknowledged_at - table.c.opened_at
    repaired = sa.case((table.c.state == State.CLOSED, table.c.clear_at - table.c.opened_at))
    query = sa.select(
        table.c.school_id,
        sa.func.count(),
        sa.func.count(acknowledged),
        sa.func.avg(acknowledged),
        sa.func.count(repaired),
        sa.func.avg(repaired),
    ).where(
        table.c.opened_at >= opened_since,
        table.c.cause.is_(None),
        table.c.severity.in_([Severity.CRITICAL, Severity.WARNING]),
    )
    rows = connection.execute(query.group_by(table.c.school_id).order_by(table.c.school_id))
    return [Waits(*row) for row in rows]
