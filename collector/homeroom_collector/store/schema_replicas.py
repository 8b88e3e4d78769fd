"""Tables by which several collectors share their work."""

from __future__ import annotations

import sqlalchemy as sa

from homeroom_collector.store.schema import metadata

leases = sa.Table(
    "leases",
    metadata,
    sa.Column("name", sa.Text, primary_key=True, comment="what is done, or replica/ID of a collector that lives"),
    sa.Column("holder", sa.Text, nullable=False, comment="id of the collector; empty: nobody"),
    sa.Column("expires_at", sa.Double, nullable=False, comment="by the database's clock"),
)
