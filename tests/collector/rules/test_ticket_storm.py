"""Too many tickets at once: the first are made, one parent tells of the rest."""

from dataclasses import replace

from homeroom_collector.rules import ticket_storm as storm
from homeroom_collector.rules.incident_merge import merged, speaks, taken_over
from homeroom_collector.rules.ticket import Phase, opened
from homeroom_collector.rules.ticket_policy import TicketPolicy
from ticket_samples import NOON, POLICY, incident, ticket


def _many(count: int):
    return [ticket(subject=f"ap-{number}", kind="device_down") for number in range(count)]


def test_up_to_twenty_tickets_are_made_one_by_one():
    many = _many(20)
    assert storm.braked(many, many, POLICY, NOON) == []


def test_more_wait_and_the_gravest_and_oldest_go_first():
    many = [replace(each, severity="warning") for each in _many(40)]
    many.append(replace(ticket(subject="core"), first_at=NOON + 5))
    waiting = storm.braked(many, many, POLICY, NOON)
    assert len(waiting) == 21
    assert all(each.severity == "warning" for each in waiting)


def test_those_that_were_made_lately_count_and_old_ones_do_not():
    made = [replace(each, phase=Phase.OPEN, created_at=NOON) for each in _many(15)]
    wanted = _many(10)
    assert len(storm.braked([*made, *wanted], wanted, POLICY, NOON)) == 5
    assert storm.braked([*made, *wanted], wanted, POLICY, NOON + 601) == []


def test_the_parent_names_what_waits_and_is_not_counted_itself():
    waiting = _many(30)
    parent = storm.parent(waiting, POLICY)
    assert parent
    assert (parent.member_count, len(parent.members), parent.severity) == (30, 20, "critical")
    again = opened(parent, NOON, 1)
    assert storm.braked([again], [again], TicketPolicy(storm_most=1), NOON) == []
    assert storm.parent([], POLICY) is None


def test_an_alert_about_what_homeroom_sees_itself_is_only_a_witness():
    own = [incident()]
    same = incident(source="alertmanager")
    whole = incident(source="alertmanager", subject="-")
    other = incident(source="alertmanager", subject="core-2")
    assert merged(own, [same, whole, other]) == [*own, other]


def test_a_ticket_that_an_alert_began_is_taken_over():
    begun = ticket(source="alertmanager", subject="-")
    assert taken_over(incident(), {begun.key: begun}) == begun
    assert taken_over(incident(school="adams"), {begun.key: begun}) is None
    assert speaks(incident(), begun)


def test_an_alert_changes_nothing_of_a_ticket_that_homeroom_began():
    own = ticket()
    assert not speaks(incident(source="alertmanager"), own)
    assert speaks(incident(source="alertmanager"), replace(own, phase=Phase.DONE))
