"""The life of a problem, second by second."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from homeroom_collector.rules.problem import Problem, Severity, key_of
from homeroom_collector.rules.problem_state import Pace, Policy, Row, State, Verdict, advance

CAUSE = key_of("lincoln", "uplink_down", "fw")
SWITCH = Problem(
    key=key_of("lincoln", "switch_down", "sw"),
    school="lincoln",
    kind="switch_down",
    subject="sw",
    severity=Severity.CRITICAL,
    summary="sw does not answer",
)


def policy(pace: Pace, school_starts: float = 0.0, school_ends: float = 1e9) -> Policy:
    def taught(_school: str, start: float, end: float) -> float:
        return max(0.0, min(end, school_ends) - max(start, school_starts))

    return Policy(
        pace=lambda _school, _kind: pace,
        taught=taught,
        in_session=lambda _school, now: school_starts <= now < school_ends,
    )


class Life:
    """One key through time: rows as a store would keep them, and the names of all changes."""

    def __init__(self, pace: Pace, **calendar: float) -> None:
        self.policy = policy(pace, **calendar)
        self.rows: dict[str, Row] = {}
        self.told: list[str] = []

    def see(self, now: float, *verdicts: Verdict) -> str | None:
        for change in list(advance(self.rows, {each.problem.key: each for each in verdicts}, self.policy, now)):
            self.told.append(change.change)
            row = change.after
            if row is None or row.state == State.CLOSED:
                assert change.before is not None
                self.rows.pop(change.before.problem.key)
            if row is not None and row.state != State.CLOSED:
                self.rows[row.problem.key] = row
        return self.rows[SWITCH.key].state.value if SWITCH.key in self.rows else None


HOLDS, UNSEEN = Verdict(problem=SWITCH), Verdict(problem=SWITCH, holds=None)
EFFECT = Verdict(problem=replace(SWITCH, cause=CAUSE))
PACE = Pace(lasts_seconds=30, clears_seconds=300)


def test_a_problem_opens_when_it_lasted_and_closes_when_it_stays_away():
    life = Life(PACE)
    assert life.see(0, HOLDS) == "pending"
    assert life.see(29, HOLDS) == "pending"
    assert life.see(30, HOLDS) == "open"
    assert life.see(40) == "recovering"
    assert life.see(339) == "recovering"
    assert life.see(340) is None
    assert life.told == ["noticed", "opened", "recovering", "closed"]


def test_what_was_short_leaves_nothing():
    life = Life(PACE)
    life.see(0, HOLDS)
    assert life.see(15) is None
    assert life.told == ["noticed", "dropped"]


def test_what_was_measured_a_while_ago_need_not_wait_again():
    life = Life(PACE)
    assert life.see(100, replace(HOLDS, since=65.0)) == "open"
    assert life.rows[SWITCH.key].pending_at == 65.0


def test_flapping_is_one_problem():
    life = Life(PACE)
    life.see(0, HOLDS)
    life.see(30, HOLDS)
    for cycle in range(20):
        life.see(60 + cycle * 60)
        life.see(90 + cycle * 60, HOLDS)
    assert life.told.count("opened") == 1
    assert "closed" not in life.told


def test_what_nobody_can_see_neither_opens_nor_closes():
    life = Life(PACE)
    life.see(0, HOLDS)
    assert life.see(600, UNSEEN) == "pending"
    life.see(610, HOLDS)
    assert life.see(1_000, UNSEEN) == "open"
    life.see(1_010)
    assert life.see(9_000, UNSEEN) == "recovering"


def test_an_effect_never_becomes_a_problem_while_its_cause_is_there():
    life = Life(PACE)
    assert life.see(0, EFFECT) is None
    assert life.see(600, EFFECT) is None


def test_an_effect_that_waited_is_dropped_when_its_cause_is_found():
    life = Life(PACE)
    life.see(0, HOLDS)
    assert life.see(10, EFFECT) is None


def test_an_effect_that_was_a_problem_keeps_its_history_and_is_released():
    life = Life(PACE)
    life.see(0, HOLDS)
    life.see(30, HOLDS)
    assert life.see(60, EFFECT) == "open"
    assert life.rows[SWITCH.key].problem.cause == CAUSE
    assert life.see(90, HOLDS) == "open"
    assert life.rows[SWITCH.key].opened_at == 30
    assert life.told == ["noticed", "opened", "explained", "released"]


def test_what_explains_an_unseen_problem_is_noted():
    life = Life(PACE)
    life.see(0, HOLDS)
    life.see(30, HOLDS)
    life.see(60, replace(EFFECT, holds=None))
    assert life.rows[SWITCH.key].problem.cause == CAUSE


def test_maintenance_suppresses_creation_and_never_resolution():
    life = Life(PACE)
    quiet = replace(HOLDS, suppressed=True)
    assert life.see(0, quiet) is None
    life.see(100, HOLDS)
    assert life.see(110, quiet) is None, "what waited is dropped"
    life.see(200, HOLDS)
    life.see(230, HOLDS)
    assert life.see(240, quiet) == "open", "what was known stays known"
    life.see(250)
    assert life.see(550) is None, "and ends when it ends"


def test_only_instruction_counts_where_the_rule_says_so():
    life = Life(Pace(lasts_seconds=600, instructional=True), school_starts=1_000, school_ends=5_000)
    assert life.see(0, HOLDS) == "pending"
    assert life.see(999, HOLDS) == "pending"
    assert life.see(1_599, HOLDS) == "pending"
    assert life.see(1_600, HOLDS) == "open"
    late = Life(Pace(lasts_seconds=600, instructional=True), school_starts=1_000, school_ends=5_000)
    late.see(4_000, HOLDS)
    assert late.see(6_000, HOLDS) == "pending", "nobody is told at night"


def test_members_and_severity_follow_but_moving_values_do_not_make_noise():
    life = Life(Pace())
    life.see(0, HOLDS)
    life.see(1, Verdict(problem=replace(SWITCH, summary="sw does not answer for 61 s")))
    life.see(2, Verdict(problem=replace(SWITCH, members=("ap",))))
    life.see(3, Verdict(problem=replace(SWITCH, members=("ap",), severity=Severity.WARNING)))
    assert life.told == ["opened", "updated", "updated"]


_LOOKS = st.lists(
    st.tuples(st.floats(0.1, 400), st.sampled_from([HOLDS, UNSEEN, EFFECT, replace(HOLDS, suppressed=True), None])),
    max_size=60,
)


@given(_LOOKS)
@settings(max_examples=200, deadline=None)
def test_whatever_happens_the_life_stays_in_order(looks: list[tuple[float, Verdict | None]]):
    life, now = Life(PACE), 0.0
    for wait, verdict in looks:
        now += wait
        life.see(now, *([verdict] if verdict else []))
        for row in life.rows.values():
            assert (row.opened_at is None) == (row.state == State.PENDING)
            assert (row.clear_at is None) == (row.state != State.RECOVERING)
            assert row.pending_at <= (row.opened_at or now)
    now += 1
    life.see(now)
    assert life.see(now + PACE.clears_seconds + 1) is None, "what is gone for long enough is closed"
