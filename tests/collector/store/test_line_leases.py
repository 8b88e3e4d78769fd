"""A school's line is one replica's at a time, on stores of both kinds."""

from functools import partial

from homeroom_collector.store import Store, line_leases
from homeroom_collector.store.line_leases import CLOCK_SLACK_SECONDS

NOW = 1_795_000_000.0


async def claimed(store: Store, owner: str, now: float, *schools: str, until: float = NOW + 600) -> frozenset[str]:
    return await store.write(partial(line_leases.claim, owner=owner, school_ids=schools, now=now, until=until))


async def test_the_first_takes_a_line_and_prolongs_it_and_the_other_gets_what_is_left(store: Store):
    assert await claimed(store, "a", NOW, "lincoln", "roosevelt") == {"lincoln", "roosevelt"}
    assert await claimed(store, "b", NOW + 1, "lincoln", "grant") == {"grant"}
    assert await claimed(store, "a", NOW + 300, "lincoln", until=NOW + 900) == {"lincoln"}
    assert await claimed(store, "b", NOW + 700, "lincoln") == frozenset()


async def test_a_lease_that_ran_out_is_free_after_the_clocks_may_differ(store: Store):
    await claimed(store, "a", NOW, "lincoln")
    assert await claimed(store, "b", NOW + 600 + CLOCK_SLACK_SECONDS - 1, "lincoln") == frozenset()
    assert await claimed(store, "b", NOW + 600 + CLOCK_SLACK_SECONDS, "lincoln", until=NOW + 1300) == {"lincoln"}
    assert await claimed(store, "a", NOW + 640, "lincoln") == frozenset()


async def test_nothing_wanted_asks_nothing(store: Store):
    assert await claimed(store, "a", NOW) == frozenset()
