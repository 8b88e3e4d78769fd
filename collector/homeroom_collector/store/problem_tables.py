"""Tables of problems and maintenance. A key has at most one row that is not closed."""

from __future__ import annotations

import sqlalchemy as sa

from homeroom_collector.store.schema import metadata

_Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

problems = sa.Table(
    "problems",
    metadata,
    sa.Column("problem_id", _Number, primary_key=True, autoincrement=True),
    sa.Column("key", sa.Text, nullable=False, comment="school/kind/subject"),
    sa.Column("school_id", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("severity", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False, comment="pending, open, recovering, closed"),
    sa.Column("summary", sa.Text, nullable=False),
    sa.Column("evidence", sa.Text, nullable=False, comment="JSON: [name, measured, rule] of each value"),
    sa.Column("runbook", sa.Text, nullable=False),
    sa.Column("cause", sa.Text, comment="key of the problem that explains this one"),
    sa.Column("member_count", sa.BigInteger, nullable=False),
    sa.Column("pending_at", sa.Double, nullable=False),
    sa.Column("opened_at", sa.Double),
    sa.Column("clear_at", sa.Double, comment="since when it is gone"),
    sa.Column("closed_at", sa.Double, index=True),
    sa.Column("acknowledged_at", sa.Double),
    sa.Column("acknowledged_by", sa.Text),
    sa.Column("owner", sa.Text),
    sa.Column("changed_at", sa.Double, nullable=False),
    sa.Column("version", sa.BigInteger, nullable=False, comment="grows with each change: who claims must know it"),
    sqlite_autoincrement=True,
)
sa.Index(
    "uq_problems_key_active",
    problems.c.key,
    unique=True,
    sqlite_where=problems.c.state != "closed",
    postgresql_where=problems.c.state != "closed",
)


def _problem() -> sa.ForeignKey:
    return sa.ForeignKey("problems.problem_id", ondelete="CASCADE")


problem_members = sa.Table(
    "problem_members",
    metadata,
    sa.Column("problem_id", _Number, _problem(), primary_key=True, autoincrement=False),
    sa.Column("device_id", sa.Text, primary_key=True),
    sqlite_with_rowid=False,
)

problem_events = sa.Table(
    "problem_events",
    metadata,
    sa.Column("event_id", _Number, primary_key=True, autoincrement=True),
    sa.Column("problem_id", _Number, _problem(), nullable=False, index=True),
    sa.Column("at", sa.Double, nullable=False),
    sa.Column("kind", sa.Text, nullable=False, comment="opened, closed, acknowledged, note, …"),
    sa.Column("author", sa.Text, nullable=False, comment="empty: Homeroom"),
    sa.Column("text", sa.Text, nullable=False),
)

maintenance_windows = sa.Table(
    "maintenance_windows",
    metadata,
    sa.Column("window_id", _Number, primary_key=True, autoincrement=True),
    sa.Column("school_id", sa.Text, nullable=False, comment="empty: every school, or a device is named"),
    sa.Column("device_id", sa.Text, nullable=False, comment="empty: all devices"),
    sa.Column("starts_at", sa.Double, nullable=False),
    sa.Column("ends_at", sa.Double, nullable=False, index=True),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("author", sa.Text, nullable=False),
    sqlite_autoincrement=True,
)
