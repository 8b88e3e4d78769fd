"""Alerts that another program sent: as they came, and as they stand."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

import sqlalchemy as sa

from homeroom_collector.rules.alerts import Alert
from homeroom_collector.store.engine import Connection
from homeroom_collector.store.ticket_tables import alert_inbox as inbox
from homeroom_collector.store.ticket_tables import alert_sources as sources
from homeroom_collector.store.ticket_tables import alerts as table
from homeroom_collector.store.upsert import Merge, insert_or_leave, upsert


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """How another program was found.

    ``watchdog_since`` None: it is not known to see anything now, and ``missed_since`` says since when.
    """

    url: str
    polled_at: float | None = None
    watchdog_since: float | None = None
    missed_since: float | None = None
    error: str = ""


def receive(connection: Connection, body: bytes, now: float) -> None:
    """Keep what came, as it came."""
    connection.execute(inbox.insert(), {"received_at": now, "body": body})


def waiting(connection: Connection, most: int) -> list[tuple[int, float, bytes]]:
    """Number, time and body of what was not looked at yet, in order."""
    chosen = sa.select(inbox.c.number, inbox.c.received_at, inbox.c.body).where(inbox.c.handled_at.is_(None))
    rows = connection.execute(chosen.order_by(inbox.c.number).limit(most))
    return [(number, received_at, body) for number, received_at, body in rows]


def handled(connection: Connection, number: int, now: float, error: str | None = None) -> None:
    """Note that something was looked at, with the reason where it could not be read."""
    connection.execute(inbox.update().where(inbox.c.number == number).values(handled_at=now, error=error))


def depth(connection: Connection) -> tuple[int, int]:
    """How much waits, and how much could not be read."""
    chosen = sa.select(
        sa.func.count().filter(inbox.c.handled_at.is_(None)), sa.func.count().filter(inbox.c.error.is_not(None))
    )
    left, unread = connection.execute(chosen.select_from(inbox)).one()
    return int(left), int(unread)


def known(connection: Connection) -> dict[str, Alert]:
    """Every alert that was heard of lately, by fingerprint."""
    return {row["fingerprint"]: _alert(row) for row in connection.execute(sa.select(table)).mappings()}


def put(connection: Connection, changed: Iterable[Alert], now: float) -> None:
    """Remember how alerts stand."""
    rows = [_row(each, now) for each in changed]
    names = ("key", "firing", "quiet", "inhibited", "released_at", "absences", "started_at", "changed_at", "body")
    if rows:
        connection.execute(upsert(connection, table, ["fingerprint"], {name: _new(name) for name in names}), rows)


def forget(connection: Connection, before: float) -> None:
    """Remove what was looked at, and alerts that are over, where nothing has changed since."""
    connection.execute(inbox.delete().where(inbox.c.handled_at < before))
    connection.execute(table.delete().where(table.c.firing.is_(False), table.c.changed_at < before))


def watch(connection: Connection, url: str) -> Watch:
    """How another program was found last."""
    row = connection.execute(sa.select(sources).where(sources.c.url == url)).mappings().one_or_none()
    return Watch(**row) if row else Watch(url=url)


def claim_poll(connection: Connection, url: str, now: float, every_seconds: float) -> bool:
    """Whether it is this caller's turn to ask another program; of several replicas one in each interval."""
    connection.execute(insert_or_leave(connection, sources), {"url": url, "error": ""})
    due = sources.c.polled_at.is_(None) | (sources.c.polled_at <= now - every_seconds)
    return connection.execute(sources.update().where(sources.c.url == url, due).values(polled_at=now)).rowcount == 1


def put_watch(connection: Connection, seen: Watch) -> None:
    """Remember how it was found."""
    values = {name: getattr(seen, name) for name in ("watchdog_since", "missed_since", "error")}
    connection.execute(sources.update().where(sources.c.url == seen.url).values(values))


def _alert(row: sa.RowMapping) -> Alert:
    body = json.loads(row["body"])
    names = ("fingerprint", "firing", "quiet", "inhibited", "released_at", "absences", "started_at")
    given = {name: row[name] for name in names}
    return Alert(labels=body["labels"], annotations=body["annotations"], **given)


def _row(alert: Alert, now: float) -> dict[str, object]:
    given = {name: value for name, value in asdict(alert).items() if name not in ("labels", "annotations")}
    body = json.dumps({"labels": dict(alert.labels), "annotations": dict(alert.annotations)})
    return given | {"key": alert.key, "changed_at": now, "body": body}


def _new(name: str) -> Merge:
    return lambda new, _old: new[name]
