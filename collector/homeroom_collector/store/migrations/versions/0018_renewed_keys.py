"""Which device key another takes the place of, once it is used."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Add the column."""
    op.add_column("device_keys", sa.Column("replaces", sa.Text, nullable=False, server_default=""))
