"""Problems for people and programs to read: filtered lists, and one with all that belongs to it."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from homeroom_collector.rules.problem_state import State
from homeroom_collector.store import problem_people, problems
from homeroom_collector.store.engine import Connection
from homeroom_collector.store.problem_tables import problems as table

STATES = tuple(state.value for state in State)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which problems. None and empty leave a filter out. ``schools`` None: all. ``effects``: explained ones too.

    ``after`` continues behind the problem with that number; a list is ordered by number, the newest first.
    """

    states: Collection[str] = (State.OPEN.value, State.RECOVERING.value)
    schools: Collection[str] | None = None
    kind: str | None = None
    severity: str | None = None
    effects: bool = False
    after: int | None = None
    most: int = 1_000


def listed(connection: Connection, wanted: Wanted) -> list[dict[str, Any]]:
    """Problems as rows, the newest first: the columns of the table, evidence as a list of objects."""
    query = sa.select(table).where(table.c.state.in_(wanted.states))
    if wanted.schools is not None:
        query = query.where(table.c.school_id.in_(wanted.schools))
    for column, value in ((table.c.kind, wanted.kind), (table.c.severity, wanted.severity)):
        if value is not None:
            query = query.where(column == value)
    if not wanted.effects:
        query = query.where(table.c.cause.is_(None))
    if wanted.after is not None:
        query = query.where(table.c.problem_id < wanted.after)
    rows = connection.execute(query.order_by(table.c.problem_id.desc()).limit(wanted.most)).mappings()
    return [_row(row) for row in rows]


def one(connection: Connection, problem_id: int) -> dict[str, Any] | None:
    """One problem with its members, its effects that were problems before, and its history."""
    row = connection.execute(sa.select(table).where(table.c.problem_id == problem_id)).mappings().first()
    if row is None:
        return None
    explained = sa.select(table.c.key).where(table.c.cause == row["key"], table.c.state != State.CLOSED)
    return {
        **_row(row),
        "members": problems.members_of(connection, problem_id),
        "explains": sorted(connection.execute(explained).scalars()),
        "events": problem_people.history(connection, problem_id),
    }


def _row(row: Any) -> dict[str, Any]:
    evidence = [
        {"name": name, "measured": measured, "rule": rule} for name, measured, rule in json.loads(row["evidence"])
    ]
    return {**row, "evidence": evidence}
