"""The tables of satellites: the pollers that schools have of their own, and whose gear each reports."""

from __future__ import annotations

import sqlalchemy as sa

from homeroom_collector.store.schema import metadata

# SQLite numbers rows by itself only where the key's type is exactly INTEGER.
_Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

satellites = sa.Table(
    "satellites",
    metadata,
    sa.Column("number", _Number, primary_key=True, autoincrement=True),
    sa.Column("name", sa.Text, nullable=False, unique=True),
    sa.Column("school_id", sa.Text, nullable=False),
    sa.Column("created_at", sa.Double, nullable=False),
    sa.Column("token_id", sa.Text, unique=True, comment="for one enrolment; NULL once it was used"),
    sa.Column("token_sha256", sa.LargeBinary),
    sa.Column("key_id", sa.Text, unique=True),
    sa.Column("key_sha256", sa.LargeBinary),
    sa.Column("enrolled_at", sa.Double),
    sa.Column("contact_at", sa.Double, comment="when it was last heard"),
    sa.Column("measured_at", sa.Double, comment="when it last told how it fares, by our clock"),
    sa.Column("lost_reports", sa.BigInteger),
    sa.Column("waiting_reports", sa.BigInteger),
    sa.Column("targets", sa.BigInteger),
    sa.Column("answering", sa.BigInteger),
    sa.Column("poll_busy_ratio", sa.Double),
    sqlite_autoincrement=True,
)

satellite_targets = sa.Table(
    "satellite_targets",
    metadata,
    sa.Column(
        "device_number",
        _Number,
        sa.ForeignKey("devices.number", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    sa.Column("satellite", _Number, sa.ForeignKey("satellites.number", ondelete="CASCADE"), nullable=False, index=True),
)
