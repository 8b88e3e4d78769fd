"""Whether a mail server was given a letter, so that one that was only prepared can be prepared again."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Add the column; what was begun before may have been given away."""
    op.add_column("digests", sa.Column("handed_at", sa.Double))
    op.execute("UPDATE digests SET handed_at = begun_at")
