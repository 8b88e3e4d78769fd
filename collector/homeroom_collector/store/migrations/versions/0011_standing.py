"""Whether a device counts, or waits until somebody accepts it."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add the column; whoever is here already is accepted."""
    op.add_column("devices", sa.Column("standing", sa.Text, nullable=False, server_default="accepted"))
