"""Polls begin later where there are too many to be done in time, and each waits its turn."""

import asyncio
import contextlib

import pytest

from homeroom_collector.snmp.polling.places import Places


def test_there_are_fewer_places_while_polls_run_out_of_time_and_then_as_many_as_before():
    places = Places(1000)
    assert places.limit == 1000
    for second in range(30):
        places.ended(float(second), in_time=False)
    assert places.limit == 32
    for _ in range(32):
        places.ended(30.0, in_time=True)
    assert places.limit == 35  # as good as four more for as many as there were
    for _ in range(130_000):
        places.ended(30.0, in_time=True)
    assert places.limit == 1000


async def test_a_crowd_that_runs_out_of_time_together_counts_once_and_by_how_many_they_were():
    places = Places(1000)
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(200):
            await stack.enter_async_context(places)
        for _ in range(50):
            places.ended(5.0, in_time=False)
    assert places.limit == 140


def test_where_few_are_allowed_they_are_never_fewer():
    places = Places(4)
    places.ended(1.0, in_time=False)
    assert places.limit == 4


async def test_who_waits_goes_in_order_and_one_who_leaves_loses_nobody_a_place():
    places, begun = Places(1), []
    hold = asyncio.Event()

    async def poll(name: str) -> None:
        async with places:
            begun.append(name)
            await hold.wait()

    tasks = [asyncio.create_task(poll(name)) for name in "abcd"]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    tasks[1].cancel()
    hold.set()
    await asyncio.wait(tasks)
    assert begun == ["a", "c", "d"]
    async with asyncio.timeout(1), places:
        pass


async def test_a_place_given_to_one_who_is_cancelled_in_the_same_moment_goes_on():
    places = Places(1)
    async with places:
        waiting = asyncio.create_task(places.__aenter__())
        await asyncio.sleep(0)
    waiting.cancel()  # it has been given the place, and does not know yet
    with pytest.raises(asyncio.CancelledError):
        await waiting
    async with asyncio.timeout(1), places:
        pass
