"""A laptop that was set up again, and two that share a key: events say so, and each becomes itself."""

import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from collector.collecting import Running, collecting, report, settings_at


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Running]:
    async with collecting(settings_at(tmp_path)) as running:
        yield running


async def heard_at(running: Running, moment: float) -> None:
    """Pretend that all devices were last heard then."""
    query = f"UPDATE latest SET received_at = {moment}"
    await running.collector.store.write(lambda connection: connection.exec_driver_sql(query))


async def events(running: Running) -> list[str]:
    return [kind for (kind,) in await running.rows("SELECT kind FROM device_events ORDER BY event_id")]


def numbered(sequence: int, *, age: float = 0.0, **changed: Any) -> dict[str, Any]:
    now = time.time()
    return report(sequence) | {"measured_at": now - age, "sent_at": now} | changed


async def test_a_laptop_that_was_set_up_again_comes_back_as_itself_with_a_new_key(running: Running):
    _, first = await running.enroll(serial="C02XK1")
    _, again = await running.enroll(serial="C02XK1")
    assert first["device_id"] == again["device_id"]
    assert (await running.send(first["device_key"], report(1)))[0] == 401
    assert (await running.send(again["device_key"], report(1)))[0] == 200
    assert await events(running) == ["enrolled", "reenrolled"]


async def test_a_copy_that_says_another_serial_number_has_to_enrol_and_nothing_of_it_is_kept(running: Running):
    key = await running.key(serial="C02XK1")
    await running.send(key, report(1, identity={"platform": "linux", "serial": "C02XK1"}))
    status, answer = await running.send(key, report(2, identity={"platform": "linux", "serial": "5CD1234"}))
    assert status == 401
    assert "two machines" in answer["detail"]
    assert await running.rows("SELECT seen FROM latest") == [("1",)]
    assert await events(running) == ["enrolled", "cloned"]
    assert (await running.send(key, report(3)))[0] == 401


async def test_a_copy_that_numbers_its_reports_alike_is_told_by_when_it_measured(running: Running):
    key = await running.key()
    await running.send(key, numbered(1), numbered(2))
    await heard_at(running, time.time() - 300)
    assert (await running.send(key, numbered(1)))[0] == 401
    assert await events(running) == ["enrolled", "cloned"]


async def test_both_machines_enrol_and_each_keeps_its_reports(running: Running):
    key = await running.key()
    await running.send(key, numbered(1))
    await heard_at(running, time.time() - 300)
    late = numbered(1)
    assert (await running.send(key, late))[0] == 401
    one, other = await running.key(), await running.key()
    assert (await running.send(one, late))[1]["accepted"] == 1
    assert (await running.send(other, numbered(1)))[1]["accepted"] == 1


@pytest.mark.parametrize(
    "again",
    [
        {"age": 400.0},
        {"age": -60.0},
        {"sent_at": None},
    ],
    ids=["the answer was lost", "a clock that leapt", "no moment of sending"],
)
async def test_a_repetition_is_no_copy(running: Running, again: dict[str, Any]):
    key = await running.key()
    await running.send(key, numbered(1))
    await heard_at(running, time.time() - 300)
    status, answer = await running.send(key, numbered(1, **again))
    assert (status, answer.get("duplicates")) == (200, 1)
    assert await events(running) == ["enrolled"]


async def test_a_serial_number_that_the_firmware_made_up_proves_nothing(running: Running):
    key = await running.key(serial="C02XK1")
    for number, serial in enumerate(("To be filled by O.E.M.", "c02xk1 ", "0")):
        sent = report(number, identity={"platform": "linux", "serial": serial})
        assert (await running.send(key, sent))[0] == 200


async def test_a_disk_that_goes_back_at_every_start_loses_its_key_once_a_day_only(running: Running):
    for expected in (401, 200):
        key = await running.key(serial="FROZEN1")
        await running.send(key, numbered(1))
        await heard_at(running, time.time() - 300)
        assert (await running.send(key, numbered(1)))[0] == expected
    assert await events(running) == ["enrolled", "cloned", "reenrolled"]
