"""Collectors share targets and loops: alike while they live, quickly when one dies, at once when one stops."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from prometheus_client import CollectorRegistry

from homeroom_collector.replicas.leaseholder import SLICES, Leases, slice_of
from homeroom_collector.replicas.settings import ReplicaSettings, problems
from homeroom_collector.store import Store, open_store
from stack import until

DEVICES = [f"switch-{number}" for number in range(400)]
QUICK = ReplicaSettings(lease=3.0, renew=0.2, catch_up=1.0)


class Replica:
    """One collector's leases, with a loop that can be stopped cleanly, killed or cut off."""

    def __init__(self, store: Store, settings: ReplicaSettings = QUICK) -> None:
        self.registry = CollectorRegistry()
        self.leases = Leases(store, settings, self.registry)
        self.leases.share(DEVICES, self._changed)
        self.leases.holds("history")
        self.changes = 0
        self.task = asyncio.create_task(self.leases.run())

    async def _changed(self) -> None:
        self.changes += 1

    def mine(self) -> set[str]:
        return {device for device in DEVICES if self.leases.holds(slice_of(device))}

    async def stop(self) -> None:
        self.task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self.task

    async def kill(self) -> None:
        """End without a word to the store, as kill -9 does."""

        async def nothing() -> None:
            return

        self.leases._leave = nothing
        await self.stop()


@pytest.fixture
async def pair(postgresql_url: str) -> AsyncIterator[tuple[Replica, Replica]]:
    async with open_store(postgresql_url) as one, open_store(postgresql_url) as two:
        replicas = Replica(one), Replica(two)
        yield replicas
        for each in replicas:
            await each.stop()


def whole(*replicas: Replica) -> bool:
    """Whether each target is polled by exactly one."""
    shares = [each.mine() for each in replicas]
    return sum(map(len, shares)) == len(DEVICES) and set().union(*shares) == set(DEVICES)


def looking(found: Callable[[], bool]) -> Callable[[], Awaitable[bool | None]]:
    async def look() -> bool | None:
        return found() or None

    return look


async def shared(one: Replica, two: Replica) -> None:
    fair = looking(lambda: whole(one, two) and all(100 < len(each.mine()) < 300 for each in (one, two)))
    await until(fair, 30, "every target with one of two, and about as many with each")


async def test_two_share_the_targets_and_one_has_the_loop(pair: tuple[Replica, Replica]):
    await shared(*pair)
    assert sorted(each.leases.holds("history") for each in pair) == [False, True]
    for each in pair:
        held = each.registry.get_sample_value("homeroom_leases_held", {"kind": "targets"})
        assert held in (SLICES // 2 - 1, SLICES // 2, SLICES // 2 + 1)
        assert each.registry.get_sample_value("homeroom_replicas") == 2
        assert each.changes


async def test_what_a_dead_one_had_moves_when_its_leases_end(pair: tuple[Replica, Replica]):
    await shared(*pair)
    killed, left = pair
    await killed.kill()
    began = time.monotonic()
    await until(looking(lambda: len(left.mine()) == len(DEVICES) and left.leases.holds("history")), 30, "all with one")
    assert time.monotonic() - began > QUICK.lease / 3, "nothing is taken from a holder that may live"
    assert left.registry.get_sample_value("homeroom_replicas") == 1


async def test_a_clean_stop_hands_over_at_the_next_turn(postgresql_url: str):
    patient = ReplicaSettings(lease=600.0, renew=0.2)
    async with open_store(postgresql_url) as one, open_store(postgresql_url) as two:
        stopped, left = Replica(one, patient), Replica(two, patient)
        try:
            await shared(stopped, left)
            await stopped.stop()
            await until(looking(lambda: len(left.mine()) == len(DEVICES)), 30, "everything with the one that is left")
        finally:
            await left.stop()


async def test_one_that_cannot_reach_the_store_stops_by_itself_when_its_leases_end(pair: tuple[Replica, Replica]):
    await shared(*pair)
    cut_off, left = pair
    before = cut_off.mine()

    async def never(_work: object) -> None:
        raise TimeoutError

    now = [time.monotonic()]
    cut_off.leases._clock = lambda: now[0]
    assert cut_off.mine() == before
    now[0] += QUICK.lease
    assert cut_off.mine() == set()
    assert left.mine()


async def test_on_sqlite_everything_is_ours_at_once(tmp_path):
    async with open_store(f"sqlite:///{tmp_path / 'homeroom.db'}") as store:
        replica = Replica(store)
        assert len(replica.mine()) == len(DEVICES)
        assert replica.leases.holds("anything")
        await replica.stop()


async def test_work_runs_while_its_lease_is_held_and_ends_with_it(pair: tuple[Replica, Replica]):
    running: list[int] = []

    def work(number: int) -> Callable[[], Awaitable[None]]:
        async def run() -> None:
            running.append(number)
            try:
                await asyncio.Event().wait()
            finally:
                running.remove(number)

        return run

    tasks = [asyncio.create_task(each.leases.while_held("google", work(n))) for n, each in enumerate(pair)]
    try:
        await until(looking(lambda: len(running) == 1), 30, "the work in one of two")
        (first,) = running
        await pair[first].kill()
        await until(looking(lambda: running == [1 - first]), 30, "the work in the other one alone")
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


def test_leases_that_cannot_be_renewed_in_time_are_refused():
    assert list(problems(ReplicaSettings())) == []
    assert list(problems(ReplicaSettings(lease=6.0, renew=3.0)))
    assert list(problems(ReplicaSettings(renew=0.0)))
