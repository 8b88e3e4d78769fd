"""The tables of the outbox: accepted reports on their way to other stores of samples."""

from __future__ import annotations

import sqlalchemy as sa

from homeroom_collector.store.schema import metadata

# SQLite numbers rows by itself only where the key's type is exactly INTEGER.
_Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

outbox_batches = sa.Table(
    "outbox_batches",
    metadata,
    sa.Column("batch", _Number, primary_key=True, autoincrement=True),
    sa.Column("at", sa.Double, nullable=False, comment="when the reports were committed"),
    sa.Column("reports", sa.BigInteger, nullable=False),
    sa.Column("size_bytes", sa.BigInteger, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False, comment="lines of JSON, compressed (zlib)"),
    sqlite_autoincrement=True,
)

outbox_pending = sa.Table(
    "outbox_pending",
    metadata,
    sa.Column("endpoint", sa.Text, primary_key=True),
    sa.Column(
        "batch",
        _Number,
        sa.ForeignKey("outbox_batches.batch", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
        index=True,
    ),
)

outbox_holders = sa.Table(
    "outbox_holders",
    metadata,
    sa.Column("endpoint", sa.Text, primary_key=True),
    sa.Column("holder", sa.Text, nullable=False, comment="the one process that sends, so that samples stay in order"),
    sa.Column("until", sa.Double, nullable=False),
)
