"""The tables of network gear beside its reports."""

from __future__ import annotations

import sqlalchemy as sa

from homeroom_collector.store.schema import metadata

gear_manners = sa.Table(
    "gear_manners",
    metadata,
    sa.Column("device_id", sa.Text, primary_key=True),
    sa.Column("way", sa.Text, nullable=False, comment="name of the credentials"),
    sa.Column("max_repetitions", sa.Integer, nullable=False, comment="0: never GETBULK"),
    sa.Column("max_bindings", sa.Integer, nullable=False),
    sa.Column("engine_id", sa.Text, comment="snmpEngineID, hexadecimal"),
)
