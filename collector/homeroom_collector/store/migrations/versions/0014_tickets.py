"""Tickets, alerts that came from elsewhere, who may write to the help desk, and digests."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_NOT_DONE = sa.text("phase <> 'done'")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "tickets",
        sa.Column("external_key", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("generation", sa.BigInteger, nullable=False),
        sa.Column("phase", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("school", sa.Text, nullable=False),
        sa.Column("severity", sa.Text, nullable=False),
        sa.Column("desk_id", sa.Text, nullable=False),
        sa.Column("first_at", sa.Double, nullable=False),
        sa.Column("created_at", sa.Double),
        sa.Column("changed_at", sa.Double, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("ix_tickets_key", "tickets", ["key"])
    op.create_index(
        "uq_tickets_key_under_way", "tickets", ["key"], unique=True, sqlite_where=_NOT_DONE, postgresql_where=_NOT_DONE
    )
    op.create_index("ix_tickets_phase", "tickets", ["phase"])
    op.create_table(
        "ticket_writers",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("until_at", sa.Double, nullable=False),
    )
    op.create_table(
        "ticket_desks",
        sa.Column("desk", sa.Text, primary_key=True),
        sa.Column("attempts", sa.BigInteger, nullable=False),
        sa.Column("next_try_at", sa.Double, nullable=False),
        sa.Column("down_since", sa.Double),
        sa.Column("error", sa.Text, nullable=False),
    )
    _alerts()
    op.create_table(
        "digests",
        sa.Column("recipient", sa.Text, primary_key=True),
        sa.Column("day", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("begun_at", sa.Double, nullable=False),
        sa.Column("sent_at", sa.Double),
    )


def _alerts() -> None:
    op.create_table(
        "alert_inbox",
        sa.Column("number", _NUMBER, primary_key=True, autoincrement=True),
        sa.Column("received_at", sa.Double, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("handled_at", sa.Double),
        sa.Column("error", sa.Text),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_alert_inbox_handled_at", "alert_inbox", ["handled_at"])
    op.create_table(
        "alerts",
        sa.Column("fingerprint", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("firing", sa.Boolean, nullable=False),
        sa.Column("quiet", sa.Boolean, nullable=False),
        sa.Column("inhibited", sa.Boolean, nullable=False),
        sa.Column("absences", sa.BigInteger, nullable=False),
        sa.Column("started_at", sa.Double, nullable=False),
        sa.Column("changed_at", sa.Double, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("ix_alerts_key", "alerts", ["key"])
    op.create_table(
        "alert_sources",
        sa.Column("url", sa.Text, primary_key=True),
        sa.Column("polled_at", sa.Double),
        sa.Column("watchdog_since", sa.Double),
        sa.Column("missed_since", sa.Double),
        sa.Column("error", sa.Text, nullable=False),
    )


def downgrade() -> None:
    """Drop the tables."""
    for table in ("digests", "alert_sources", "alerts", "alert_inbox", "ticket_desks", "ticket_writers", "tickets"):
        op.drop_table(table)
