"""What people do to problems: acknowledge, take over, write notes. Each leaves an event with its author."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from homeroom_collector.errors import CollectorError
from homeroom_collector.rules.problem_state import State
from homeroom_collector.store.engine import Connection
from homeroom_collector.store.problem_tables import problem_events as events
from homeroom_collector.store.problem_tables import problems as table
from homeroom_collector.store.problems import record

MOST_TEXT = 4_000


class UnknownProblemError(CollectorError):
    """Nobody has heard of such a problem."""


def number_of(connection: Connection, key: str) -> int:
    """The newest occurrence of a key, or the one with that number, where ``key`` is one. Raises UnknownProblemError."""
    query = sa.select(table.c.problem_id).order_by(table.c.problem_id.desc()).limit(1)
    wanted = table.c.problem_id == int(key) if key.isascii() and key.isdigit() else table.c.key == key
    number = connection.execute(query.where(wanted)).scalar()
    if number is None:
        raise UnknownProblemError(f"problem {key!r} is not known; 'homeroom problems list' shows them")
    return int(number)


def acknowledge(connection: Connection, problem_id: int, now: float, author: str, text: str = "") -> bool:
    """Say that somebody has seen it. False where somebody had already, or where it is closed: the first one counts."""
    query = sa.update(table).where(
        table.c.problem_id == problem_id, table.c.acknowledged_at.is_(None), table.c.state != State.CLOSED
    )
    values = {"acknowledged_at": now, "acknowledged_by": author, **_changed(now)}
    if not connection.execute(query.values(values)).rowcount:
        return False
    record(connection, problem_id, now, "acknowledged", author=author, text=text[:MOST_TEXT])
    return True


def own(connection: Connection, problem_id: int, now: float, author: str, owner: str | None) -> None:
    """Give a problem to somebody; None gives it back to all."""
    values = {"owner": owner, **_changed(now)}
    connection.execute(sa.update(table).where(table.c.problem_id == problem_id).values(values))
    record(connection, problem_id, now, "owner", author=author, text=owner or "")


def note(connection: Connection, problem_id: int, now: float, author: str, text: str) -> None:
    """Add a note. Raises CollectorError for one without text."""
    if not text.strip():
        raise CollectorError("a note needs a text")
    record(connection, problem_id, now, "note", author=author, text=text[:MOST_TEXT])


def history(connection: Connection, problem_id: int) -> list[dict[str, Any]]:
    """What happened to a problem, oldest first: at, kind, author, text."""
    query = sa.select(events.c.at, events.c.kind, events.c.author, events.c.text)
    query = query.where(events.c.problem_id == problem_id).order_by(events.c.at, events.c.event_id)
    return [dict(row) for row in connection.execute(query).mappings()]


def _changed(now: float) -> dict[str, Any]:
    """A change by people is a change: a loop that saw the row before must read it again."""
    return {"changed_at": now, "version": table.c.version + 1}
