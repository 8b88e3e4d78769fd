"""How network gear wants to be asked, kept across restarts of the poller."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "gear_manners",
        sa.Column("device_id", sa.Text, primary_key=True),
        sa.Column("way", sa.Text, nullable=False),
        sa.Column("max_repetitions", sa.Integer, nullable=False),
        sa.Column("max_bindings", sa.Integer, nullable=False),
        sa.Column("engine_id", sa.Text),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("gear_manners")
