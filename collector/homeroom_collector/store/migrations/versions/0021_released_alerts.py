"""Since when nothing explains an alert any more that another explained."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Add the column."""
    op.add_column("alerts", sa.Column("released_at", sa.Double))
