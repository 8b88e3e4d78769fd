"""Leases by the database's clock: one holder at a time, moved when they end, free at once when they are let go."""

import asyncio
import time
from functools import partial

import pytest

from homeroom_collector.store import Store, leases, open_store

NAMES = [f"targets/{number:03d}" for number in range(10)]


async def claim(store: Store, holder: str, *names: str, seconds: float = 60.0, most: int = 99) -> frozenset[str]:
    return await store.write(partial(leases.claim, holder=holder, names=names, seconds=seconds, most=most))


async def test_the_clock_is_that_of_the_world(store: Store):
    assert await store.read(leases.now) == pytest.approx(time.time(), abs=60)


async def test_a_lease_has_one_holder_until_it_ends(store: Store):
    assert await claim(store, "a", *NAMES, most=6) == frozenset(NAMES[:6])
    assert await claim(store, "b", *NAMES) == frozenset(NAMES[6:])
    assert await claim(store, "a", *NAMES) == frozenset()


async def test_what_has_ended_is_taken_over_and_not_renewed_by_the_old_holder(store: Store):
    await claim(store, "a", *NAMES, seconds=0.0)
    assert await claim(store, "b", *NAMES[:4]) == frozenset(NAMES[:4])
    assert await store.write(partial(leases.renew, holder="a", seconds=60.0)) == frozenset(NAMES[4:])
    assert await claim(store, "b", *NAMES) == frozenset()


async def test_a_clean_stop_frees_everything_at_once(store: Store):
    await store.write(partial(leases.renew, holder="a", seconds=60.0))
    await claim(store, "a", *NAMES)
    await store.write(partial(leases.leave, holder="a"))
    assert await store.write(leases.living) == 0
    assert await claim(store, "b", *NAMES) == frozenset(NAMES)


async def test_some_may_be_let_go_and_others_are_not_let_go_for_us(store: Store):
    await claim(store, "a", *NAMES)
    await store.write(partial(leases.release, holder="b", names=NAMES))
    assert await claim(store, "b", *NAMES) == frozenset()
    await store.write(partial(leases.release, holder="a", names=NAMES[:2]))
    assert await claim(store, "b", *NAMES) == frozenset(NAMES[:2])


async def test_the_living_are_counted_and_the_dead_are_cleared_away(store: Store):
    for holder, seconds in (("a", 60.0), ("b", 60.0), ("c", 0.0)):
        await store.write(partial(leases.renew, holder=holder, seconds=seconds))
    assert await store.write(leases.living) == 2


async def test_many_who_claim_at_once_share_without_waiting_or_overlap(postgresql_url: str):
    async with open_store(postgresql_url) as one, open_store(postgresql_url) as two:
        claims = [claim(store, f"{n}", *NAMES, most=4) for n, store in enumerate([one, two, one, two, one])]
        found = await asyncio.gather(*claims)
        again = await claim(one, "last", *NAMES)
    taken = [name for names in (*found, again) for name in names]
    assert sorted(taken) == NAMES
