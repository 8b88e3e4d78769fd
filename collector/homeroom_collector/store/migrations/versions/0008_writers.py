"""Which of a device's writers each key belongs to."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the column; keys of before belong to the unnamed writer, as their numbers do."""
    op.add_column("device_keys", sa.Column("writer", sa.Text, nullable=False, server_default=""))
