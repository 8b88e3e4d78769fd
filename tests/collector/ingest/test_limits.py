"""One that has gone wild takes nothing from the others."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.collecting import Running, collecting, report, settings_at
from homeroom_collector.access.settings import AccessSettings
from homeroom_collector.config import LimitSettings, Listen
from homeroom_collector.http.address import neighbourhood
from homeroom_collector.ingest import limits as module
from homeroom_collector.ingest.limits import Allowance, Limit

TWO_A_SECOND = Allowance(per_second=2, burst=3)


def test_a_burst_is_let_through_and_then_the_rate():
    limit = Limit(TWO_A_SECOND)
    assert [limit.take("a", 0.0) for _ in range(5)] == [0.0, 0.0, 0.0, 0.5, 0.5]
    assert limit.take("a", 0.5) == 0.0
    assert limit.take("a", 0.5) == 0.5


def test_after_a_silence_the_burst_is_back_and_no_more():
    limit = Limit(TWO_A_SECOND)
    for _ in range(3):
        limit.take("a", 0.0)
    assert [limit.take("a", 1_000.0) for _ in range(4)] == [0.0, 0.0, 0.0, 0.5]


def test_one_does_not_count_for_the_other():
    limit = Limit(TWO_A_SECOND)
    for _ in range(9):
        limit.take("wild", 0.0)
    assert limit.take("tame", 0.0) == 0.0


def test_looking_counts_nothing():
    limit = Limit(TWO_A_SECOND)
    for _ in range(9):
        assert limit.wait("a", 0.0) == 0.0
    for _ in range(3):
        limit.take("a", 0.0)
    assert limit.wait("a", 0.0) == 0.5


@given(st.lists(st.floats(0, 3), max_size=60))
def test_never_more_than_the_rate_and_a_burst(pauses: list[float]):
    limit, now, taken = Limit(TWO_A_SECOND), 0.0, []
    for pause in pauses:
        now += pause
        if limit.take("a", now) == 0.0:
            taken.append(now)
    for index, end in enumerate(taken):
        for before, start in enumerate(taken[: index + 1]):
            assert index - before + 1 <= (end - start) * 2 + 3 + 1e-6


def test_memory_is_bounded_and_the_quiet_are_forgotten_first(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "MOST_KEYS", 10)
    limit = Limit(Allowance(per_second=1, burst=100))
    for _ in range(50):
        limit.take("busy", 0.0)
    for number in range(9):
        limit.take(number, 0.0)
    limit.take("new", 20.0)
    assert set(limit._due) == {"busy", "new"}
    for number in range(1_000):
        limit.take(f"new {number}", 20.0)
    assert len(limit) <= 10


def test_a_network_of_ipv6_is_one_neighbour():
    assert neighbourhood("2001:db8:1:2::7") == neighbourhood("2001:db8:1:2:ffff::1") == "2001:db8:1:2::/64"
    assert neighbourhood("::ffff:192.0.2.1") == neighbourhood("192.0.2.1") == "192.0.2.1"


def test_this_machine_is_no_neighbour():
    assert [neighbourhood(address) for address in ("127.0.0.1", "::1", "::ffff:127.0.0.1", "")] == [None] * 4


SMALL = LimitSettings(
    device=Allowance(per_second=0.1, burst=2),
    address=Allowance(per_second=0.1, burst=6),
    failure=Allowance(per_second=0.1, burst=2),
)


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Running]:
    behind_a_proxy = Listen(trusted_proxies=["127.0.0.0/8"])
    metrics = AccessSettings(metrics="open")
    async with collecting(settings_at(tmp_path, limits=SMALL, listen=behind_a_proxy, access=metrics)) as running:
        running.http.headers["X-Forwarded-For"] = "192.0.2.7"
        yield running


async def test_a_device_that_sends_too_much_is_told_when_to_come_back(running: Running):
    key = await running.key()
    assert [(await running.send(key, report(n)))[0] for n in (1, 2, 3)] == [200, 200, 429]
    assert running.headers["Retry-After"] == "10"
    assert running.headers["Content-Type"] == "application/problem+json"
    assert await running.rows("SELECT seen FROM latest") == [("1-2",)]


async def test_wrong_keys_end_in_silence_and_right_ones_still_work(running: Running):
    key = await running.key()
    wrong = [(await running.send("hrk0.guess", report(1)))[0] for _ in range(3)]
    assert wrong == [401, 401, 429]
    assert (await running.send(key, report(1)))[0] == 200


async def test_wrong_tokens_are_counted_as_well(running: Running):
    statuses = [(await running.enroll(token="hrt0.guess"))[0] for _ in range(3)]
    assert statuses == [401, 401, 429]


async def test_an_address_that_sends_too_much_is_told_so_whoever_it_is(running: Running):
    keys = [await running.key(serial=f"SER{n}") for n in (1, 2, 3)]
    assert [(await running.send(key, report(1)))[0] for key in (*keys, keys[0])] == [200, 200, 200, 429]
    elsewhere = {"X-Forwarded-For": "198.51.100.9"}
    async with running.http.get(f"{running.url}/metrics", headers=elsewhere) as answer:
        assert 'homeroom_ingest_limited_requests_total{by="address"} 1.0' in await answer.text()
