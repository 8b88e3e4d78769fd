"""The register of assets, the source of each of its fields, the audit log of every change, and baselines."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "assets",
        sa.Column("number", _NUMBER, primary_key=True, autoincrement=True),
        sa.Column("asset_tag", sa.Text, unique=True),
        sa.Column("serial", sa.Text, index=True),
        sa.Column("manufacturer", sa.Text),
        sa.Column("model", sa.Text),
        sa.Column("platform", sa.Text),
        sa.Column("school_id", sa.Text, nullable=False, index=True),
        sa.Column("room", sa.Text),
        sa.Column("grade_band", sa.Text, nullable=False),
        sa.Column("assignment", sa.Text),
        sa.Column("purchased_on", sa.Date),
        sa.Column("cost_cents", sa.BigInteger),
        sa.Column("funding_source", sa.Text),
        sa.Column("warranty_end", sa.Date),
        sa.Column("support_end", sa.Date),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("state_on", sa.Date),
        sa.Column("erate_year", sa.Integer),
        sa.Column("erate_frn", sa.Text),
        sa.Column("erate_installed_on", sa.Date),
        sa.Column("sources", sa.Text, nullable=False, comment="JSON: which source each field came from"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "audit_log",
        sa.Column("event_id", _NUMBER, primary_key=True, autoincrement=True),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("source", sa.Text, nullable=False, comment="which file or program changed it"),
        sa.Column("subject", sa.Text, nullable=False, index=True, comment="asset tag, or serial number"),
        sa.Column("field", sa.Text, nullable=False, comment="empty: the asset itself was added"),
        sa.Column("before", sa.Text),
        sa.Column("after", sa.Text),
    )
    op.create_table(
        "baselines",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("taken_at", sa.Double, nullable=False),
        sa.Column("body", sa.Text, nullable=False, comment="JSON: counts by school, grade band and rule"),
    )


def downgrade() -> None:
    """Drop the tables."""
    for table in ("baselines", "audit_log", "assets"):
        op.drop_table(table)
