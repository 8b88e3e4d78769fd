"""The first tables: register, secrets, latest state, daily history."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    _register()
    _secrets()
    _state()


def _device_number(*, primary_key: bool = False) -> sa.Column[int]:
    owner = sa.ForeignKey("devices.number", ondelete="CASCADE")
    return sa.Column("device_number", _NUMBER, owner, nullable=False, primary_key=primary_key, autoincrement=False)


def _register() -> None:
    op.create_table(
        "schools",
        sa.Column("school_id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("level", sa.Text, nullable=False),
        sa.Column("grades", sa.Text, nullable=False),
        sa.Column("enrollment_students", sa.BigInteger),
        sa.Column("bandwidth_contracted_bps", sa.BigInteger),
        sa.Column("networks", sa.Text, nullable=False, comment="JSON list of CIDR blocks"),
        sa.Column("timezone", sa.Text),
    )
    op.create_table(
        "devices",
        sa.Column("number", _NUMBER, primary_key=True, autoincrement=True),
        sa.Column("device_id", sa.Text, nullable=False, unique=True),
        sa.Column("device_class", sa.Text, nullable=False),
        sa.Column("school_id", sa.Text, nullable=False, index=True),
        sa.Column("grade_band", sa.Text, nullable=False),
        sa.Column("name", sa.Text),
        sa.Column("serial", sa.Text, index=True),
        sa.Column("manufacturer", sa.Text),
        sa.Column("model", sa.Text),
        sa.Column("platform", sa.Text),
        sa.Column("enrolled_at", sa.Double, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "device_events",
        sa.Column("event_id", _NUMBER, primary_key=True, autoincrement=True),
        _device_number(),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("kind", sa.Text, nullable=False, comment="enrolled, reenrolled, moved"),
        sa.Column("detail", sa.Text, nullable=False),
    )
    op.create_index("ix_device_events_device_number", "device_events", ["device_number"])


def _secrets() -> None:
    op.create_table(
        "enrolment_tokens",
        sa.Column("token_id", sa.Text, primary_key=True),
        sa.Column("secret_sha256", sa.LargeBinary, nullable=False),
        sa.Column("school_id", sa.Text, nullable=False),
        sa.Column("grade_band", sa.Text, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("expires_at", sa.Double),
        sa.Column("uses_allowed", sa.BigInteger),
        sa.Column("uses", sa.BigInteger, nullable=False),
        sa.Column("revoked_at", sa.Double),
    )
    op.create_table(
        "device_keys",
        sa.Column("key_id", sa.Text, primary_key=True),
        _device_number(),
        sa.Column("secret_sha256", sa.LargeBinary, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("revoked_at", sa.Double, index=True),
    )
    op.create_index("ix_device_keys_device_number", "device_keys", ["device_number"])


def _state() -> None:
    op.create_table(
        "latest",
        _device_number(primary_key=True),
        sa.Column("seen", sa.Text, nullable=False, comment="sequences taken, such as 1-90,92-97"),
        sa.Column("measured_at", sa.Double, comment="of the newest report, corrected by the clock skew"),
        sa.Column("received_at", sa.Double, comment="of the last report to arrive"),
        sa.Column("clock_skew_seconds", sa.Double, comment="device clock minus collector clock"),
        sa.Column("on_campus", sa.Boolean, comment="the last report came from the school's networks"),
        sa.Column("sections", sa.Text, nullable=False, comment="names of the sections in report"),
        sa.Column("report", sa.Text, comment="the newest report, JSON as it came"),
        sa.Column("kept", sa.Text, comment="JSON: sections the newest report lacks, each [measured_at, section]"),
        sa.Column("today", sa.Text, comment="JSON: the newest day of the history, moved to daily when it ends"),
    )
    op.create_table(
        "daily",
        sa.Column("day", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("device_number", _NUMBER, primary_key=True, autoincrement=False),
        sa.Column("reports", sa.BigInteger, nullable=False),
        sa.Column("first_measured_at", sa.Double, nullable=False),
        sa.Column("last_measured_at", sa.Double, nullable=False),
        sa.Column("uptime_seconds_max", sa.Double),
        sa.Column("boots_total_min", sa.BigInteger),
        sa.Column("boots_total_max", sa.BigInteger),
        sa.Column("unexpected_shutdowns_total_max", sa.BigInteger),
        sa.Column("crashes_total_max", sa.BigInteger),
        sa.Column("battery_health_ratio_min", sa.Double),
        sa.Column("disk_wear_ratio_max", sa.Double),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Drop everything."""
    for table in ("daily", "latest", "device_keys", "enrolment_tokens", "device_events", "devices", "schools"):
        op.drop_table(table)
