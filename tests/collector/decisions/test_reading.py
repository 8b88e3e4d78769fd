"""What decisions are made from, out of a real store."""

import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from collector.collecting import collecting, report, settings_at
from homeroom_agent.report import NetworkGear, Report
from homeroom_agent.report.network import GearIdentity, PoeGroup
from homeroom_collector.decisions.answers.equity import ANSWER as EQUITY
from homeroom_collector.decisions.board import Board
from homeroom_collector.decisions.policies import DecisionSettings
from homeroom_collector.decisions.reading import Reader
from homeroom_collector.decisions.refresh_settings import network_support
from homeroom_collector.decisions.scope import WHOLE, of_schools
from homeroom_collector.history.interfaces import PortDay
from homeroom_collector.ingest.service import NetworkSink
from homeroom_collector.model import Device, School
from homeroom_collector.rules.asset import Asset, Assignment, LifeState
from homeroom_collector.rules.enrollment import Count
from homeroom_collector.rules.register import Entry, FieldChange
from homeroom_collector.rules.verdict import Verdict
from homeroom_collector.store import Connection, Store, assets, enrollment, equity_days, history, open_store, schools

TODAY = datetime.now(UTC).date()
POLICIES = DecisionSettings().policies()
MBPS = 1_000_000


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """A school whose switch and access point are polled, with a line of 100 Mbps and students counted by grade."""
    async with collecting(settings_at(tmp_path)) as running:
        await polled(NetworkSink(running.collector.commit, running.collector.intake.wire, lambda _device: None))
        key = await running.key(platform="windows", serial="C1")
        assert (await running.send(key, report(memory={"installed_bytes": 8 * 2**30})))[0] == 200
    async with open_store(f"sqlite:///{tmp_path / 'homeroom.db'}") as opened:
        await opened.write(fill)
        yield opened


async def test_devices_that_are_in_memory_anyway_give_the_same_district_as_the_store(tmp_path: Path):
    async with collecting(settings_at(tmp_path)) as running:
        await polled(
            NetworkSink(running.collector.commit, running.collector.intake.wire, running.collector.fleet.put_device)
        )
        for serial in ("C1", "C2"):
            key = await running.key(platform="windows", serial=serial)
            assert (await running.send(key, report(memory={"installed_bytes": 8 * 2**30})))[0] == 200
        read = partial(Reader, store=running.collector.store, zone=ZoneInfo("UTC"), wan={})
        stored = await read().district(TODAY)
        remembered = await read(devices=running.collector.fleet.devices).district(TODAY)
    assert len(stored.devices) == 4
    assert remembered == stored
    first, second = (each.measured for each in remembered.devices if each.measured.gear is None)
    assert first is second, "measured alike, and held twice"


async def polled(sink: NetworkSink) -> None:
    switch = NetworkGear(
        reachable=True,
        identity=GearIdentity(kind="switch", vendor="Cisco Systems", model="WS-C2960X-48FPD-L", serial="SW1"),
        poe=[PoeGroup(index="1", budget_watts=370.0, used_watts=185.0)],
    )
    point = NetworkGear(reachable=True, identity=GearIdentity(kind="access_point", serial="AP1"))
    for sequence, (name, gear) in enumerate((("switch", switch), ("ap", point)), 1):
        await sink.register(Device(device_id=name, device_class="network", school_id="lincoln"))
        now = time.time()
        await sink.submit(Report(device_id=name, source="snmp", sequence=sequence, measured_at=now, network=gear))


def fill(connection: Connection) -> None:
    lincoln = School(school_id="lincoln", name="Lincoln", bandwidth_contracted_bps=100 * MBPS)
    schools.put(connection, [lincoln])
    counts = [("K", 20), ("1", 30), ("9", 50)]
    enrollment.put(
        connection,
        [Count(school_id="lincoln", grade=g, students=n, source="sis", counted_on=TODAY) for g, n in counts],
    )
    infrastructure = Asset(asset_tag="N1", serial="sw1", school_id="lincoln", assignment=Assignment.INFRASTRUCTURE)
    laptop = Asset(asset_tag="A1", serial="c1", school_id="lincoln", grade_band="K-2")
    assets.add(connection, [Entry(asset=infrastructure), Entry(asset=laptop)])
    now = time.time()
    for days_ago, state in ((40, LifeState.REPAIR), (30, LifeState.IN_USE), (20, LifeState.REPAIR), (14, "in_use")):
        change = FieldChange(field="state", before=None, after=str(state))
        assets.log(connection, [("A1", change)], source="csv", now=now - days_ago * 86_400)
    numbers = {name: history.number_of(connection, name) for name in ("switch",)}
    for days_ago, used in ((1, 20), (2, 40), (3, 60)):
        day = int(f"{date.fromordinal(TODAY.toordinal() - days_ago):%Y%m%d}")
        ports = [busy_port("wan", used * MBPS), busy_port("other", 900 * MBPS)]
        history.put_port_days(connection, numbers["switch"] or 0, day, ports)


def busy_port(name: str, bps: float) -> PortDay:
    return PortDay(interface=name, readings=9, in_octets=1, out_octets=1, in_p95_bps=bps, out_p95_bps=bps / 10)


async def board_of(store: Store) -> Board:
    supported = network_support(POLICIES.refresh)
    reader = Reader(store=store, zone=ZoneInfo("UTC"), wan={"switch": {"wan"}}, supported=supported)
    return Board(district=await reader.district(TODAY), policies=POLICIES, today=TODAY)


async def test_gear_computers_lines_and_repairs_are_read_as_one(store: Store) -> None:
    district = (await board_of(store)).district
    known = {each.asset.name: each for each in district.devices}
    assert set(known) == {"A1", "AP1", "N1"}
    assert (known["AP1"].registered, known["AP1"].asset.assignment) == (False, Assignment.INFRASTRUCTURE)
    gear = known["N1"].measured.gear
    assert gear is not None
    assert gear.poe_ratio == 0.5
    assert known["N1"].measured.support_end == date(2027, 10, 31)
    assert known["A1"].measured.repairs == 2
    # The median of three days' 95th percentiles of the one port that leads outside.
    assert district.lines.busy_bps == {"lincoln": 40 * MBPS}


async def test_a_school_without_an_enrolment_has_the_sum_of_its_grades(store: Store) -> None:
    board = await board_of(store)
    standing = next(each for each in board.standings if each.school_id == "lincoln")
    assert (standing.students, standing.mbps_per_student, standing.busy_mbps_per_student) == (100, 1.0, 0.4)
    assert standing.headroom_mbps_per_student == 0.6
    assert standing.repair_days == 8  # ten days and six
    (band,) = [each for each in board.band_standings if each.grade_band == "K-2"]
    assert (band.students, band.devices_per_student) == (50, 0.02)


async def test_test_day_counts_devices_line_and_access_points(store: Store) -> None:
    (lincoln,) = [each for each in (await board_of(store)).readiness(30) if each.means.school_id == "lincoln"]
    # 60 Mbps at 200 kbit/s bear 300, the access point 30; nobody measured the laptop's screen.
    assert [reason.verdict for reason in lincoln.reasons] == [Verdict.FAIL, Verdict.PASS, Verdict.PASS]
    assert lincoln.reasons[1].measured.startswith("300 students: 100 Mbps less 40 Mbps")
    assert lincoln.reasons[2].measured == "30 students: 1 access point for 30 students each"
    assert (lincoln.means.unknown, lincoln.at_once) == (1, 0)


async def test_the_gaps_of_a_day_are_kept_and_become_a_trend(store: Store) -> None:
    gap = (await board_of(store)).gaps
    assert gap == ()  # one school alone has none
    board = await board_of(store)
    standing = board.standings[0]
    two = (standing, replace(standing, school_id="other", devices_per_student=0.5))
    board.__dict__["standings"] = two
    month_ago = date.fromordinal(TODAY.toordinal() - 31)
    worse = tuple(replace(each, ratio=each.ratio / 2) for each in board.gaps)
    for _ in range(2):  # a second look at the same day replaces the first
        await store.write(partial(equity_days.keep, day=month_ago, gaps=worse))
    past = await store.read(partial(equity_days.since, day=month_ago))
    trended = Board(district=replace(board.district, past_gaps=tuple(past)), policies=POLICIES, today=TODAY)
    trended.__dict__["standings"] = two
    rows = EQUITY.views["gaps"].rows(trended, WHOLE)
    assert {row["trend"] for row in rows} == {"narrowing"}
    assert EQUITY.views["gaps"].rows(trended, of_schools(["lincoln"])) == []
