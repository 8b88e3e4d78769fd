"""The life of a problem: pending, open, recovering, closed. Pure: rows, verdicts, pace and now in, transitions out.

Creation can be suppressed (maintenance, an effect of something else), resolution never. What nobody could look at
stays as it is. A problem that lasted too short to open leaves no trace.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal

from homeroom_collector.rules.problem import Problem


class State(StrEnum):
    """``pending``: not for long enough yet. ``recovering``: gone, but not for long enough to be sure."""

    PENDING = "pending"
    OPEN = "open"
    RECOVERING = "recovering"
    CLOSED = "closed"


Change = Literal[
    "noticed", "dropped", "opened", "reopened", "relapsed", "recovering", "closed", "explained", "released", "updated"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A problem as it is kept. ``problem_id`` is 0 until it is stored; ``version`` grows with every change of it.

    ``pending_at`` is since when it holds, ``opened_at`` when it was made known, ``clear_at`` since when it is gone
    (while recovering), all Unix seconds.
    """

    problem: Problem
    state: State
    pending_at: float
    opened_at: float | None = None
    clear_at: float | None = None
    closed_at: float | None = None
    problem_id: int = 0
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long a kind of problem must hold before it opens, and be gone before it closes.

    ``instructional``: only instruction counts towards opening, and it opens during instruction only. What comes back
    within ``reopens_seconds`` after it closed is the same problem again.
    """

    lasts_seconds: float = 0.0
    clears_seconds: float = 0.0
    reopens_seconds: float = 0.0
    instructional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the rules say now of one key. Keys without a verdict are clear.

    ``holds`` None: nobody could look. ``since``: the first measurement that showed it. ``suppressed``: must not become
    a problem now.
    """

    problem: Problem
    holds: bool | None = True
    since: float | None = None
    suppressed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One change. ``before`` None is a new row; a dropped one has no ``after``."""

    change: Change
    before: Row | None
    after: Row | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """``pace`` of a problem, by school and kind. ``taught`` gives the instruction of a school between two instants."""

    pace: Callable[[str, str], Pace]
    taught: Callable[[str, float, float], float]
    in_session: Callable[[str, float], bool]


def advance(
    rows: Mapping[str, Row], verdicts: Mapping[str, Verdict], policy: Policy, now: float
) -> Iterator[Transition]:
    """Changes from ``rows`` (by key; closed ones only while they may come back), in the order to write them in."""
    for key, verdict in verdicts.items():
        if key not in rows and verdict.holds and not verdict.suppressed and verdict.problem.cause is None:
            yield _noticed(verdict, policy, now)
    for key, row in rows.items():
        change = _moved(row, verdicts.get(key), policy, now)
        if change is not None:
            yield change


def _noticed(verdict: Verdict, policy: Policy, now: float) -> Transition:
    since = now if verdict.since is None else min(verdict.since, now)
    row = Row(problem=verdict.problem, state=State.PENDING, pending_at=since)
    if _lasted(row, policy, now):
        return Transition(change="opened", before=None, after=replace(row, state=State.OPEN, opened_at=now))
    return Transition(change="noticed", before=None, after=row)


def _moved(row: Row, verdict: Verdict | None, policy: Policy, now: float) -> Transition | None:
    if row.state == State.CLOSED:
        return None if verdict is None else _came_back(row, verdict, policy, now)
    if verdict is None or verdict.holds is False:
        return _cleared(row, policy, now)
    if verdict.holds is None:
        return _unseen(row, verdict)
    if row.state == State.PENDING:
        return _waited(row, verdict, policy, now)
    if row.state == State.RECOVERING:
        back = replace(row, state=State.OPEN, problem=verdict.problem, clear_at=None)
        return Transition(change="relapsed", before=row, after=back)
    return _updated(row, verdict)


def _came_back(row: Row, verdict: Verdict, policy: Policy, now: float) -> Transition | None:
    """Open again what closed lately; it keeps its number and its history."""
    if not verdict.holds or verdict.suppressed or verdict.problem.cause is not None:
        return None
    again = replace(row, problem=verdict.problem, state=State.OPEN, closed_at=None, clear_at=None)
    since = now if verdict.since is None else min(verdict.since, now)
    if not _lasted(replace(again, pending_at=since), policy, now):
        return None
    return Transition(change="reopened", before=row, after=again)


def _waited(row: Row, verdict: Verdict, policy: Policy, now: float) -> Transition | None:
    """Open what lasted; what turns out to be an effect, or is suppressed, never was a problem."""
    if verdict.suppressed or verdict.problem.cause is not None:
        return Transition(change="dropped", before=row, after=None)
    if _lasted(row, policy, now):
        after = replace(row, state=State.OPEN, problem=verdict.problem, opened_at=now)
        return Transition(change="opened", before=row, after=after)
    return _updated(row, verdict)


def _cleared(row: Row, policy: Policy, now: float) -> Transition | None:
    if row.state == State.PENDING:
        return Transition(change="dropped", before=row, after=None)
    since = now if row.clear_at is None else row.clear_at
    if now - since >= _pace(row, policy).clears_seconds:
        after = replace(row, state=State.CLOSED, clear_at=since, closed_at=now)
        return Transition(change="closed", before=row, after=after)
    if row.state == State.RECOVERING:
        return None
    return Transition(change="recovering", before=row, after=replace(row, state=State.RECOVERING, clear_at=now))


def _unseen(row: Row, verdict: Verdict) -> Transition | None:
    """Nobody could look: all stays, but for what explains it."""
    cause = verdict.problem.cause
    if row.state == State.PENDING or cause == row.problem.cause:
        return None
    after = replace(row, problem=replace(row.problem, cause=cause))
    return Transition(change=_told(row, cause), before=row, after=after)


def _updated(row: Row, verdict: Verdict) -> Transition | None:
    """Values that move all the time are kept as they were when something last changed."""
    if _gist(verdict.problem) == _gist(row.problem):
        return None
    return Transition(change=_told(row, verdict.problem.cause), before=row, after=replace(row, problem=verdict.problem))


def _told(row: Row, cause: str | None) -> Change:
    if cause == row.problem.cause:
        return "updated"
    return "released" if cause is None else "explained"


def _lasted(row: Row, policy: Policy, now: float) -> bool:
    pace, school = _pace(row, policy), row.problem.school
    if not pace.instructional:
        return now - row.pending_at >= pace.lasts_seconds
    return policy.in_session(school, now) and policy.taught(school, row.pending_at, now) >= pace.lasts_seconds


def _pace(row: Row, policy: Policy) -> Pace:
    return policy.pace(row.problem.school, row.problem.kind)


def _gist(problem: Problem) -> tuple[str | None, str, tuple[str, ...]]:
    return (problem.cause, problem.severity, problem.members)
