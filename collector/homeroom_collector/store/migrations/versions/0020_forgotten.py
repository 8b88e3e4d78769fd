"""How collectors that run hear of devices that are forgotten."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Create the table."""
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "forgotten",
        sa.Column("number", number, primary_key=True, autoincrement=True),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("device_sha256", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_forgotten_at", "forgotten", ["at"])
