"""Two replicas on one PostgreSQL: together they put no more on a school's line than one alone."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest

from collector.collecting import Running, collecting, report
from collector.test_throughput import LINE
from homeroom_collector.config import AgentSettings, Settings, StoreSettings
from homeroom_collector.ingest.line_leases import LEASE_SECONDS, LineLeases
from homeroom_collector.ingest.settings import ThroughputSettings

POLICY = ThroughputSettings(averaging=2.0, max_bytes=1_000_000)


@pytest.fixture
async def replicas(postgresql_url: str) -> AsyncIterator[list[Running]]:
    settings = Settings(store=StoreSettings(url=postgresql_url), agents=AgentSettings(throughput=POLICY))
    async with AsyncExitStack() as stack:
        running = [await stack.enter_async_context(collecting(settings)) for _ in range(2)]
        for each in running:
            each.collector.put_school(LINE)
        await asyncio.sleep(0.6)  # the buckets fill
        yield running


def leases(running: Running) -> LineLeases:
    found = running.collector.intake.ledger.leases
    assert isinstance(found, LineLeases)
    return found


async def slots(running: Running, keys: list[str], sequence: int) -> list[Any]:
    found = []
    for key in keys:
        status, answer = await running.send(key, report(sequence))
        assert status == 200
        found.append(answer["settings"].get("throughput_slot"))
    return [slot for slot in found if slot]


async def test_only_the_holder_of_the_line_gives_leave_and_never_for_more_than_two_at_once(replicas: list[Running]):
    one, other = replicas
    keys = [await one.key() for _ in range(6)]
    assert await slots(one, keys, 1) == [], "nobody holds the line yet"
    assert await slots(other, keys, 2) == []
    await leases(other).look()
    await leases(one).look()
    await asyncio.sleep(0.6)  # a line that was taken begins with an empty bucket
    assert await slots(one, keys, 3) == []
    given = await slots(other, keys, 4)
    assert 1 <= len(given) <= 2


async def test_another_replica_takes_over_when_the_lease_has_run_out(replicas: list[Running]):
    one, other = replicas
    keys = [await one.key() for _ in range(2)]
    await slots(one, keys, 1)
    await leases(one).look()
    await slots(other, keys, 2)
    await leases(other).look()
    assert not leases(other).hold("lincoln", 1.0)
    leases(other)._clock = lambda: time.time() + LEASE_SECONDS + 31
    await leases(other).look()
    assert leases(other).hold("lincoln", 1.0)
