"""The life of one ticket, without a help desk: every action is taken to have worked at once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeroom_collector.rules import ticket_outcome as outcome
from homeroom_collector.rules.incident import EXTERNAL_KEY, Incident, external_key
from homeroom_collector.rules.problem import KEY, key_of, subject_of
from homeroom_collector.rules.ticket import Action, Human, Phase, Ticket
from homeroom_collector.rules.ticket_next import Moment, next_action
from homeroom_collector.rules.ticket_observe import observed
from homeroom_collector.rules.ticket_policy import TicketPolicy
from ticket_samples import NOON, POLICY, incident, ticket

HOUR, DAY = 3600.0, 86_400.0


class Life:
    """Time passes in steps of ten seconds; a ticket is told what is true, and does what it must."""

    def __init__(self, policy: TicketPolicy = POLICY) -> None:
        self.policy, self.now, self.ticket = policy, NOON, None
        self.ticket: Ticket | None
        self.done: list[Action] = []
        self.made = 0

    def run(self, seconds: float, seen: Incident | None, *, staffed: bool = True, step: float = 10.0) -> Life:
        end = self.now + seconds
        while self.now < end:
            self.now += min(step, end - self.now)
            before = self.ticket
            self.ticket = observed(self.ticket, seen, self.policy, self.now)
            if self.ticket is not None and before is not None and self.ticket.generation != before.generation:
                self.made += 1
            self._act(Moment(now=self.now, staffed=staffed))
        return self

    def _act(self, moment: Moment) -> None:
        if self.ticket is None:
            return
        action = next_action(self.ticket, self.policy, moment)
        if action is not Action.NOTHING:
            self.done.append(action)
            self.ticket = self._after(self.ticket, action)

    def _after(self, ticket: Ticket, action: Action) -> Ticket:
        match action:
            case Action.CREATE:
                return outcome.created(ticket, "memory", "1", self.policy, self.now)
            case Action.NOTE:
                return outcome.noted(ticket, self.policy, self.now)
            case Action.RESOLVE:
                return outcome.resolved(ticket, self.policy, self.now)
            case Action.REOPEN:
                return outcome.reopened(ticket, self.policy, self.now)
            case Action.CHECK:
                return outcome.checked(ticket, "open", self.now)
            case _:
                return outcome.finished(ticket)

    @property
    def told(self) -> list[Action]:
        return [each for each in self.done if each is not Action.CHECK]


def test_a_cause_gets_one_ticket_after_it_settled_and_is_resolved_after_it_held():
    alert = incident(source="alertmanager")
    life = Life().run(20, alert)
    assert life.told == []
    life.run(600, alert)
    assert life.told == [Action.CREATE]
    life.run(590, None)
    assert life.told == [Action.CREATE]
    assert life.run(20, None).told == [Action.CREATE, Action.RESOLVE]


def test_a_problem_of_homerooms_own_has_lasted_already():
    assert Life().run(10, incident()).told == [Action.CREATE]


def test_what_is_gone_before_it_settled_leaves_nothing_at_the_help_desk():
    life = Life().run(20, incident(source="alertmanager")).run(1200, None)
    assert life.told == [Action.DROP]
    assert life.ticket
    assert life.ticket.phase is Phase.DONE


def test_a_pause_shorter_than_the_hold_costs_nothing():
    life = Life().run(60, incident()).run(300, None).run(300, incident()).run(2000, None)
    assert life.told == [Action.CREATE, Action.RESOLVE]


def test_what_comes_back_within_the_window_opens_the_same_ticket():
    life = Life().run(60, incident()).run(700, None).run(DAY, None, step=600).run(60, incident())
    assert life.told == [Action.CREATE, Action.RESOLVE, Action.REOPEN]
    assert life.made == 0


def test_what_comes_back_after_the_window_gets_a_new_ticket_that_names_the_old_one():
    life = Life().run(60, incident()).run(700, None).run(73 * HOUR, None, step=600)
    assert life.told == [Action.CREATE, Action.RESOLVE, Action.FINISH]
    life.run(60, incident())
    assert life.told[-1] is Action.CREATE
    assert life.ticket
    assert (life.ticket.generation, life.ticket.earlier_id) == (2, "1")


@pytest.mark.parametrize("seconds", [20, 60, 300, 900, 3600])
def test_twenty_flap_cycles_are_one_ticket_and_at_most_three_notes(seconds: int):
    life = Life()
    for _ in range(20):
        life.run(seconds, incident()).run(seconds, None)
    life.run(25 * HOUR, None, step=600)
    notes = [each for each in life.told if each not in (Action.CREATE, Action.DROP)]
    assert life.told.count(Action.CREATE) == 1
    assert life.made == 0
    assert len(notes) <= 3, life.told
    assert notes[-1] is Action.RESOLVE


def test_notes_tell_of_growth_at_most_every_fifteen_minutes():
    life = Life().run(60, incident(member_count=10))
    for number in range(100):
        life.run(60, incident(member_count=10 + 20 * number))
    assert 2 <= life.told.count(Action.NOTE) <= 6
    assert life.told.count(Action.CREATE) == 1


def test_a_warning_becoming_critical_is_told():
    life = Life().run(60, incident(severity="warning")).run(1800, incident(severity="critical"))
    assert life.told == [Action.CREATE, Action.NOTE]


def test_warnings_wait_for_somebody_to_be_at_work_and_critical_ones_do_not():
    asleep = Life().run(HOUR, incident(severity="warning"), staffed=False)
    assert asleep.told == []
    assert asleep.run(60, incident(severity="warning"), staffed=True).told == [Action.CREATE]
    assert Life().run(HOUR, incident(severity="critical"), staffed=False).told[0] is Action.CREATE


def test_what_was_over_before_anybody_came_to_work_never_becomes_a_ticket():
    life = Life().run(HOUR, incident(severity="warning"), staffed=False).run(HOUR, None, staffed=False)
    assert life.run(HOUR, None, staffed=True).told == [Action.DROP]


def test_info_is_for_lists_and_a_kind_may_have_hours_of_its_own():
    assert Life().run(HOUR, incident(severity="info")).told == []
    policy = TicketPolicy(kind_hours={"uplink_down": "never"})
    assert Life(policy).run(HOUR, incident()).told == []


def test_maintenance_suppresses_creation_but_never_resolution():
    assert Life().run(HOUR, incident(quiet=True)).told == []
    life = Life().run(60, incident()).run(HOUR, incident(quiet=True)).run(HOUR, None)
    assert life.told == [Action.CREATE, Action.RESOLVE]


def test_maintenance_does_not_reopen_either():
    life = Life().run(60, incident()).run(HOUR, None).run(HOUR, incident(quiet=True))
    assert life.told == [Action.CREATE, Action.RESOLVE]
    assert life.run(60, incident()).told[-1] is Action.REOPEN


def _closed_by_a_person(how: Any) -> Life:
    life = Life().run(60, incident())
    assert life.ticket
    life.ticket = outcome.checked(life.ticket, how, life.now)
    return life


def test_what_a_person_closed_is_left_for_a_day_and_then_opened_once():
    life = _closed_by_a_person("resolved").run(DAY - 60, incident(), step=60)
    assert life.told == [Action.CREATE]
    assert life.run(HOUR, incident()).told == [Action.CREATE, Action.REOPEN]
    assert life.ticket
    life.ticket = outcome.checked(life.ticket, "resolved", life.now)
    assert life.run(5 * DAY, incident(), step=600).told == [Action.CREATE, Action.REOPEN]


def test_what_a_person_rejected_is_never_opened_again():
    life = _closed_by_a_person("rejected").run(5 * DAY, incident(), step=600)
    assert life.told == [Action.CREATE]
    assert life.ticket
    assert life.ticket.human is Human.REJECTED


def test_what_a_person_mended_and_comes_back_is_opened_at_once():
    life = _closed_by_a_person("resolved").run(HOUR, None).run(60, incident())
    assert life.told == [Action.CREATE, Action.REOPEN]


def test_a_call_in_doubt_is_settled_before_anything_else():
    begun = outcome.begun(ticket(), Action.CREATE, NOON)
    gone = replace(begun, firing=False)
    assert next_action(gone, POLICY, Moment(now=NOON + DAY)) is Action.CREATE


def test_failures_wait_longer_each_time_and_refusals_an_hour():
    failed = [ticket()]
    for _ in range(15):
        failed.append(outcome.failed(failed[-1], "away", POLICY, NOON, permanent=False))
    waits = [each.next_try_at - NOON for each in failed[1:]]
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (1.0, 300.0)
    refused = outcome.failed(ticket(), "no such field", POLICY, NOON, permanent=True)
    assert (refused.next_try_at - NOON, refused.stuck) == (HOUR, True)


@given(st.text(max_size=200), st.text(max_size=200), st.text(max_size=200))
def test_any_school_and_subject_make_a_key_that_means_nothing_to_anybody(school: str, name: str, part: str):
    key = key_of(school, "uplink_down", subject_of(name, part))
    assert KEY.fullmatch(key)
    assert EXTERNAL_KEY.fullmatch(external_key(key, 1))


@pytest.mark.parametrize("changed", [{"kind": "Up Link"}, {"subject": "core/1"}, {"subject": "x' OR 1"}])
def test_an_incident_without_a_proper_key_is_refused(changed: dict[str, str]):
    with pytest.raises(ValueError, match="not the key"):
        incident(**changed)


def test_an_incident_is_bounded_and_one_line():
    seen = incident(summary="a\r\nBcc: x@y\x00" + "z" * 900, members=tuple(f"laptop-{n}" for n in range(800)))
    assert "\n" not in seen.summary
    assert (len(seen.summary), len(seen.members), seen.member_count) == (500, 20, 800)
    assert incident(runbook_url="javascript:alert(1)").runbook_url == ""


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 4000)), max_size=25))
def test_whatever_happens_a_cause_never_has_two_tickets_at_once(story: list[tuple[bool, int]]):
    life = Life()
    for there, seconds in story:
        life.run(seconds, incident() if there else None, step=60)
    creates = life.told.count(Action.CREATE)
    assert creates <= 1 + life.made
    assert life.told.count(Action.REOPEN) <= life.told.count(Action.RESOLVE)
