"""Problems with their members and events, and windows of maintenance."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "problems",
        sa.Column("problem_id", _NUMBER, primary_key=True, autoincrement=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("key", "school_id", "kind", "subject", "severity")),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("state", "summary", "evidence", "runbook")),
        sa.Column("cause", sa.Text),
        sa.Column("member_count", sa.BigInteger, nullable=False),
        sa.Column("pending_at", sa.Double, nullable=False),
        *(sa.Column(name, sa.Double) for name in ("opened_at", "clear_at", "closed_at", "acknowledged_at")),
        *(sa.Column(name, sa.Text) for name in ("acknowledged_by", "owner")),
        sa.Column("changed_at", sa.Double, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_problems_closed_at", "problems", ["closed_at"])
    active = sa.text("state != 'closed'")
    op.create_index(
        "uq_problems_key_active", "problems", ["key"], unique=True, sqlite_where=active, postgresql_where=active
    )
    _belongings()
    op.create_table(
        "maintenance_windows",
        sa.Column("window_id", _NUMBER, primary_key=True, autoincrement=True),
        sa.Column("school_id", sa.Text, nullable=False),
        sa.Column("device_id", sa.Text, nullable=False),
        sa.Column("starts_at", sa.Double, nullable=False),
        sa.Column("ends_at", sa.Double, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_maintenance_windows_ends_at", "maintenance_windows", ["ends_at"])


def _belongings() -> None:
    problem = sa.ForeignKey("problems.problem_id", ondelete="CASCADE")
    op.create_table(
        "problem_members",
        sa.Column("problem_id", _NUMBER, problem, primary_key=True, autoincrement=False),
        sa.Column("device_id", sa.Text, primary_key=True),
        sqlite_with_rowid=False,
    )
    problem = sa.ForeignKey("problems.problem_id", ondelete="CASCADE")
    op.create_table(
        "problem_events",
        sa.Column("event_id", _NUMBER, primary_key=True, autoincrement=True),
        sa.Column("problem_id", _NUMBER, problem, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
    )
    op.create_index("ix_problem_events_problem_id", "problem_events", ["problem_id"])


def downgrade() -> None:
    """Drop the tables."""
    for table in ("maintenance_windows", "problem_events", "problem_members", "problems"):
        op.drop_table(table)
