"""The history over weeks, on both kinds of store: reports in, days and ports out, and what is old goes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from prometheus_client import CollectorRegistry

from homeroom_agent.report import Report, Uptime
from homeroom_agent.report.network import Interface, NetworkGear, System
from homeroom_collector.history.reader import HistoryReader
from homeroom_collector.history.sample import ComputerSample, GearSample
from homeroom_collector.history.upkeep import Retention, Upkeep
from homeroom_collector.ingest.clock import Days
from homeroom_collector.ingest.commit import GroupCommit
from homeroom_collector.ingest.measures import Measures
from homeroom_collector.ingest.merge import Sampling
from homeroom_collector.ingest.service import NetworkSink
from homeroom_collector.ingest.wire import Wire
from homeroom_collector.model import Device
from homeroom_collector.rules.calendar import CalendarRules, SchoolCalendar
from homeroom_collector.store import Connection, Store, daily, devices, partitions
from homeroom_collector.store.devices import Enrolled

T = TypeVar("T")
# A Monday, 08:00 UTC.
NOW = datetime(2026, 9, 14, 8, tzinfo=UTC).timestamp()
DAY = 86_400.0
KEEP = Retention(samples=2 * DAY, computers=30 * DAY, network=30 * DAY, interfaces=10 * DAY)
CALENDAR = SchoolCalendar(CalendarRules(zone=ZoneInfo("UTC")))


class Place:
    """A store with its writer, a clock that the test moves, a laptop and a switch."""

    def __init__(self, store: Store) -> None:
        self.store, self.now, self.wire = store, NOW, Wire()
        self.commit = GroupCommit(
            store,
            days_of=lambda _school: Days(),
            on_news=lambda _device, _news: None,
            measures=Measures(CollectorRegistry()),
            capacity=10_000,
            most_at_once=100,
            oldest_seconds=35 * DAY,
            sampling=Sampling(keep_seconds=2 * DAY, gear_every_seconds=300.0),
        )
        self.reader = HistoryReader(store)
        self.upkeep = Upkeep(store, self.commit, lambda: [("lincoln", CALENDAR)], KEEP)
        self.gear = NetworkSink(self.commit, self.wire, lambda _device: None, clock=lambda: self.now)
        self.laptop: Enrolled

    async def open(self) -> None:
        facts = Device(device_id="", device_class="computer", school_id="lincoln")
        self.laptop = await self.store.write(partial(devices.enrol, facts=facts, now=self.now))
        self.laptop_id = self.laptop.device.device_id
        await self.gear.register(Device(device_id="sw1", device_class="network", school_id="lincoln"))

    async def report(self, sequence: int, at: float, **sections: Any) -> None:
        made = Report(source="agent", sequence=sequence, measured_at=at, **sections)
        caller = _Caller(self.laptop.number, self.laptop_id)
        await self.commit.submit(caller, [self.wire.converted(made)], self.now)

    async def poll(self, octets: int | None) -> None:
        answered = octets is not None
        port = Interface(index=1, name="1", in_octets=octets, out_octets=0, counter_bits=64, speed_bps=10**9)
        gear = NetworkGear(
            reachable=answered,
            system=System(uptime_seconds=self.now) if answered else None,
            interfaces=[port] if answered else None,
        )
        made = Report(source="snmp", device_id="sw1", sequence=int(self.now * 1e3), measured_at=self.now, network=gear)
        await self.gear.submit(made)

    async def count(self, table: str) -> int:
        query = sa.text(f"SELECT count(*) FROM {table}")
        return await self.store.read(lambda connection: connection.scalar(query))


class _Caller:
    school_id, writer = "lincoln", ""

    def __init__(self, number: int, device_id: str) -> None:
        self.number, self.device_id = number, device_id


@pytest.fixture
async def place(store: Store):
    place = Place(store)
    writing = asyncio.create_task(place.commit.run())
    await place.open()
    yield place
    place.commit.close()
    await writing


async def test_each_report_counts_on_the_day_it_was_measured(place: Place):
    for sequence, days_ago in enumerate((3, 0, 1, 3, 2, 0), start=1):
        await place.report(sequence, NOW - days_ago * DAY, uptime=Uptime(boots_total=10 - days_ago))
    found = await place.reader.days(place.laptop_id, 0)
    assert [(day.day, day.reports) for day in found] == [
        (20260911, 2),
        (20260912, 1),
        (20260913, 1),
        (20260914, 2),
    ]
    assert found[-1].boots_total_max == 10
    assert [day.day for day in await place.reader.days(place.laptop_id, 20260913)] == [20260913, 20260914]
    assert await place.reader.days("nobody", 0) == []


async def test_a_day_is_closed_where_its_device_fell_silent(place: Place):
    await place.report(1, NOW)
    await place.upkeep.look_after(NOW)
    assert await place.count("daily") == 0, "the day is not over"
    await place.upkeep.look_after(NOW + 4 * DAY)
    assert await place.count("daily") == 1
    assert [day.reports for day in await place.reader.days(place.laptop_id, 0)] == [1]
    place.now = NOW + 4 * DAY
    await place.report(2, NOW)
    assert [day.reports for day in await place.reader.days(place.laptop_id, 0)] == [2], "late, on the closed day"


async def test_crashes_are_counted_over_days_with_the_open_one(place: Place):
    for sequence, days_ago in enumerate((5, 3, 0), start=1):
        await place.report(sequence, NOW - days_ago * DAY, uptime=Uptime(crashes_total=sequence))
    since = partial(daily.counted_since, day=20260901)
    assert (await place.store.read(since))[place.laptop.number] == daily.Counted(3, 2, None)
    only_today = partial(daily.counted_since, day=20260914)
    assert (await place.store.read(only_today))[place.laptop.number] == daily.Counted(1, None, None)


async def test_samples_are_read_back_whether_they_are_in_a_full_chunk_or_not(place: Place):
    for sequence in range(1, 201):
        place.now = NOW + 300 * sequence
        await place.report(sequence, place.now)
    assert await place.count("samples") > 0, "some chunks are full"
    samples = await place.reader.samples(place.laptop_id, NOW, NOW + DAY)
    assert [sample.at for sample in samples] == [NOW + 300 * sequence for sequence in range(1, 201)]
    part = await place.reader.samples(place.laptop_id, NOW + 600, NOW + 1200)
    assert part == [ComputerSample(NOW + 600), ComputerSample(NOW + 900)]
    assert await place.reader.samples("nobody", 0, NOW) == []


async def test_what_is_too_old_for_a_chart_is_no_sample_but_counts_on_its_day(place: Place):
    await place.report(1, NOW - 3 * DAY)
    assert await place.reader.samples(place.laptop_id, 0, NOW + 1) == []
    assert [day.reports for day in await place.reader.days(place.laptop_id, 0)] == [1]


async def test_gear_is_sampled_every_five_minutes_however_often_it_is_polled(place: Place):
    for minute in range(31):
        place.now = NOW + 60 * minute
        await place.poll(minute * 1_000)
    samples = await place.reader.samples("sw1", NOW, NOW + DAY)
    assert [sample.at for sample in samples] == [NOW + 300 * n for n in range(7)]
    assert all(isinstance(sample, GearSample) for sample in samples)
    (day,) = await place.reader.days("sw1", 0)
    assert (day.polls, day.polls_answered) == (31, 31)


async def test_the_ports_day_is_worked_out_when_it_is_over(place: Place):
    for step in range(60):
        place.now = NOW + 300 * step
        await place.poll(None if step == 7 else step * 300_000)
    await place.upkeep.look_after(place.now)
    assert await place.reader.ports("sw1", 0) == []
    place.now = NOW + DAY
    await place.upkeep.look_after(place.now)
    (port,) = await place.reader.ports("sw1", 0)
    assert (port["day"], port["interface"], port["in_octets"]) == (20260914, "1", 59 * 300_000)
    assert port["in_p95_bps"] == 8_000.0
    (day,) = await place.reader.days("sw1", 0)
    assert (day.polls, day.polls_answered) == (60, 59)
    await place.upkeep.look_after(place.now + 3_600)
    assert len(await place.reader.ports("sw1", 0)) == 1, "twice does no harm"


async def test_counters_of_sixty_four_bits_are_whole_numbers(place: Place):
    for step, octets in enumerate((2**63, 2**63 + 36 * 10**9)):
        place.now = NOW + 300 * step
        await place.poll(octets)
    await place.upkeep.look_after(NOW + DAY)
    assert (await place.reader.ports("sw1", 0))[0]["in_octets"] == 36 * 10**9


async def test_what_is_old_goes_and_the_rest_stays(place: Place):
    await place.report(1, NOW - 20 * DAY)
    await place.report(2, NOW)
    await place.poll(0)
    place.now = NOW + 600
    await place.poll(300_000)
    await place.upkeep.look_after(NOW + DAY)
    assert await place.count("daily_interfaces") == 1
    await place.upkeep.look_after(NOW + 15 * DAY)
    assert await place.count("daily_interfaces") == 0
    assert [day.day for day in await place.reader.days(place.laptop_id, 0)] == [20260914]
    assert [day.day for day in await place.reader.days("sw1", 0)] == [20260914]
    await place.upkeep.look_after(NOW + 40 * DAY)
    assert await place.reader.days(place.laptop_id, 0) == []
    assert await place.count("samples") == 0


async def test_a_month_is_a_table_of_its_own_and_takes_over_what_came_before_it(postgresql_url: str):
    from homeroom_collector.store import open_store

    async with open_store(postgresql_url) as store:
        rows = [_day_row(day) for day in (20260731, 20260801, 20260831)]
        await store.write(partial(daily.add, rows=rows))
        await store.write(partial(partitions.prepare, today=date(2026, 9, 14)))
        await store.write(partial(partitions.prepare, today=date(2026, 9, 14)))
        assert await _rows_of(store, "daily_202608") == 2
        assert await _rows_of(store, "daily_202607") == 1
        assert await _rows_of(store, "daily_other") == 0
        await store.write(partial(daily.add, rows=[_day_row(20260801)]))
        assert await _rows_of(store, "daily_202608") == 2
        await store.write(partial(partitions.drop, table="daily", before_day=20260831))
        assert await _rows_of(store, "daily") == 2
        await store.write(partial(partitions.drop, table="daily", before_day=20260901))
        assert await _rows_of(store, "daily") == 0


def _day_row(day: int) -> dict[str, Any]:
    row = dict.fromkeys(column.name for column in daily.table.columns)
    return row | {
        "day": day,
        "device_number": 1,
        "reports": 1,
        "first_measured_at": NOW,
        "last_measured_at": NOW,
        "polls": 0,
        "polls_answered": 0,
    }


async def _rows_of(store: Store, table: str) -> int:
    work: Callable[[Connection], int] = lambda c: c.scalar(sa.text(f"SELECT count(*) FROM {table}"))  # noqa: E731 - typed
    return await store.read(work)
