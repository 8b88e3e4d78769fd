"""Samples of two days, days of ports, and on PostgreSQL a partition for each month of the history."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables, and the columns that feed them."""
    op.add_column("latest", sa.Column("recent", sa.Text))
    for name in ("polls", "polls_answered"):
        op.add_column("daily", sa.Column(name, sa.BigInteger, nullable=False, server_default="0"))
    _part_by_month()
    op.create_table(
        "daily_interfaces",
        sa.Column("day", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("device_number", _NUMBER, primary_key=True, autoincrement=False),
        sa.Column("interface", sa.Text, primary_key=True),
        sa.Column("readings", sa.BigInteger, nullable=False),
        sa.Column("in_octets", sa.Numeric(20, 0)),
        sa.Column("out_octets", sa.Numeric(20, 0)),
        sa.Column("in_p95_bps", sa.Double),
        sa.Column("out_p95_bps", sa.Double),
        sqlite_with_rowid=False,
        postgresql_partition_by="RANGE (day)",
    )
    op.create_table(
        "rolled_up",
        sa.Column("day", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("device_number", _NUMBER, primary_key=True, autoincrement=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "samples",
        sa.Column("block", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("device_number", _NUMBER, primary_key=True, autoincrement=False),
        sa.Column("first_at", sa.Double, primary_key=True),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE TABLE daily_interfaces_other PARTITION OF daily_interfaces DEFAULT")


def _part_by_month() -> None:
    """A table of PostgreSQL cannot become partitioned: make it anew, and take the rows along."""
    if op.get_bind().dialect.name != "postgresql":
        return
    op.execute("ALTER TABLE daily RENAME TO daily_before")
    op.execute("ALTER TABLE daily_before DROP CONSTRAINT pk_daily")
    op.execute("CREATE TABLE daily (LIKE daily_before INCLUDING DEFAULTS) PARTITION BY RANGE (day)")
    op.execute("ALTER TABLE daily ADD CONSTRAINT pk_daily PRIMARY KEY (day, device_number)")
    # For days that have no month of their own yet; upkeep makes months before they are needed.
    op.execute("CREATE TABLE daily_other PARTITION OF daily DEFAULT")
    op.execute("INSERT INTO daily SELECT * FROM daily_before")
    op.execute("DROP TABLE daily_before")


def downgrade() -> None:
    """Drop the tables and columns; on PostgreSQL the history stays partitioned."""
    for table in ("samples", "rolled_up", "daily_interfaces"):
        op.drop_table(table)
    for name in ("polls", "polls_answered"):
        op.drop_column("daily", name)
    op.drop_column("latest", "recent")
