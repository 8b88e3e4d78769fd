"""The ledger over a school day, with the clock passed in; and what it cuts off, over real HTTP."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import time
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from homeroom_collector.config import Settings
from homeroom_collector.errors import RefusedError
from homeroom_collector.http.address import Addresses, Campus
from homeroom_collector.ingest.gate import Gate
from homeroom_collector.ingest.keyring import Keyring
from homeroom_collector.ingest.limits import Limit, Limits
from homeroom_collector.ingest.measures import Measures
from homeroom_collector.ingest.service import NetworkDevice
from homeroom_collector.ingest.throughput import Ledger
from homeroom_collector.ingest.throughput_http import ThroughputCalls
from homeroom_collector.ingest.throughput_measures import ThroughputMeasures
from homeroom_collector.model import School
from homeroom_collector.rules.throughput import Hours, Policy
from homeroom_collector.store import keys, open_store

INTERVAL, HOUR = 300.0, 3600.0


@dataclass
class Day:
    """A ledger, a clock, and what passed when: (began, ended, bytes)."""

    policy: Policy = field(default_factory=Policy)
    now: float = 0.0
    passed: list[tuple[float, float, int]] = field(default_factory=list)
    turns: list[str] = field(default_factory=list)
    ends: list[tuple[float, Callable[[int], None], int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.ledger = Ledger(
            self.policy,
            "UTC",
            ThroughputMeasures(CollectorRegistry()),
            retry_after_seconds=INTERVAL,
            clock=lambda: self.now,
            steady=lambda: self.now,
        )

    def school(self, bps: int, school_id: str = "lincoln") -> None:
        self.ledger.put_school(School(school_id=school_id, name="", bandwidth_contracted_bps=bps))

    def offered(self, name: str, *, on_campus: bool = True, metered: bool | None = None) -> bool:
        caller = NetworkDevice(1, name, "lincoln")
        return self.ledger.offer(caller, on_campus=on_campus, metered=metered, ahead_seconds=0.0) is not None

    def measure(self, name: str, seconds: float, share: float) -> None:
        """Use leave: the download at once, the upload over some time, of what was granted a share."""
        caller = NetworkDevice(1, name, "lincoln")
        download = self.ledger.begin(caller, None, "download")
        download.end(int(download.size_bytes * share))
        upload = self.ledger.begin(caller, None, "upload")
        self.turns.append(name)
        size = int(download.size_bytes * share) + int(upload.size_bytes * share)
        self.passed.append((self.now, self.now + seconds, size))
        self.ends.append((self.now + seconds, upload.end, int(upload.size_bytes * share)))

    def pass_until(self, moment: float) -> None:
        for at, end, size in [each for each in self.ends if each[0] <= moment]:
            self.now = max(self.now, at)
            end(size)
        self.ends = [each for each in self.ends if each[0] > moment]
        self.now = moment

    def live(self, laptops: int, hours: float, *, dice: random.Random) -> None:
        """Let laptops report every five minutes; those with leave measure at once, or never come."""
        reports = sorted(
            (dice.uniform(0, INTERVAL) + turn * INTERVAL, f"laptop-{n}")
            for n in range(laptops)
            for turn in range(int(hours * HOUR / INTERVAL))
        )
        for moment, name in reports:
            self.pass_until(moment)
            if self.offered(name) and dice.random() < 0.9:
                self.measure(name, dice.uniform(0, 20), dice.choice([0.1, 1.0]))

    def most_at_once(self) -> int:
        return max((sum(a <= moment < b for a, b, _ in self.passed) for moment, _, _ in self.passed), default=0)

    def most_in(self, seconds: float) -> int:
        """The most bytes of measurements that lie wholly in a stretch of this length."""
        starts = [began for began, _, _ in self.passed]
        return max((sum(n for a, b, n in self.passed if a >= s and b <= s + seconds) for s in starts), default=0)


@given(st.integers(1, 60), st.sampled_from([10_000_000, 100_000_000, 1_000_000_000]), st.integers(0, 2**32))
@settings(max_examples=25, deadline=None)
def test_in_no_hour_of_a_school_day_more_than_one_percent_and_at_no_moment_more_than_two(
    laptops: int, bps: int, seed: int
):
    day = Day(Policy(every_seconds=1_200.0))
    day.school(bps)
    day.live(laptops, 4.0, dice=random.Random(seed))
    assert day.most_at_once() <= 2
    for hours in (1, 2, 3):
        assert day.most_in(hours * HOUR) <= bps / 8 * 0.01 * hours * HOUR


def test_a_school_of_eight_hundred_laptops_is_measured_in_a_day_each_once():
    day = Day()
    day.school(1_000_000_000)
    day.live(800, 7.0, dice=random.Random(1))
    # 10 MB each way of 4.5 GB an hour: 160 an hour; some never come when they may.
    assert 650 <= len(day.turns) <= 800
    assert len(set(day.turns)) == len(day.turns)


def test_a_slow_line_gives_every_laptop_its_turn_before_any_comes_again():
    day = Day(Policy(every_seconds=600.0))
    day.school(5_000_000)
    day.live(30, 12.0, dice=random.Random(2))
    assert len(set(day.turns)) > 20
    first_again = next((i for i, name in enumerate(day.turns) if name in day.turns[:i]), len(day.turns))
    assert first_again > 20


def test_leave_that_nobody_uses_is_free_again_after_its_end():
    day = Day()
    day.school(1_000_000_000)
    day.now = HOUR
    assert [day.offered(name) for name in "abc"] == [True, True, False]
    day.now += 91
    assert day.offered("c")
    assert not day.offered("a")  # had its chance


def test_leave_that_is_late_is_worth_nothing():
    day = Day()
    day.school(1_000_000_000)
    day.now = HOUR
    assert day.offered("a")
    day.now += 61
    with pytest.raises(RefusedError, match="planned"):
        day.measure("a", 1, 1.0)


def test_a_school_whose_line_became_faster_keeps_count_of_what_runs():
    day = Day()
    day.school(1_000_000_000)
    day.now = HOUR
    assert [day.offered(name) for name in "ab"] == [True, True]
    day.school(10_000_000_000)
    assert not day.offered("c")


def test_outside_the_hours_nobody_measures():
    day = Day(Policy(hours=Hours(start=time(6), end=time(7))))
    day.school(1_000_000_000)
    day.now = 5.9 * HOUR
    assert not day.offered("a")
    day.now = 6 * HOUR
    assert day.offered("a")
    day.now = 7 * HOUR - 60
    assert not day.offered("b")


def test_a_laptop_that_says_its_volume_is_paid_is_believed_until_it_says_otherwise():
    day = Day()
    day.school(1_000_000_000)
    day.now = HOUR
    assert not day.offered("a", metered=True)
    assert not day.offered("a")
    assert day.offered("a", metered=False)


def gate_before(keyring: Keyring) -> Gate:
    """What stands in front of the calls, with the limits that a collector has by default."""
    limits, limited = Settings().limits, Measures(CollectorRegistry()).limited
    each = (Limit(getattr(limits, by)) for by in ("device", "reader", "address", "failure"))
    return Gate(keyring, Addresses([]), Limits(*each, limited))


@asynccontextmanager
async def served(folder: Path, day: Day) -> AsyncIterator[tuple[str, str]]:
    """The calls over a day's ledger; gives their address and a key that works."""
    async with open_store(f"sqlite:///{folder / 'homeroom.db'}") as store:
        keyring, campus = Keyring(store), Campus()
        campus.put(School(school_id="lincoln", name="", networks=("127.0.0.0/8",)))
        minted = await store.write(lambda _: keys.secrets.mint("hrk"))
        keyring.put(keys.DeviceKey(minted.secret_id, 1, "a", "lincoln", minted.digest))
        app = web.Application()
        app.add_routes(ThroughputCalls(day.ledger, gate_before(keyring), campus).routes())
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        try:
            yield f"http://127.0.0.1:{runner.addresses[0][1]}/api/v1/throughput", minted.text
        finally:
            await runner.cleanup()


@pytest.fixture
def late() -> Day:
    """A day with leave for laptop a."""
    day = Day(Policy(most_bytes=40_000_000))
    day.school(10_000_000_000)
    day.now = HOUR
    assert day.offered("a")
    return day


async def test_what_still_comes_at_the_end_of_the_leave_is_cut_off(tmp_path: Path, late: Day):
    async def drops() -> AsyncIterator[bytes]:
        for _ in range(1_000):
            yield b"x" * 1_000
            await asyncio.sleep(0.05)

    async with served(tmp_path, late) as (url, key), aiohttp.ClientSession() as http:
        headers = {"Authorization": f"Bearer {key}"}
        async with http.get(url, params={"bytes": 1_000}, headers=headers) as answer:
            await answer.read()
        late.now += 89.7
        with pytest.raises(aiohttp.ClientError):
            async with asyncio.timeout(40), http.post(url, data=drops(), headers=headers):
                pass


async def test_who_does_not_read_is_cut_off_too(tmp_path: Path, late: Day):
    async with served(tmp_path, late) as (url, key), aiohttp.ClientSession(read_bufsize=1_024) as http:
        headers = {"Authorization": f"Bearer {key}"}
        async with http.post(url, data=b"x", headers=headers) as answer:
            assert answer.status == 200
        late.now += 89.7
        async with http.get(url, headers=headers) as answer:
            await asyncio.sleep(0.6)
            with pytest.raises(aiohttp.ClientError):
                await answer.read()
