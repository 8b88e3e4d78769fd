"""Rounds over a real store and a help desk in memory: failures, crashes, replicas, people, storms."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from homeroom_collector.rules.incident import external_key
from homeroom_collector.rules.ticket import Action, Phase, Ticket
from homeroom_collector.rules.ticket_policy import TicketPolicy
from homeroom_collector.store import Store, open_store, ticket_desks, tickets
from homeroom_collector.tickets.call import Caller
from homeroom_collector.tickets.delivery import Delivery, Lease
from homeroom_collector.tickets.desk import Capabilities, Entry, NewTicket
from homeroom_collector.tickets.errors import DeskDeniedError, DeskDownError, DeskError, DeskRefusedError, KeyLostError
from homeroom_collector.tickets.folding import Fold
from homeroom_collector.tickets.loop import TicketLoop
from homeroom_collector.tickets.measures import TicketMeasures
from ticket_samples import EVERYTHING, NOON, PLACE, MemoryDesk, Sources, incident

HOUR, DAY = 3600.0, 86_400.0


class CrashError(BaseException):
    """Stands for kill -9: nothing catches it."""


@dataclass
class World:
    """One help desk, one source, one clock; any number of replicas."""

    store: Store
    desk: MemoryDesk = field(default_factory=MemoryDesk)
    policy: TicketPolicy = field(default_factory=TicketPolicy)
    source: Sources = field(default_factory=Sources)
    alerts: Sources = field(default_factory=lambda: Sources("alertmanager"))
    now: float = NOON
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    repeat_unsure: bool = False

    def replica(self, name: str = "one") -> TicketLoop:
        self.registry = CollectorRegistry()
        caller = Caller(
            name="memory",
            desk=self.desk,
            policy=self.policy,
            place_of=lambda _school: PLACE,
            repeat_unsure=self.repeat_unsure,
        )
        delivery = Delivery(
            store=self.store,
            caller=caller,
            lease=Lease(holder=name, seconds=30),
            measures=TicketMeasures(self.registry),
            clock=lambda: self.now,
        )
        fold = Fold(self.policy, lambda _school, _now: True)
        sources = [self.source, self.alerts]
        return TicketLoop(delivery=delivery, fold=fold, sources=sources, every_seconds=10, keep_seconds=400 * DAY)

    async def run(self, loop: TicketLoop, seconds: float, step: float = 10.0) -> None:
        end = self.now + seconds
        while self.now < end:
            self.now += step
            await loop.round()

    async def stored(self) -> list[Ticket]:
        return await self.store.read(lambda connection: tickets.listed(connection, since=0))

    def metric(self, name: str, **labels: str) -> float | None:
        return self.registry.get_sample_value(name, labels)


@pytest.fixture
def either(store: Store) -> World:
    """Over each kind of store in turn."""
    return World(store)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_store(f"sqlite:///{tmp_path / 'homeroom.db'}") as store:
        yield World(store)


async def test_from_cause_to_ticket_to_resolved(either: World):
    world = either
    loop = world.replica()
    world.source.incidents = [incident(members=("ap-1", "ap-2"), member_count=841, evidence=("no answer",))]
    await world.run(loop, 60)
    [row] = world.desk.rows.values()
    assert row.new.subject == "[Lincoln Elementary] The uplink is down"
    assert "- no answer" in row.new.text
    assert "- and 839 more" in row.new.text
    assert row.external_key == external_key("lincoln/uplink_down/core-1", 1)
    world.source.incidents = []
    await world.run(loop, 700, step=50)
    assert (row.status, len(row.entries)) == ("resolved", 2)
    assert world.metric("homeroom_tickets", phase="resolved") == 1
    assert world.metric("homeroom_ticket_actions_total", action="create") == 1


async def test_from_cause_to_ticket_takes_less_than_two_minutes_at_the_defaults(world: World):
    world.source.incidents = [incident()]
    await world.run(world.replica(), 50)
    assert len(world.desk.rows) == 1


@pytest.mark.parametrize("method", ["find", "create", "note", "has_note", "status"])
@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_crash_around_any_call_makes_no_second_ticket_and_repeats_no_note(world: World, method: str, when: str):
    """The process dies just before or just after the help desk has done what it was told."""
    world.policy = TicketPolicy(flap_hold_seconds=600)
    desk, loop = world.desk, world.replica("first")
    story: list[list[Any]] = [[incident()], [], [incident()], []]
    crashes = 0
    for number, seen in enumerate(story):
        world.source.incidents = seen
        _crash(desk, method, when)
        for _ in range(3):
            try:
                await world.run(loop, 1600, step=400)
                break
            except CrashError:
                crashes += 1
                _mend(desk)
                loop = world.replica(f"next {number} {crashes}")
        _mend(desk)
        await world.run(loop, 1600, step=400)
    [row] = desk.rows.values()
    assert row.status == "resolved"
    assert len(row.entries) == len({entry.splitlines()[-1] for entry in row.entries}) == 4
    assert crashes or method == "has_note"


def _crash(desk: MemoryDesk, method: str, when: str) -> None:
    real: Callable[..., Any] = getattr(MemoryDesk, method)

    async def crashing(*arguments: Any) -> Any:
        _mend(desk)
        if when == "after":
            await real(desk, *arguments)
        raise CrashError

    setattr(desk, method, crashing)


def _mend(desk: MemoryDesk) -> None:
    for name in list(vars(desk)):
        if callable(vars(desk)[name]):
            delattr(desk, name)


async def test_an_answer_that_was_lost_makes_no_second_ticket(world: World):
    world.desk.failing["create"] = [DeskDownError("broke off", unsure=True)]
    world.source.incidents = [incident()]
    await world.run(world.replica(), 120)
    assert len(world.desk.rows) == 1
    [ticket] = await world.stored()
    assert (ticket.phase, ticket.desk_id, ticket.error) == (Phase.OPEN, "1", "")


async def test_a_help_desk_that_is_away_is_asked_less_and_less_and_only_the_end_is_written(world: World):
    world.desk.failing["find"] = [DeskDownError("away") for _ in range(1000)]
    loop = world.replica()
    world.source.incidents = [incident(subject=f"ap-{number}") for number in range(10)]
    await world.run(loop, 2 * HOUR, step=60)
    assert len(world.desk.calls) < 40
    assert world.metric("homeroom_ticket_desk_up") == 0
    assert (world.metric("homeroom_ticket_oldest_undone_seconds") or 0) > 1.9 * HOUR
    world.source.incidents = [incident(subject="ap-3")]
    await world.run(loop, 900, step=60)
    world.desk.failing.clear()
    await world.run(loop, 400)
    assert [row.new.kind for row in world.desk.rows.values()] == ["uplink_down"]
    assert world.metric("homeroom_ticket_desk_up") == 1
    assert world.metric("homeroom_ticket_oldest_undone_seconds") == 0


async def test_a_wrong_key_ends_the_round_and_is_tried_again_within_minutes(world: World):
    world.desk.failing["find"] = [DeskDeniedError("401") for _ in range(3)]
    world.source.incidents = [incident(subject=f"ap-{number}") for number in range(5)]
    await world.run(world.replica(), 120)
    assert len(world.desk.rows) == 5


async def test_what_the_help_desk_refuses_does_not_hold_up_the_others(world: World):
    world.desk.failing["create"] = [DeskRefusedError("no such field")]
    loop = world.replica()
    world.source.incidents = [incident(subject="a"), incident(subject="b")]
    await world.run(loop, 120)
    assert len(world.desk.rows) == 1
    assert world.metric("homeroom_tickets_stuck") == 1
    assert world.metric("homeroom_ticket_failures_total", kind="refused") == 1
    await world.run(loop, HOUR, step=60)
    assert len(world.desk.rows) == 2


async def test_a_ticket_whose_key_was_not_kept_is_not_made_again(world: World):
    world.desk.failing["create"] = [KeyLostError("the field is gone", "17")]
    world.source.incidents = [incident()]
    await world.run(world.replica(), 2 * HOUR, step=600)
    [ticket] = await world.stored()
    assert ticket.desk_id == "17"
    assert world.desk.calls.count("create") == 1


async def test_two_replicas_make_one_ticket(either: World):
    world = either
    first, second = world.replica("first"), world.replica("second")
    world.source.incidents = [incident(subject=f"ap-{number}") for number in range(8)]
    for _ in range(10):
        world.now += 10
        await first.round()
        await second.round()
    assert len(world.desk.rows) == 8
    assert world.desk.calls.count("create") == 8


async def test_another_replica_takes_over_when_the_first_is_dead(either: World):
    world = either
    first = world.replica("first")
    await first.round()  # it has the lease, and is never heard of again
    world.source.incidents = [incident()]
    second = world.replica("second")
    await world.run(second, 20)
    assert not world.desk.rows
    await world.run(second, 60)
    assert len(world.desk.rows) == 1


async def test_twins_that_were_made_all_the_same_are_closed_but_one(world: World):
    key = external_key("lincoln/uplink_down/core-1", 1)

    async def create(ticket: NewTicket) -> str:
        await MemoryDesk.create(world.desk, ticket)
        return await MemoryDesk.create(world.desk, ticket)

    world.desk.create = create  # type: ignore[method-assign]
    world.source.incidents = [incident()]
    await world.run(world.replica(), 60)
    assert [(row.external_key, row.status) for row in world.desk.rows.values()] == [(key, "open"), (key, "resolved")]
    [ticket] = await world.stored()
    assert ticket.desk_id == "1"


async def test_a_lost_store_does_not_take_an_old_ticket_for_a_new_one(world: World):
    old = external_key("lincoln/uplink_down/core-1", 1)
    await world.desk.create(NewTicket(**{**_new(), "external_key": old}))
    world.desk.rows["1"].status = "resolved"
    world.source.incidents = [incident()]
    await world.run(world.replica(), 90)
    assert [row.status for row in world.desk.rows.values()] == ["resolved", "open"]


def _new() -> dict[str, Any]:
    text = ("subject", "text", "severity", "school", "school_name", "kind")
    return dict.fromkeys(text, "x")


async def test_a_lost_store_finds_the_open_ticket_again(world: World):
    old = external_key("lincoln/uplink_down/core-1", 1)
    await world.desk.create(NewTicket(**{**_new(), "external_key": old}))
    world.source.incidents = [incident()]
    await world.run(world.replica(), 90)
    assert len(world.desk.rows) == 1


async def test_a_person_who_closes_or_rejects_is_respected(world: World):
    loop = world.replica()
    world.source.incidents = [incident(subject="a"), incident(subject="b")]
    await world.run(loop, 60)
    world.desk.rows["1"].status = "rejected"
    world.desk.rows["2"].status = "resolved"
    await world.run(loop, 20 * HOUR, step=1800)
    assert [len(row.entries) for row in world.desk.rows.values()] == [1, 1]
    await world.run(loop, 8 * HOUR, step=1800)
    assert [row.status for row in world.desk.rows.values()] == ["rejected", "open"]


async def test_a_ticket_that_was_deleted_is_let_go(world: World):
    loop = world.replica()
    world.source.incidents = [incident()]
    await world.run(loop, 60)
    del world.desk.rows["1"]
    await world.run(loop, 2 * HOUR, step=600)
    world.source.incidents = []
    await world.run(loop, 90 * HOUR, step=4 * HOUR)
    assert [ticket.phase for ticket in await world.stored()] == [Phase.DONE]


async def test_a_help_desk_without_reopening_gets_a_new_ticket_that_names_the_old(world: World):
    world.desk.capabilities = replace(EVERYTHING, reopen=False)
    loop = world.replica()
    for seen in ([incident()], [], [incident()]):
        world.source.incidents = seen
        await world.run(loop, 900, step=60)
    assert [row.status for row in world.desk.rows.values()] == ["resolved", "open"]
    assert "ticket 1" in world.desk.rows["2"].new.text


async def test_without_search_a_create_in_doubt_is_reported_and_not_repeated(world: World):
    world.desk.capabilities = Capabilities()
    world.desk.failing["create"] = [DeskDownError("no answer", unsure=True)]
    world.source.incidents = [incident()]
    await world.run(world.replica(), HOUR, step=60)
    [ticket] = await world.stored()
    assert world.desk.calls.count("create") == 1
    assert "not known whether" in ticket.error


async def test_without_search_a_create_that_surely_failed_is_repeated(world: World):
    world.desk.capabilities = Capabilities()
    world.desk.failing["create"] = [DeskDownError("refused")]
    world.source.incidents = [incident()]
    await world.run(world.replica(), HOUR, step=60)
    assert world.desk.calls.count("create") == 2
    assert len(world.desk.rows) == 1


async def test_a_search_that_lags_is_waited_for(world: World):
    world.desk.capabilities = replace(EVERYTHING, find_lag_seconds=120)
    world.desk.failing["create"] = [DeskDownError("no answer", unsure=True)]
    world.source.incidents = [incident()]
    hidden = world.desk.find

    async def find(key: str) -> list[str]:
        return await hidden(key) if world.now > NOON + 100 else []

    world.desk.find = find  # type: ignore[method-assign]
    await world.run(world.replica(), 400)
    assert len(world.desk.rows) == 1


async def test_a_storm_makes_twenty_tickets_and_a_parent_and_the_rest_later(world: World):
    loop = world.replica()
    world.source.incidents = [incident(subject=f"ap-{number}") for number in range(45)]
    await world.run(loop, 300)
    subjects = [row.new.subject for row in world.desk.rows.values()]
    assert len(subjects) == 21
    assert sum("more incidents" in subject for subject in subjects) == 1
    world.source.incidents = world.source.incidents[:30]
    await world.run(loop, 2 * HOUR, step=300)
    assert len(world.desk.rows) == 31
    parent = next(row for row in world.desk.rows.values() if "more incidents" in row.new.subject)
    assert parent.status == "resolved"


async def test_an_incomplete_look_closes_nothing(world: World):
    loop = world.replica()
    world.alerts.incidents = [incident(source="alertmanager")]
    await world.run(loop, 60)
    world.alerts.incidents, world.alerts.complete = [], False
    await world.run(loop, 5 * HOUR, step=600)
    assert world.desk.rows["1"].status == "open"
    world.alerts.complete = True
    await world.run(loop, 700, step=50)
    assert world.desk.rows["1"].status == "resolved"


@pytest.mark.parametrize("first", ["alert", "own"])
async def test_an_alert_and_a_problem_about_one_cause_are_one_ticket(world: World, first: str):
    loop = world.replica()
    own, alert = incident(), incident(source="alertmanager", subject="-")
    world.source.incidents = [own] if first == "own" else []
    world.alerts.incidents = [alert] if first == "alert" else []
    await world.run(loop, 120)
    world.source.incidents, world.alerts.incidents = [own], [alert]
    await world.run(loop, 120)
    world.alerts.incidents = []
    await world.run(loop, HOUR, step=60)
    assert [row.status for row in world.desk.rows.values()] == ["open"]
    world.source.incidents, world.alerts.incidents = [], [alert]
    await world.run(loop, HOUR, step=60)
    assert [row.status for row in world.desk.rows.values()] == ["resolved"]


async def test_a_taken_over_ticket_leaves_both_keys_free_for_the_next_time(either: World):
    world = either
    loop = world.replica()
    own, alert = incident(), incident(source="alertmanager", subject="-")
    for _ in range(3):
        world.alerts.incidents = [alert]
        await world.run(loop, 60)
        world.source.incidents = [own]
        await world.run(loop, 60)
        world.source.incidents, world.alerts.incidents = [], []
        await world.run(loop, 110 * HOUR, step=6 * HOUR)
    assert len(world.desk.rows) == 3
    assert len({row.external_key for row in world.desk.rows.values()}) == 3


async def test_history_is_kept_for_its_time_and_no_longer(either: World):
    world = either
    loop = world.replica()
    world.source.incidents = [incident()]
    await world.run(loop, 60)
    world.source.incidents = []
    await world.run(loop, 90 * HOUR, step=4 * HOUR)
    assert [each.phase for each in await world.stored()] == [Phase.DONE]
    await world.run(world.replica("later"), 402 * DAY, step=67 * DAY)
    assert await world.stored() == []


async def test_desk_state_is_well_until_told_otherwise(world: World):
    assert (await world.store.read(lambda connection: ticket_desks.find(connection, "x"))).down_since is None


async def test_errors_say_whether_waiting_helps():
    assert not DeskError("x").permanent
    assert DeskRefusedError("x").permanent
    assert Entry(external_key="", desk_id="", subject="", text="", marker="").text == ""
    assert Action.CREATE == "create"
