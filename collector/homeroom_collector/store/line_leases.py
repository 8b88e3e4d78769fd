"""Which of the replicas gives leave to measure on a school's line. At most one at any time."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from homeroom_collector.store.engine import Connection
from homeroom_collector.store.schema_lines import line_leases as table

CLOCK_SLACK_SECONDS = 30.0
"""Replicas read their own clocks; a lease of another ends so much later than it says."""


def claim(
    connection: Connection, owner: str, school_ids: Collection[str], *, now: float, until: float
) -> frozenset[str]:
    """Take or prolong leases, all in one statement; gives those that are now the owner's."""
    if not school_ids:
        return frozenset()
    insert = postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)
    ours = sa.or_(table.c.owner == owner, table.c.expires_at <= now - CLOCK_SLACK_SECONDS)
    statement = insert.on_conflict_do_update(
        index_elements=["school_id"],
        set_={"owner": insert.excluded.owner, "expires_at": insert.excluded.expires_at},
        where=ours,
    )
    rows = [{"school_id": name, "owner": owner, "expires_at": until} for name in sorted(school_ids)]
    return frozenset(connection.execute(statement.values(rows).returning(table.c.school_id)).scalars())
