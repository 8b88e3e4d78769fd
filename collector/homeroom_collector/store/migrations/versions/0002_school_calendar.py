"""Days called off at short notice, and the last good copy of each calendar file."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "closures",
        sa.Column("school_id", sa.Text, primary_key=True),
        sa.Column("day", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("declared_at", sa.Double, nullable=False),
    )
    op.create_table(
        "calendar_feeds",
        sa.Column("feed", sa.Text, primary_key=True),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("read_at", sa.Double, nullable=False),
    )


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("calendar_feeds")
    op.drop_table("closures")
