"""A storm without Prometheus: from what devices answer, by Homeroom's own rules at their defaults, to one ticket."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from homeroom_collector.rules.ticket_policy import TicketPolicy
from homeroom_collector.store import open_store
from homeroom_collector.tickets.call import Caller
from homeroom_collector.tickets.delivery import Delivery, Lease
from homeroom_collector.tickets.folding import Fold
from homeroom_collector.tickets.loop import TicketLoop
from homeroom_collector.tickets.measures import TicketMeasures
from homeroom_collector.tickets.own import OwnProblems
from homeroom_collector.tickets.settings import TicketSettings
from problem_world import Gear, World, moment
from ticket_samples import PLACE, MemoryDesk

MORNING = moment("2026-10-14T10:00")


class Told:
    """A district whose problems become tickets, at the defaults of both."""

    def __init__(self, world: World) -> None:
        self.world, self.desk = world, MemoryDesk()
        settings = TicketSettings()
        policy: TicketPolicy = settings.policy()
        caller = Caller(name="memory", desk=self.desk, policy=policy, place_of=lambda _school: PLACE)
        delivery = Delivery(
            store=world.store,
            caller=caller,
            lease=Lease(holder="one", seconds=settings.lease),
            measures=TicketMeasures(CollectorRegistry()),
            clock=lambda: world.now,
        )
        self.every = settings.every
        self.loop = TicketLoop(
            delivery=delivery,
            fold=Fold(policy, lambda _school, _now: True),
            sources=[OwnProblems(store=world.store)],
            every_seconds=settings.every,
            keep_seconds=settings.keep,
        )

    async def run(self, at: float, seconds: float) -> float:
        end = at + seconds
        while at < end:
            await self.world.run(at, self.every)
            at += self.every
            self.world.now = at
            await self.loop.round()
        return at

    async def until_ticket(self, at: float) -> float:
        """Seconds until there is a ticket."""
        started = at
        while not self.desk.rows:
            assert at - started < 600, "no ticket in ten minutes"
            at = await self.run(at, self.every)
        return at - started


@pytest.fixture
async def told(tmp_path: Path) -> AsyncIterator[Told]:
    async with open_store(f"sqlite:///{tmp_path / 'homeroom.db'}") as store:
        yield Told(World(store))


async def _well(told: Told, *schools: str, laptops: int, parent: str | None = None) -> float:
    for name in schools:
        told.world.usual_school(name, laptops=laptops, parent=parent)
    told.world.hear_all(MORNING - 60)
    return await told.run(MORNING, 120)


async def test_an_uplink_with_eight_hundred_laptops_is_one_ticket_in_less_than_two_minutes(told: Told):
    at = await _well(told, "lincoln", "adams", laptops=800)
    assert told.desk.rows == {}
    told.world.dead = {"lincoln-fw"}
    assert await told.until_ticket(at) < 120
    at = await told.run(told.world.now, 600)
    [row] = told.desk.rows.values()
    assert "Affected: 8" in row.new.text
    told.world.dead = set()
    await told.run(at, 1500)
    assert [each.status for each in told.desk.rows.values()] == ["resolved"]


async def test_a_core_failure_of_five_schools_is_one_ticket(told: Told):
    told.world.add_school("office")
    told.world.add_gear(Gear("core", "office", "router"), Gear("office-server", "office", "server", "core"))
    at = await _well(told, "lincoln", "adams", "king", "lee", "parks", laptops=160, parent="core")
    told.world.dead = {"core"}
    assert await told.until_ticket(at) < 120
    await told.run(told.world.now, 600)
    assert len(told.desk.rows) == 1
