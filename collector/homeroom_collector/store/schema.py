"""The tables. Times are Unix seconds in UTC, days are whole numbers such as 20261122 in the school's own time zone.

A device has a public ``device_id`` (opaque, stable, on the wire) and a ``number`` (small, for joins and compact rows).
Secrets are kept as SHA-256 digests only: they are random and long, so a slow hash would add nothing.
"""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite numbers rows by itself only where the key's type is exactly INTEGER.
Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

schools = sa.Table(
    "schools",
    metadata,
    sa.Column("school_id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("level", sa.Text, nullable=False),
    sa.Column("grades", sa.Text, nullable=False),
    sa.Column("enrollment_students", sa.BigInteger),
    sa.Column("bandwidth_contracted_bps", sa.BigInteger),
    sa.Column("networks", sa.Text, nullable=False, comment="JSON list of CIDR blocks"),
    sa.Column("timezone", sa.Text),
    sa.Column("erate_entity", sa.Text, nullable=False, server_default="", comment="USAC's number of the school"),
)

devices = sa.Table(
    "devices",
    metadata,
    sa.Column("number", Number, primary_key=True, autoincrement=True),
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
    sa.Column("standing", sa.Text, nullable=False, server_default="accepted", comment="or quarantined, rejected"),
    sqlite_autoincrement=True,  # a number once given is never given again
)

device_events = sa.Table(
    "device_events",
    metadata,
    sa.Column("event_id", Number, primary_key=True, autoincrement=True),
    sa.Column("device_number", Number, sa.ForeignKey("devices.number", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("at", sa.Double, nullable=False),
    sa.Column(
        "kind",
        sa.Text,
        nullable=False,
        comment="enrolled, reenrolled, moved, cloned, quarantined, accepted, rejected, contested",
    ),
    sa.Column("detail", sa.Text, nullable=False),
)

enrolment_tokens = sa.Table(
    "enrolment_tokens",
    metadata,
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

device_keys = sa.Table(
    "device_keys",
    metadata,
    sa.Column("key_id", sa.Text, primary_key=True),
    sa.Column("device_number", Number, sa.ForeignKey("devices.number", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("secret_sha256", sa.LargeBinary, nullable=False),
    sa.Column("writer", sa.Text, nullable=False, server_default="", comment="who numbers the reports sent with it"),
    sa.Column("created_at", sa.Double, nullable=False),
    sa.Column("revoked_at", sa.Double, index=True),
    sa.Column("replaces", sa.Text, nullable=False, server_default="", comment="key that ends when this one is used"),
)


def _device_as_key() -> sa.Column[int]:
    """The key of a table with one row a device."""
    device = sa.ForeignKey("devices.number", ondelete="CASCADE")
    return sa.Column("device_number", Number, device, primary_key=True, autoincrement=False)


latest = sa.Table(
    "latest",
    metadata,
    _device_as_key(),
    sa.Column("seen", sa.Text, nullable=False, comment="sequences taken, such as 1-90,92-97"),
    sa.Column("measured_at", sa.Double, comment="of the newest report, corrected by the clock skew"),
    sa.Column("received_at", sa.Double, comment="of the last report to arrive"),
    sa.Column("clock_skew_seconds", sa.Double, comment="device clock minus collector clock"),
    sa.Column("on_campus", sa.Boolean, comment="the last report came from the school's networks"),
    sa.Column("sections", sa.Text, nullable=False, comment="names of the sections in report"),
    sa.Column("report", sa.Text, comment="the newest report, JSON as it came"),
    sa.Column("kept", sa.Text, comment="JSON: sections the newest report lacks, each [measured_at, section]"),
    sa.Column("today", sa.Text, comment="JSON: the newest day of the history, moved to daily when it ends"),
    sa.Column("google", sa.Text, comment="JSON: directory and telemetry, each [measured_at, report]"),
    sa.Column("recent", sa.Text, comment="samples that are not in a row of samples yet, one a line"),
)

daily = sa.Table(
    "daily",
    metadata,
    sa.Column("day", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("device_number", Number, primary_key=True, autoincrement=False),
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
    sa.Column("polls", sa.BigInteger, nullable=False, server_default="0", comment="of network gear"),
    sa.Column("polls_answered", sa.BigInteger, nullable=False, server_default="0"),
    sqlite_with_rowid=False,
    postgresql_partition_by="RANGE (day)",
)

daily_interfaces = sa.Table(
    "daily_interfaces",
    metadata,
    sa.Column("day", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("device_number", Number, primary_key=True, autoincrement=False),
    sa.Column("interface", sa.Text, primary_key=True),
    sa.Column("readings", sa.BigInteger, nullable=False),
    sa.Column("in_octets", sa.Numeric(20, 0)),
    sa.Column("out_octets", sa.Numeric(20, 0)),
    sa.Column("in_p95_bps", sa.Double, comment="95th percentile while there was instruction"),
    sa.Column("out_p95_bps", sa.Double),
    sqlite_with_rowid=False,
    postgresql_partition_by="RANGE (day)",
)

rolled_up = sa.Table(
    "rolled_up",
    metadata,
    sa.Column("day", sa.Integer, primary_key=True, autoincrement=False, comment="day whose ports are worked out"),
    sa.Column("device_number", Number, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

samples = sa.Table(
    "samples",
    metadata,
    sa.Column("block", sa.Integer, primary_key=True, autoincrement=False, comment="six hours since 1970"),
    sa.Column("device_number", Number, primary_key=True, autoincrement=False),
    sa.Column("first_at", sa.Double, primary_key=True),
    sa.Column("body", sa.LargeBinary, nullable=False, comment="lines of JSON, compressed (zlib)"),
)

closures = sa.Table(
    "closures",
    metadata,
    sa.Column("school_id", sa.Text, primary_key=True, comment="empty: every school"),
    sa.Column("day", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("declared_at", sa.Double, nullable=False),
)

calendar_feeds = sa.Table(
    "calendar_feeds",
    metadata,
    sa.Column("feed", sa.Text, primary_key=True, comment="SHA-256 of where it comes from, which may be a secret"),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("read_at", sa.Double, nullable=False),
)

assets = sa.Table(
    "assets",
    metadata,
    sa.Column("number", Number, primary_key=True, autoincrement=True),
    sa.Column("asset_tag", sa.Text, unique=True),
    sa.Column("serial", sa.Text, index=True),
    sa.Column("manufacturer", sa.Text),
    sa.Column("model", sa.Text),
    sa.Column("platform", sa.Text),
    sa.Column("school_id", sa.Text, nullable=False, index=True),
    sa.Column("room", sa.Text),
    sa.Column("cart", sa.Text),
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

audit_log = sa.Table(
    "audit_log",
    metadata,
    sa.Column("event_id", Number, primary_key=True, autoincrement=True),
    sa.Column("at", sa.Double, nullable=False),
    sa.Column("source", sa.Text, nullable=False, comment="which file or program changed it"),
    sa.Column("subject", sa.Text, nullable=False, index=True, comment="asset tag, or serial number"),
    sa.Column("field", sa.Text, nullable=False, comment="empty: the asset itself was added"),
    sa.Column("before", sa.Text),
    sa.Column("after", sa.Text),
)

baselines = sa.Table(
    "baselines",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("taken_at", sa.Double, nullable=False),
    sa.Column("body", sa.Text, nullable=False, comment="JSON: counts by school, grade band and rule"),
)

gear_outlines = sa.Table(
    "gear_outlines",
    metadata,
    _device_as_key(),
    sa.Column("report", sa.Text, nullable=False, comment="JSON: names, addresses and neighbours when it last answered"),
)

google_devices = sa.Table(
    "google_devices",
    metadata,
    sa.Column("directory_id", sa.Text, primary_key=True, comment="deviceId of both of Google's interfaces"),
    sa.Column("device_number", Number, sa.ForeignKey("devices.number", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("org_unit", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("location", sa.Text),
    sa.Column("last_sync_at", sa.Double),
    sa.Column("listed_at", sa.Double, nullable=False, comment="when a sync last met it"),
)

google_passes = sa.Table(
    "google_passes",
    metadata,
    sa.Column("api", sa.Text, primary_key=True, comment="directory or telemetry"),
    sa.Column("started_at", sa.Double, nullable=False),
    sa.Column("since", sa.Double, comment="only reports of that time or later are asked for; NULL: all"),
    sa.Column("page_token", sa.Text, comment="the next page; NULL: the pass is complete"),
    sa.Column("devices", sa.BigInteger, nullable=False),
    sa.Column("complete_at", sa.Double, comment="start of the last complete pass"),
    sa.Column("whole_at", sa.Double, comment="start of the last complete pass that asked for everything"),
)
