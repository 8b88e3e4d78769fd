"""Tables that decisions stand on, beside the register: students by grade, and how even the district was."""

from __future__ import annotations

import sqlalchemy as sa

from homeroom_collector.store.schema import metadata

enrollment = sa.Table(
    "enrollment",
    metadata,
    sa.Column("school_id", sa.Text, primary_key=True),
    sa.Column("grade", sa.Text, primary_key=True, comment="PK, TK, K, 1 to 12, UG"),
    sa.Column("students", sa.BigInteger, nullable=False),
    sa.Column("source", sa.Text, nullable=False, comment="which file or program said so"),
    sa.Column("counted_on", sa.Date, nullable=False),
)

equity_days = sa.Table(
    "equity_days",
    metadata,
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("measure", sa.Text, primary_key=True),
    sa.Column("ratio", sa.Double, nullable=False, comment="worst quartile of schools over the best"),
    sa.Column("worst_school", sa.Text, nullable=False),
)
