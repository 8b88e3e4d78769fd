"""Leases of several collectors on one store."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "leases",
        sa.Column("name", sa.Text, primary_key=True, comment="what is done, or replica/ID of a collector that lives"),
        sa.Column("holder", sa.Text, nullable=False, comment="id of the collector; empty: nobody"),
        sa.Column("expires_at", sa.Double, nullable=False, comment="by the database's clock"),
    )


def downgrade() -> None:
    """Take it away again."""
    op.drop_table("leases")
