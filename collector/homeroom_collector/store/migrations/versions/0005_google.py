"""What Google knows of Chromebooks, and how far its lists were read."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables, and a place for Google's facts beside those of the device itself."""
    op.add_column("latest", sa.Column("google", sa.Text))
    op.create_table(
        "google_devices",
        sa.Column("directory_id", sa.Text, primary_key=True),
        sa.Column(
            "device_number", _NUMBER, sa.ForeignKey("devices.number", ondelete="CASCADE"), nullable=False, index=True
        ),
        sa.Column("org_unit", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("location", sa.Text),
        sa.Column("last_sync_at", sa.Double),
        sa.Column("listed_at", sa.Double, nullable=False),
    )
    op.create_table(
        "google_passes",
        sa.Column("api", sa.Text, primary_key=True),
        sa.Column("started_at", sa.Double, nullable=False),
        sa.Column("since", sa.Double),
        sa.Column("page_token", sa.Text),
        sa.Column("devices", sa.BigInteger, nullable=False),
        sa.Column("complete_at", sa.Double),
        sa.Column("whole_at", sa.Double),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("google_passes")
    op.drop_table("google_devices")
    op.drop_column("latest", "google")
