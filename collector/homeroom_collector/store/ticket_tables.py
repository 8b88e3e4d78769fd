"""The tables of tickets, of alerts that another program sent, and of who may write to the help desk."""

from __future__ import annotations

import sqlalchemy as sa

from homeroom_collector.store.schema import metadata

_Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_not_done = sa.text("phase <> 'done'")

tickets = sa.Table(
    "tickets",
    metadata,
    sa.Column("external_key", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, nullable=False, comment="school/kind/subject"),
    sa.Column("generation", sa.BigInteger, nullable=False, comment="counts the tickets of a key"),
    sa.Column("phase", sa.Text, nullable=False, comment="waiting, open, resolved, done"),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("school", sa.Text, nullable=False),
    sa.Column("severity", sa.Text, nullable=False),
    sa.Column("desk_id", sa.Text, nullable=False, comment="number at the help desk; empty: none, or not known"),
    sa.Column("first_at", sa.Double, nullable=False),
    sa.Column("created_at", sa.Double),
    sa.Column("changed_at", sa.Double, nullable=False),
    sa.Column("revision", sa.BigInteger, nullable=False, comment="counts changes; a writer names the one it read"),
    sa.Column("body", sa.Text, nullable=False, comment="JSON: the whole ticket"),
)
sa.Index("ix_tickets_key", tickets.c.key)
# Of one cause at most one ticket is under way, whatever writers believe.
sa.Index("uq_tickets_key_under_way", tickets.c.key, unique=True, sqlite_where=_not_done, postgresql_where=_not_done)
sa.Index("ix_tickets_phase", tickets.c.phase)

ticket_writers = sa.Table(
    "ticket_writers",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("holder", sa.Text, nullable=False),
    sa.Column("until_at", sa.Double, nullable=False),
)

ticket_desks = sa.Table(
    "ticket_desks",
    metadata,
    sa.Column("desk", sa.Text, primary_key=True),
    sa.Column("attempts", sa.BigInteger, nullable=False),
    sa.Column("next_try_at", sa.Double, nullable=False),
    sa.Column("down_since", sa.Double),
    sa.Column("error", sa.Text, nullable=False),
)

alert_inbox = sa.Table(
    "alert_inbox",
    metadata,
    sa.Column("number", _Number, primary_key=True, autoincrement=True),
    sa.Column("received_at", sa.Double, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False, comment="as it came"),
    sa.Column("handled_at", sa.Double, index=True),
    sa.Column("error", sa.Text, comment="why it could not be read"),
    sqlite_autoincrement=True,
)

alerts = sa.Table(
    "alerts",
    metadata,
    sa.Column("fingerprint", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, nullable=False, index=True, comment="of the incident that it belongs to"),
    sa.Column("firing", sa.Boolean, nullable=False),
    sa.Column("quiet", sa.Boolean, nullable=False, comment="silenced"),
    sa.Column("inhibited", sa.Boolean, nullable=False, comment="another alert explains it"),
    sa.Column("released_at", sa.Double, comment="since when none explains it any more; NULL: none ever did"),
    sa.Column("absences", sa.BigInteger, nullable=False, comment="polls in a row that did not show it"),
    sa.Column("started_at", sa.Double, nullable=False),
    sa.Column("changed_at", sa.Double, nullable=False),
    sa.Column("body", sa.Text, nullable=False, comment="JSON: labels and annotations"),
)

alert_sources = sa.Table(
    "alert_sources",
    metadata,
    sa.Column("url", sa.Text, primary_key=True),
    sa.Column("polled_at", sa.Double),
    sa.Column("watchdog_since", sa.Double, comment="NULL: not there when last asked"),
    sa.Column("missed_since", sa.Double, comment="since when it was not there"),
    sa.Column("error", sa.Text, nullable=False),
)

digests = sa.Table(
    "digests",
    metadata,
    sa.Column("recipient", sa.Text, primary_key=True, comment="what and for whom, such as morning:pat@d.example"),
    sa.Column("day", sa.Integer, primary_key=True, autoincrement=False, comment="day it stands for, such as 20261122"),
    sa.Column("begun_at", sa.Double, nullable=False, comment="since when somebody prepares it"),
    sa.Column("sent_at", sa.Double, comment="taken by the mail server, or nothing to send"),
    sa.Column("handed_at", sa.Double, comment="about to be given to the mail server: not to be sent again"),
)
