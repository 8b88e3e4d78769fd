"""E-rate entity numbers, carts, students by grade, and how even the district was on each day."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the columns and create the tables."""
    op.add_column("schools", sa.Column("erate_entity", sa.Text, nullable=False, server_default=""))
    op.add_column("assets", sa.Column("cart", sa.Text))
    op.create_table(
        "enrollment",
        sa.Column("school_id", sa.Text, primary_key=True),
        sa.Column("grade", sa.Text, primary_key=True, comment="PK, TK, K, 1 to 12, UG"),
        sa.Column("students", sa.BigInteger, nullable=False),
        sa.Column("source", sa.Text, nullable=False, comment="which file or program said so"),
        sa.Column("counted_on", sa.Date, nullable=False),
    )
    op.create_table(
        "equity_days",
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("measure", sa.Text, primary_key=True),
        sa.Column("ratio", sa.Double, nullable=False, comment="worst quartile of schools over the best"),
        sa.Column("worst_school", sa.Text, nullable=False),
    )


def downgrade() -> None:
    """Take them away again."""
    op.drop_table("equity_days")
    op.drop_table("enrollment")
    with op.batch_alter_table("assets") as assets:
        assets.drop_column("cart")
    with op.batch_alter_table("schools") as schools:
        schools.drop_column("erate_entity")
