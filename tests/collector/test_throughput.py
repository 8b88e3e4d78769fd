"""Throughput measurements as agents meet them: real HTTP, a real ledger."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from collector.collecting import Running, collecting, report, settings_at
from homeroom_collector.config import AgentSettings
from homeroom_collector.ingest.settings import ThroughputSettings
from homeroom_collector.model import School

BUSY = ThroughputSettings(averaging=2.0, max_bytes=1_000_000)
LINE = School(
    school_id="lincoln", name="Lincoln", bandwidth_contracted_bps=10_000_000_000, networks=("127.0.0.0/8", "::1/128")
)


@asynccontextmanager
async def school(folder: Path, line: School = LINE, throughput: ThroughputSettings = BUSY) -> AsyncIterator[Running]:
    async with collecting(settings_at(folder, agents=AgentSettings(throughput=throughput))) as running:
        running.collector.put_school(line)
        await asyncio.sleep(0.6)  # the bucket fills
        yield running


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Running]:
    async with school(tmp_path) as running:
        yield running


async def slot(running: Running, key: str, sequence: int = 1, **sections: Any) -> dict[str, Any] | None:
    status, answer = await running.send(key, report(sequence, **sections))
    assert status == 200
    found: dict[str, Any] | None = answer["settings"].get("throughput_slot")
    return found


async def granted(running: Running, **device: Any) -> tuple[str, dict[str, Any]]:
    key = await running.key(**device)
    found = await slot(running, key)
    assert found is not None
    return key, found


async def get(running: Running, key: str, **query: Any) -> tuple[int, bytes, Any]:
    headers = {"Authorization": f"Bearer {key}"}
    async with running.http.get(f"{running.url}/api/v1/throughput", params=query, headers=headers) as answer:
        return answer.status, await answer.read(), answer.headers


async def post(running: Running, key: str, body: Any, **query: Any) -> int:
    headers = {"Authorization": f"Bearer {key}"}
    url = f"{running.url}/api/v1/throughput"
    async with running.http.post(url, params=query, headers=headers, data=body) as answer:
        return answer.status


async def test_a_report_from_campus_brings_leave_to_measure_once_each_way(running: Running):
    key, leave = await granted(running)
    assert leave["not_before"] <= time.time() <= leave["not_after"]
    assert leave["max_bytes"] == 1_000_000
    status, body, headers = await get(running, key, bytes=leave["max_bytes"], slot=leave["slot_id"])
    assert (status, len(body), headers["Content-Length"]) == (200, 1_000_000, "1000000")
    assert await post(running, key, b"x" * 1_000_000, slot=leave["slot_id"]) == 200
    assert (await get(running, key, bytes=1))[0] == 429
    assert await post(running, key, b"x") == 429


async def test_leave_is_told_again_until_it_is_used_and_then_not_for_a_day(running: Running):
    key, leave = await granted(running)
    again = await slot(running, key, 2)
    assert again is not None
    # Its times are on the device's clock, which is told from how long the report was on its way.
    for name in ("not_before", "not_after"):
        assert again.pop(name) == pytest.approx(leave.pop(name), abs=5)
    assert again == leave
    await get(running, key, bytes=10)
    assert await slot(running, key, 3) is None
    await post(running, key, b"x")
    assert await slot(running, key, 4) is None


async def test_no_more_is_sent_than_asked_for_and_no_more_than_granted(running: Running):
    key, _ = await granted(running)
    assert len((await get(running, key, bytes=70_000))[1]) == 70_000
    other, _ = await granted(running)
    assert len((await get(running, other, bytes=10**9))[1]) == 1_000_000


async def test_more_than_granted_is_not_taken(running: Running):
    key, leave = await granted(running)

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(17):
            yield b"x" * 65_536

    assert await post(running, key, chunks(), slot=leave["slot_id"]) == 413
    other, _ = await granted(running)
    assert await post(running, other, b"x" * 1_000_001) == 413


async def test_without_leave_a_device_is_told_when_to_come_back(running: Running):
    key = await running.key()
    status, _, headers = await get(running, key, bytes=1000)
    assert (status, headers["Content-Type"]) == (429, "application/problem+json")
    assert int(headers["Retry-After"]) == 300


async def test_only_a_device_key_measures(running: Running):
    assert (await get(running, "nonsense", bytes=1000))[0] == 401
    assert await post(running, "nonsense", b"x") == 401


async def test_another_devices_leave_is_worth_nothing(running: Running):
    _, leave = await granted(running)
    other = await running.key()
    assert (await get(running, other, bytes=1000, slot=leave["slot_id"]))[0] == 429


async def test_a_line_never_has_more_than_two_with_leave(running: Running):
    keys = [await running.key() for _ in range(6)]
    slots = await asyncio.gather(*(slot(running, key) for key in keys))
    assert sum(found is not None for found in slots) == 2


@pytest.mark.parametrize("text", ["0", "-1", "many", "1.5", "٣", "9" * 40])
async def test_a_size_that_is_none_is_refused_and_uses_nothing_up(running: Running, text: str):
    key, _ = await granted(running)
    assert (await get(running, key, bytes=text))[0] == 422
    assert (await get(running, key, bytes=1000))[0] == 200


@pytest.mark.parametrize(
    "sections",
    [
        {"connectivity": {"metered": True}},
        {"links": [{"name": "wwan0", "type": "cellular", "active": True}]},
    ],
    ids=["metered", "cellular"],
)
async def test_who_may_not_measure_gets_no_leave(running: Running, sections: dict[str, Any]):
    status, answer = await running.send(await running.key(), report() | sections)
    assert status == 200
    assert "throughput_slot" not in answer["settings"]


@pytest.mark.parametrize(
    "line",
    [
        School(school_id="lincoln", name="Lincoln", networks=("127.0.0.0/8",)),
        School(school_id="lincoln", name="Lincoln", bandwidth_contracted_bps=10**10, networks=("10.1.0.0/16",)),
        School(school_id="lincoln", name="Lincoln", bandwidth_contracted_bps=10**10),
    ],
    ids=["bandwidth unknown", "away from school", "networks unknown"],
)
async def test_where_nobody_measures(tmp_path: Path, line: School):
    async with school(tmp_path, line) as running:
        assert await slot(running, await running.key()) is None


async def test_a_district_may_switch_it_off(tmp_path: Path):
    async with school(tmp_path, throughput=ThroughputSettings(enabled=False)) as running:
        assert await slot(running, await running.key()) is None


async def test_a_laptop_with_a_wrong_clock_is_told_in_its_own_time(running: Running):
    sent = report() | {"measured_at": time.time() + 7_190, "sent_at": time.time() + 7_200}
    _, answer = await running.send(await running.key(), sent)
    assert answer["settings"]["throughput_slot"]["not_before"] > time.time() + 7_000


async def test_echo_is_tiny_and_for_devices_only(running: Running):
    url = f"{running.url}/api/v1/echo"
    async with running.http.get(url) as answer:
        assert answer.status == 401
    async with running.http.get(url, headers={"Authorization": f"Bearer {await running.key()}"}) as answer:
        assert (answer.status, await answer.read()) == (200, b"{}")
