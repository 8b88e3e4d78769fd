"""Satellites, and whose gear each reports."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "satellites",
        sa.Column("number", _NUMBER, primary_key=True, autoincrement=True),
        sa.Column("name", sa.Text, nullable=False, unique=True),
        sa.Column("school_id", sa.Text, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("token_id", sa.Text, unique=True),
        sa.Column("token_sha256", sa.LargeBinary),
        sa.Column("key_id", sa.Text, unique=True),
        sa.Column("key_sha256", sa.LargeBinary),
        sa.Column("enrolled_at", sa.Double),
        sa.Column("contact_at", sa.Double),
        sa.Column("measured_at", sa.Double),
        sa.Column("lost_reports", sa.BigInteger),
        sa.Column("waiting_reports", sa.BigInteger),
        sa.Column("targets", sa.BigInteger),
        sa.Column("answering", sa.BigInteger),
        sa.Column("poll_busy_ratio", sa.Double),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "satellite_targets",
        sa.Column(
            "device_number",
            _NUMBER,
            sa.ForeignKey("devices.number", ondelete="CASCADE"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column(
            "satellite", _NUMBER, sa.ForeignKey("satellites.number", ondelete="CASCADE"), nullable=False, index=True
        ),
    )


def downgrade() -> None:
    """Drop the tables; what satellites reported stays."""
    op.drop_table("satellite_targets")
    op.drop_table("satellites")
