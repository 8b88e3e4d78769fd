"""The outbox: accepted reports on their way to other stores of samples."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "outbox_batches",
        sa.Column("batch", _NUMBER, primary_key=True, autoincrement=True),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("reports", sa.BigInteger, nullable=False),
        sa.Column("size_bytes", sa.BigInteger, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "outbox_pending",
        sa.Column("endpoint", sa.Text, primary_key=True),
        sa.Column(
            "batch",
            _NUMBER,
            sa.ForeignKey("outbox_batches.batch", ondelete="CASCADE"),
            primary_key=True,
            autoincrement=False,
            index=True,
        ),
    )
    op.create_table(
        "outbox_holders",
        sa.Column("endpoint", sa.Text, primary_key=True),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("until", sa.Double, nullable=False),
    )


def downgrade() -> None:
    """Drop the tables, and with them what waits."""
    for table in ("outbox_pending", "outbox_batches", "outbox_holders"):
        op.drop_table(table)
