"""Problems as rows. Every change is a claim: it happens only to the version that the claimer has seen.

So any number of replicas may run the same loop, people may acknowledge meanwhile, and each transition happens once.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from homeroom_collector.rules.problem import Evidence, Problem, Severity
from homeroom_collector.rules.problem_state import Row, State, Transition
from homeroom_collector.store.engine import Connection
from homeroom_collector.store.problem_tables import problem_events as events
from homeroom_collector.store.problem_tables import problem_members as members
from homeroom_collector.store.problem_tables import problems as table
from homeroom_collector.store.upsert import insert_or_leave

MOST_MEMBERS = 10_000
"""So many members of a problem are kept by name, in the order of their ids; ``member_count`` counts them all."""

_WRITTEN = (
    "key", "school_id", "kind", "subject", "severity", "state", "summary", "evidence", "runbook", "cause",
    "member_count", "pending_at", "opened_at", "clear_at", "closed_at", "version", "changed_at",
)  # fmt: skip
# Made once, which is most of what a statement costs.
_as_it_was = (table.c.problem_id == sa.bindparam("which"), table.c.version == sa.bindparam("seen"))
_values_of: dict[str, sa.BindParameter[Any]] = {name: sa.bindparam(f"new_{name}") for name in _WRITTEN}
_UPDATE = table.update().where(*_as_it_was).values(_values_of)
_DELETE = table.delete().where(*_as_it_was)
_JOIN, _RECORD = members.insert(), events.insert()
_LEAVE = members.delete().where(
    members.c.problem_id == sa.bindparam("which"), members.c.device_id == sa.bindparam("gone")
)
_adds: dict[str, sa.Insert] = {}


def active(connection: Connection) -> dict[str, Row]:
    """Every problem that is not closed, by key, with its members."""
    rows = connection.execute(sa.select(table).where(table.c.state != State.CLOSED)).mappings().all()
    explained = _members(connection, [row["problem_id"] for row in rows if row["member_count"]])
    return {row["key"]: row_of(row, explained.get(row["problem_id"], ())) for row in rows}


def closed_lately(connection: Connection, since: float) -> dict[str, Row]:
    """The newest problem of each key that closed since a moment, and is not known again; without members."""
    again = sa.select(table.c.key).where(table.c.state != State.CLOSED)
    query = sa.select(table).where(table.c.closed_at >= since, table.c.key.not_in(again))
    rows = connection.execute(query.order_by(table.c.problem_id)).mappings()
    return {row["key"]: row_of(row) for row in rows}


def row_of(row: Any, of_it: Sequence[str] = ()) -> Row:
    """A row of the table as the rules see it."""
    return Row(
        problem=Problem(
            key=row["key"],
            school=row["school_id"],
            kind=row["kind"],
            subject=row["subject"],
            severity=Severity(row["severity"]),
            summary=row["summary"],
            evidence=evidence_of(row["evidence"]),
            members=tuple(of_it),
            cause=row["cause"],
            runbook=row["runbook"],
        ),
        state=State(row["state"]),
        problem_id=row["problem_id"],
        version=row["version"],
        **{name: row[name] for name in ("pending_at", "opened_at", "clear_at", "closed_at")},
    )


def evidence_of(text: str) -> tuple[Evidence, ...]:
    """Read what was measured."""
    return tuple(Evidence(name=name, measured=measured, rule=rule) for name, measured, rule in json.loads(text))


def claim(connection: Connection, change: Transition, now: float) -> Row | None:
    """Make one transition. None where somebody else was faster: nothing has changed, and the row is to be read anew.

    Gives the row as it is now; a dropped one is given as it was.
    """
    if change.before is None:
        assert change.after is not None
        return _inserted(connection, change.after, change.change, now)
    if change.after is None:
        return change.before if _deleted(connection, change.before) else None
    return _changed(connection, change.before, change.after, change.change, now)


def _inserted(connection: Connection, row: Row, change: str, now: float) -> Row | None:
    number = connection.execute(_add(connection), {**_values(row), "version": 1, "changed_at": now}).scalar()
    if number is None:
        return None
    stored = replace(row, problem_id=number, version=1)
    _join(connection, number, row.problem.members[:MOST_MEMBERS])
    if row.opened_at is not None:
        record(connection, number, now, change, text=row.problem.summary)
    return stored


def _add(connection: Connection) -> sa.Insert:
    name = connection.dialect.name
    if name not in _adds:
        _adds[name] = insert_or_leave(connection, table).returning(table.c.problem_id)
    return _adds[name]


def _deleted(connection: Connection, row: Row) -> bool:
    return bool(connection.execute(_DELETE, _as_seen(row)).rowcount)


def _changed(connection: Connection, before: Row, after: Row, change: str, now: float) -> Row | None:
    values = {**_values(after), "version": before.version + 1, "changed_at": now}
    if not _updated(connection, _as_seen(before) | {f"new_{name}": value for name, value in values.items()}):
        return None
    known = members_of(connection, after.problem_id) if change == "reopened" else before.problem.members[:MOST_MEMBERS]
    old, new = set(known), set(after.problem.members[:MOST_MEMBERS])
    _leave(connection, after.problem_id, sorted(old - new))
    _join(connection, after.problem_id, sorted(new - old))
    if change != "updated" and after.opened_at is not None:
        record(connection, after.problem_id, now, change, text=_said(after, change))
    return replace(after, version=before.version + 1)


def _updated(connection: Connection, values: dict[str, Any]) -> bool:
    """False where the row has changed, or where its key is in use again already."""
    try:
        with connection.begin_nested():
            return bool(connection.execute(_UPDATE, values).rowcount)
    except sa.exc.IntegrityError:
        return False


def _said(row: Row, change: str) -> str:
    return row.problem.cause or "" if change == "explained" else row.problem.summary if change == "opened" else ""


def _as_seen(row: Row) -> dict[str, Any]:
    return {"which": row.problem_id, "seen": row.version}


def _values(row: Row) -> dict[str, Any]:
    problem = row.problem
    return {
        "key": problem.key,
        "school_id": problem.school,
        "kind": problem.kind,
        "subject": problem.subject,
        "severity": problem.severity,
        "state": row.state,
        "summary": problem.summary,
        "evidence": json.dumps([[each.name, each.measured, each.rule] for each in problem.evidence]),
        "runbook": problem.runbook,
        "cause": problem.cause,
        "member_count": len(problem.members),
        **{name: getattr(row, name) for name in ("pending_at", "opened_at", "clear_at", "closed_at")},
    }


def _join(connection: Connection, number: int, device_ids: Iterable[str]) -> None:
    rows = [{"problem_id": number, "device_id": device_id} for device_id in device_ids]
    if rows:
        connection.execute(_JOIN, rows)


def _leave(connection: Connection, number: int, device_ids: Sequence[str]) -> None:
    if device_ids:
        connection.execute(_LEAVE, [{"which": number, "gone": device_id} for device_id in device_ids])


def _members(connection: Connection, numbers: Sequence[int], portion: int = 500) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for start in range(0, len(numbers), portion):
        few = sa.select(members).where(members.c.problem_id.in_(numbers[start : start + portion]))
        for number, device_id in connection.execute(few.order_by(members.c.device_id)):
            found.setdefault(number, []).append(device_id)
    return found


def members_of(connection: Connection, problem_id: int) -> list[str]:
    """Devices that a problem explains, by id; the first ``MOST_MEMBERS`` of them."""
    return _members(connection, [problem_id]).get(problem_id, [])


def record(connection: Connection, problem_id: int, at: float, kind: str, *, author: str = "", text: str = "") -> None:
    """Add to what happened to a problem; an empty author is Homeroom."""
    row = {"problem_id": problem_id, "at": at, "kind": kind, "author": author, "text": text}
    connection.execute(_RECORD, row)


def forget(connection: Connection, closed_before: float) -> int:
    """Remove problems closed before a moment, with all that belongs to them. Gives how many."""
    return connection.execute(sa.delete(table).where(table.c.closed_at < closed_before)).rowcount


@dataclass(frozen=True, slots=True, kw_only=True)
class Root:
    """A root problem as tickets need it: one occurrence of a key, never an effect, pending ones left out.

    ``problem_id`` differs at each recurrence, ``version`` at each change. ``member_count`` is how many devices it
    explains; :func:`members_of` names them.
    """

    problem_id: int
    key: str
    school_id: str
    kind: str
    subject: str
    severity: Severity
    state: State
    summary: str
    evidence: tuple[Evidence, ...]
    runbook: str
    member_count: int
    opened_at: float
    clear_at: float | None
    closed_at: float | None
    acknowledged_at: float | None
    acknowledged_by: str | None
    owner: str | None
    changed_at: float
    version: int


def roots(connection: Connection, closed_since: float) -> list[Root]:
    """Root problems that are open or recovering, and those closed at ``closed_since`` or later; oldest first.

    A problem that was open before its cause was found leaves this list while the cause explains it; it comes back when
    it is released, or once when it has closed.
    """
    query = sa.select(table).where(
        table.c.opened_at.is_not(None),
        sa.or_(
            sa.and_(table.c.state != State.CLOSED, table.c.cause.is_(None)),
            sa.and_(table.c.state == State.CLOSED, table.c.closed_at >= closed_since),
        ),
    )
    rows = connection.execute(query.order_by(table.c.opened_at, table.c.problem_id)).mappings()
    return [_root(row) for row in rows]


@dataclass(frozen=True, slots=True)
class Effect:
    """A problem that was one by itself, and is explained by another now: the keys of both, and how that one is put."""

    key: str
    cause: str
    cause_summary: str


def explained(connection: Connection) -> list[Effect]:
    """Problems that are still there, were made known, and have a cause; an empty summary where that is not kept."""
    causes = table.alias()
    summary = sa.func.coalesce(causes.c.summary, "")
    joined = table.outerjoin(causes, sa.and_(causes.c.key == table.c.cause, causes.c.state != State.CLOSED))
    query = sa.select(table.c.key, table.c.cause, summary).select_from(joined)
    there = (table.c.state != State.CLOSED, table.c.opened_at.is_not(None), table.c.cause.is_not(None))
    return [Effect(*row) for row in connection.execute(query.where(*there).order_by(table.c.key))]


def _root(row: Any) -> Root:
    left_out = ("pending_at", "cause")
    given = {name: value for name, value in row.items() if name not in left_out}
    given |= {"severity": Severity(row["severity"]), "state": State(row["state"])}
    return Root(**{**given, "evidence": evidence_of(row["evidence"])})
