"""The table by which collectors that run hear of devices that a command has made them forget."""

from __future__ import annotations

import sqlalchemy as sa

from homeroom_collector.store.schema import Number, metadata

forgotten = sa.Table(
    "forgotten",
    metadata,
    sa.Column("number", Number, primary_key=True, autoincrement=True),
    sa.Column("at", sa.Double, nullable=False, index=True),
    sa.Column("device_sha256", sa.Text, nullable=False, comment="of the device id, which is nowhere else any more"),
    sqlite_autoincrement=True,
)
