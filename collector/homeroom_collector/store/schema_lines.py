"""Tables of the schools' lines: which replica gives leave to measure."""

from __future__ import annotations

import sqlalchemy as sa

from homeroom_collector.store.schema import metadata

line_leases = sa.Table(
    "line_leases",
    metadata,
    sa.Column("school_id", sa.Text, primary_key=True),
    sa.Column("owner", sa.Text, nullable=False, comment="a process, named by chance at its start"),
    sa.Column("expires_at", sa.Double, nullable=False),
)
