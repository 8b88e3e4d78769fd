"""The collector's doors for satellites: what may come in, from whom, and what becomes known of them."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from collector.collecting import Running, collecting, report, settings_at
from homeroom_collector.ingest.satellite_settings import SatellitesSettings
from homeroom_collector.model import Device, Presence
from homeroom_collector.store import devices, satellites

MOST_TARGETS = 3


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Running]:
    async with collecting(settings_at(tmp_path, satellites=SatellitesSettings(most_targets=MOST_TARGETS))) as started:
        yield started


async def token(running: Running, name: str = "closet", school: str = "lincoln") -> str:
    add = partial(satellites.add, name=name, school_id=school, now=time.time())
    return await running.collector.store.write(add)


async def enrol(running: Running, given: str) -> tuple[int, dict[str, Any]]:
    body = {"token": given, "device": {"platform": "satellite"}}
    async with running.http.post(f"{running.url}/satellite/api/v1/enroll", json=body) as answer:
        return answer.status, await answer.json(content_type=None)


async def key_of(running: Running, name: str = "closet", school: str = "lincoln") -> str:
    status, given = await enrol(running, await token(running, name, school))
    assert status == 201
    return str(given["device_key"])


async def send(running: Running, key: str, *reports: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    body = json.dumps({"reports": reports}).encode()
    async with running.http.post(f"{running.url}/satellite/api/v1/reports", data=body, headers=headers) as answer:
        return answer.status, await answer.json(content_type=None)


def polled(device_id: str | None, sequence: int = 1, *, ago: float = 0.0, **more: Any) -> dict[str, Any]:
    now = time.time()
    gear = {"reachable": True, "poll": {"duration_seconds": 0.1, "requests": 1, "variables": 1}}
    base = {"source": "snmp", "device_id": device_id, "sequence": sequence, "measured_at": now - ago, "sent_at": now}
    return base | ({"network": gear} if "satellite" not in more else {}) | more


async def own_metric(running: Running, name: str) -> float | None:
    async with running.http.get(f"{running.url}/metrics") as answer:
        text = await answer.text()
    line = next((line for line in text.splitlines() if line.startswith(f"homeroom_satellite_{name}{{")), None)
    return None if line is None else float(line.rpartition(" ")[2])


async def test_a_token_lets_one_satellite_in_once(running: Running):
    given = await token(running)
    assert (await enrol(running, given))[0] == 201
    status, problem = await enrol(running, given)
    assert status == 401
    assert "homeroom satellite add" in problem["detail"]


async def test_a_new_token_replaces_the_key_once_it_is_used(running: Running):
    old = await key_of(running)
    given = await token(running)
    assert (await send(running, old, polled("switch-1")))[0] == 200
    assert (await enrol(running, given))[0] == 201
    assert (await send(running, old, polled("switch-1", 2)))[0] == 401


async def test_doors_of_laptops_and_satellites_do_not_open_with_the_others_key(running: Running):
    satellite, laptop = await key_of(running), await running.key()
    assert (await running.send(satellite, report()))[0] == 401
    assert (await send(running, laptop, polled("switch-1")))[0] == 401
    assert (await enrol(running, await running.token()))[0] == 401


async def test_gear_becomes_known_at_the_satellites_school_with_its_first_report(running: Running):
    status, answer = await send(running, await key_of(running), polled("switch-1", ago=3_600))
    assert (status, answer) == (200, {"accepted": 1, "duplicates": 0, "rejected": [], "settings": {}})
    member = running.collector.fleet.member("switch-1")
    assert member
    assert (member.device.school_id, member.device.device_class) == ("lincoln", "network")
    assert member.measured_at == pytest.approx(time.time() - 3_600, abs=5)


async def test_repeated_reports_change_nothing(running: Running):
    key = await key_of(running)
    reports = [polled("switch-1", n, ago=60.0 * (10 - n)) for n in range(10)]
    assert (await send(running, key, *reports))[1]["accepted"] == 10
    assert (await send(running, key, *reports))[1] == {"accepted": 0, "duplicates": 10, "rejected": [], "settings": {}}
    assert await running.rows("SELECT count(*) FROM devices WHERE device_id = 'switch-1'") == [(1,)]


async def test_another_schools_gear_and_other_peoples_devices_are_refused(running: Running):
    _, laptop = await running.enroll()
    gear = Device(device_id="roosevelt-core", device_class="network", school_id="roosevelt")
    await running.collector.store.write(lambda c: devices.put_network(c, gear, now=time.time()))
    key = await key_of(running)
    foreign = [polled("roosevelt-core"), polled(laptop["device_id"]), polled("switch-1")]
    status, answer = await send(running, key, *foreign)
    assert status == 200
    assert answer["accepted"] == 1
    assert [each["index"] for each in answer["rejected"]] == [0, 1]
    assert all("not network gear of this satellite's school" in each["detail"] for each in answer["rejected"])
    seen = await running.rows("SELECT count(*) FROM latest WHERE measured_at IS NOT NULL")
    assert seen == [(1,)]


async def test_two_satellites_of_two_schools_cannot_share_a_name(running: Running):
    assert (await send(running, await key_of(running), polled("core")))[1]["accepted"] == 1
    other = await key_of(running, "attic", "roosevelt")
    assert len((await send(running, other, polled("core", 2)))[1]["rejected"]) == 1


async def test_a_satellite_reports_gear_and_itself_and_nothing_else(running: Running):
    key = await key_of(running)
    wrong = [report(), report(device_id="x"), polled("y", source="agent"), polled(None)]
    _, answer = await send(running, key, *wrong)
    assert [each["index"] for each in answer["rejected"]] == [0, 1, 2, 3]
    assert await running.rows("SELECT count(*) FROM devices") == [(0,)]


async def test_a_stolen_key_cannot_bring_in_devices_without_end(running: Running):
    key = await key_of(running)
    _, answer = await send(running, key, *[polled(f"switch-{n}") for n in range(MOST_TARGETS + 2)])
    assert (answer["accepted"], len(answer["rejected"])) == (MOST_TARGETS, 2)
    assert "satellites.most_targets" in answer["rejected"][0]["detail"]


async def test_how_a_satellite_fares_becomes_metrics(running: Running):
    key = await key_of(running)
    facts = {"targets": 12, "answering": 11, "waiting_reports": 340, "poll_busy_ratio": 0.02}
    first = polled(None, ago=60, satellite=facts, lost_reports_total=5)
    stale = polled(None, ago=600, satellite={"targets": 1}, lost_reports_total=0)
    assert (await send(running, key, first))[1]["accepted"] == 1
    assert (await send(running, key, stale))[1]["accepted"] == 1
    await running.collector.satellites.register.refresh()
    expected = {"targets": 12, "targets_answering": 11, "waiting_reports": 340, "lost_reports_total": 5}
    assert {name: await own_metric(running, name) for name in expected} == expected
    assert await own_metric(running, "last_contact_timestamp_seconds") == pytest.approx(time.time(), abs=10)
    assert await own_metric(running, "last_report_timestamp_seconds") == pytest.approx(time.time() - 60, abs=10)


async def test_a_silent_satellite_is_a_problem_and_its_gear_is_unknown_not_down(running: Running):
    key = await key_of(running)
    await send(running, key, polled("switch-1"))
    collector, now = running.collector, time.time()
    collector.fleet.refresh(now)
    collector.fleet.refresh(now + 1_000)
    member = collector.fleet.member("switch-1")
    assert member
    assert member.state == Presence.UNKNOWN
    ((name, heard_at),) = collector.satellites.register.heard_at().items()
    assert name == "closet"
    assert heard_at == pytest.approx(now, abs=10)


async def test_a_satellite_that_is_removed_is_refused_and_its_gear_stays(running: Running):
    key = await key_of(running)
    await send(running, key, polled("switch-1"))
    assert await running.collector.store.write(lambda c: satellites.remove(c, "closet"))
    await running.collector.satellites.register.refresh()
    assert (await send(running, key, polled("switch-1", 2)))[0] == 401
    assert running.collector.fleet.member("switch-1")
