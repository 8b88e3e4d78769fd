"""Problems as rows, on stores of both kinds."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from homeroom_collector.rules.problem import Evidence, Problem, Severity, key_of, subject_of
from homeroom_collector.rules.problem_state import Change, Row, State, Transition
from homeroom_collector.store import Connection, Store, problem_people, problems

NOW = 1_795_000_000.0


def problem(kind: str = "switch_down", device: str = "sw-1", **given: object) -> Problem:
    subject = subject_of(device)
    facts = {"severity": Severity.CRITICAL, "summary": f"{device} does not answer", "runbook": kind, **given}
    return Problem(key=key_of("lincoln", kind, subject), school="lincoln", kind=kind, subject=subject, **facts)  # type: ignore[arg-type]


def opening(found: Problem) -> Transition:
    row = Row(problem=found, state=State.OPEN, pending_at=NOW - 60, opened_at=NOW)
    return Transition(change="opened", before=None, after=row)


def then(row: Row, change: Change, **changes: object) -> Transition:
    return Transition(change=change, before=row, after=replace(row, **changes))  # type: ignore[arg-type]


async def claimed(store: Store, change: Transition, now: float = NOW) -> Row | None:
    return await store.write(partial(problems.claim, change=change, now=now))


async def test_a_problem_is_kept_with_its_evidence_and_members(store: Store):
    evidence = (Evidence(name="silent_seconds", measured=63.5, rule=30.0), Evidence(name="kind", measured="switch"))
    found = problem(evidence=evidence, members=("ap-1", "ap-2", "sw-1"), cause=None)
    row = await claimed(store, opening(found))
    assert row is not None
    assert await store.read(problems.active) == {found.key: row}
    (root,) = await store.read(partial(problems.roots, closed_since=NOW))
    assert (root.key, root.member_count, root.evidence, root.state) == (found.key, 3, evidence, State.OPEN)
    assert await store.read(partial(problems.members_of, problem_id=root.problem_id)) == ["ap-1", "ap-2", "sw-1"]


async def test_of_two_replicas_that_see_the_same_problem_one_opens_it(store: Store):
    rows = await asyncio.gather(*(claimed(store, opening(problem())) for _ in range(8)))
    assert sum(row is not None for row in rows) == 1
    assert len(await store.read(problems.active)) == 1


async def test_of_two_replicas_that_see_it_change_one_writes_the_change(store: Store):
    row = await claimed(store, opening(problem()))
    assert row is not None
    closing = then(row, "closed", state=State.CLOSED, closed_at=NOW + 60)
    rows = await asyncio.gather(*(claimed(store, closing, NOW + 60) for _ in range(8)))
    assert sum(each is not None for each in rows) == 1
    told = await store.read(partial(problem_people.history, problem_id=row.problem_id))
    assert [each["kind"] for each in told] == ["opened", "closed"]


async def test_what_was_acknowledged_meanwhile_is_read_again_before_it_changes(store: Store):
    row = await claimed(store, opening(problem()))
    assert row is not None
    seen = partial(problem_people.acknowledge, problem_id=row.problem_id, now=NOW + 5, author="kim")
    assert await store.write(seen)
    assert not await store.write(seen), "the first one counts"
    closing = partial(then, change="closed", state=State.CLOSED, closed_at=NOW + 60)
    assert await claimed(store, closing(row)) is None
    fresh = (await store.read(problems.active))[row.problem.key]
    assert await claimed(store, closing(fresh)) is not None
    (root,) = await store.read(partial(problems.roots, closed_since=NOW))
    assert (root.acknowledged_by, root.acknowledged_at) == ("kim", NOW + 5)


async def test_a_problem_that_comes_again_is_another_row_with_the_same_key(store: Store):
    first = await claimed(store, opening(problem()))
    assert first is not None
    await claimed(store, then(first, "closed", state=State.CLOSED, closed_at=NOW + 60))
    second = await claimed(store, opening(problem()))
    assert second is not None
    assert second.problem_id != first.problem_id
    newest = await store.read(partial(problem_people.number_of, key=first.problem.key))
    assert newest == second.problem_id


async def test_members_come_and_go_one_by_one(store: Store):
    row = await claimed(store, opening(problem(members=("a", "b"))))
    assert row is not None
    changed = replace(row.problem, members=("b", "c"))
    again = await claimed(store, then(row, "updated", problem=changed))
    assert again is not None
    assert (await store.read(problems.active))[changed.key].problem.members == ("b", "c")


async def test_a_dropped_one_leaves_no_trace(store: Store):
    waiting = Row(problem=problem(members=("a",)), state=State.PENDING, pending_at=NOW)
    row = await claimed(store, Transition(change="noticed", before=None, after=waiting))
    assert row is not None
    assert await store.read(partial(problems.roots, closed_since=0)) == [], "pending is nobody's business yet"
    assert await claimed(store, Transition(change="dropped", before=row, after=None)) == row
    assert await claimed(store, Transition(change="dropped", before=row, after=None)) is None
    assert await store.read(problems.active) == {}


async def test_tickets_see_roots_only_but_hear_of_every_end(store: Store):
    effect = await claimed(store, opening(problem("access_point_down", "ap-1")))
    cause = await claimed(store, opening(problem()))
    assert effect is not None
    assert cause is not None
    explained = replace(effect.problem, cause=cause.problem.key)
    effect = await claimed(store, then(effect, "explained", problem=explained))
    assert effect is not None
    look: Callable[[Connection], list[problems.Root]] = partial(problems.roots, closed_since=NOW + 50)
    assert [root.kind for root in await store.read(look)] == ["switch_down"]
    await claimed(store, then(effect, "closed", state=State.CLOSED, closed_at=NOW + 60))
    assert {root.kind: root.state for root in await store.read(look)} == {
        "switch_down": State.OPEN,
        "access_point_down": State.CLOSED,
    }


async def test_owner_and_notes_are_kept_with_who_wrote_them(store: Store):
    row = await claimed(store, opening(problem()))
    assert row is not None
    number = row.problem_id
    write = partial(problem_people.note, problem_id=number, now=NOW + 1, author="kim", text="breaker was out")
    await store.write(write)
    await store.write(partial(problem_people.own, problem_id=number, now=NOW + 2, author="kim", owner="lee"))
    told = await store.read(partial(problem_people.history, problem_id=number))
    assert [(each["kind"], each["author"], each["text"]) for each in told[1:]] == [
        ("note", "kim", "breaker was out"),
        ("owner", "kim", "lee"),
    ]


async def test_closed_ones_are_forgotten_after_a_while(store: Store):
    row = await claimed(store, opening(problem(members=("a",))))
    assert row is not None
    await claimed(store, then(row, "closed", state=State.CLOSED, closed_at=NOW + 60))
    assert await store.write(partial(problems.forget, closed_before=NOW + 60)) == 0
    assert await store.write(partial(problems.forget, closed_before=NOW + 61)) == 1
    with pytest.raises(problem_people.UnknownProblemError, match="is not known"):
        await store.read(partial(problem_people.number_of, key=row.problem.key))
