"""Homeroom's own problems as incidents."""

from homeroom_collector.rules.incident import Explained
from homeroom_collector.rules.problem import Evidence, Problem, Severity, key_of
from homeroom_collector.rules.problem_state import Row, State, Transition
from homeroom_collector.store import Store, problems
from homeroom_collector.tickets.own import OwnProblems, line


def _row(state: State = State.OPEN, cause: str | None = None, subject: str = "core-1") -> Row:
    problem = Problem(
        key=key_of("lincoln", "uplink_down", subject),
        school="lincoln",
        kind="uplink_down",
        subject=subject,
        severity=Severity.CRITICAL,
        summary="The uplink is down",
        evidence=(Evidence(name="silent_seconds", measured=312.0, rule=120.0),),
        members=("ap-1", "ap-2"),
        cause=cause,
        runbook="uplink_down",
    )
    return Row(problem=problem, state=state, pending_at=1.0, opened_at=None if state is State.PENDING else 2.0)


async def test_open_roots_are_incidents_and_pending_ones_and_effects_are_not(store: Store):
    rows = [_row(), _row(State.PENDING, subject="a"), _row(cause="x/y/z", subject="b"), _row(subject="c")]
    for row in rows:
        change = Transition(change="opened", before=None, after=row)
        await store.write(lambda connection, change=change: problems.claim(connection, change, 2.0))
    look = await OwnProblems(store=store, runbooks="https://wiki/runbooks/").look(10.0)
    assert look.complete
    assert [each.key for each in look.incidents] == ["lincoln/uplink_down/core-1", "lincoln/uplink_down/c"]
    first = look.incidents[0]
    assert (first.severity, first.member_count, first.members) == ("critical", 2, ("ap-1", "ap-2"))
    assert first.evidence == ("silent seconds: 312 (rule: 120)",)
    assert first.runbook_url == "https://wiki/runbooks/uplink_down"


async def test_what_another_cause_explains_now_is_told_with_that_cause(store: Store):
    cause = _row(subject="core-1")
    effect = _row(cause=cause.problem.key, subject="ap-7")
    below = _row(cause="lincoln/uplink_down/never-kept", subject="ap-8")
    for row in (cause, effect, below, _row(State.PENDING, cause=cause.problem.key, subject="ap-9")):
        change = Transition(change="opened", before=None, after=row)
        await store.write(lambda connection, change=change: problems.claim(connection, change, 2.0))
    look = await OwnProblems(store=store).look(10.0)
    assert look.explained == (
        Explained(key=effect.problem.key, cause=cause.problem.key, cause_summary="The uplink is down"),
        Explained(key=below.problem.key, cause="lincoln/uplink_down/never-kept"),
    )


def test_evidence_reads_like_a_sentence():
    assert line(Evidence(name="model", measured="X1")) == "model: X1"
    assert line(Evidence(name="health_ratio", measured=None, rule=0.5)) == "health ratio: unknown (rule: 0.5)"
