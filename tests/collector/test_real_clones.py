"""Copies of a laptop's disk, made of the agent's real parts, before a real collector."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from agent_laptop import Laptop, LaptopClock
from collector.collecting import Running, collecting, settings_at
from homeroom_agent.config import load


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Running]:
    async with collecting(settings_at(tmp_path)) as running:
        yield running


class _Now(LaptopClock):
    """The laptop's clock, right by now; ``now`` is passed on by hand for what was long ago."""

    def wall(self) -> float:
        return time.time() + self.error

    def steady(self) -> float:
        return time.monotonic() + self.now


def with_token(laptop: Laptop, token: str) -> Laptop:
    laptop.clock = _Now()
    text = (laptop.folder / "agent.toml").read_text().replace('token = "token"', f'token = "{token}"')
    (laptop.folder / "agent.toml").write_text(text)
    environment = {"HOMEROOM_AGENT_SPOOL_DIRECTORY": str(laptop.folder / "state")}
    laptop.config = load(laptop.folder / "agent.toml", environment)
    return laptop


async def report_once(laptop: Laptop) -> None:
    await asyncio.to_thread(laptop.measure)
    await asyncio.to_thread(laptop.send)


async def devices(running: Running) -> list[str]:
    return [seen for (seen,) in await running.rows("SELECT seen FROM latest ORDER BY device_number")]


async def silent_for(running: Running, seconds: float) -> None:
    query = f"UPDATE latest SET received_at = received_at - {seconds}"
    await running.collector.store.write(lambda connection: connection.exec_driver_sql(query))


async def test_two_machines_of_one_image_without_serial_numbers_part_and_lose_nothing(running: Running, tmp_path: Path):
    token = await running.token()
    one = with_token(Laptop(tmp_path / "one", running.url, serial=""), token)
    await report_once(one)
    other = with_token(one.copy_of_disk(tmp_path / "other", serial=""), token)
    await report_once(one)
    await silent_for(running, 300)
    await report_once(other)  # the same number, measured since: both keys die, and this one enrols at once
    await report_once(one)
    assert await running.rows("SELECT count(*) FROM devices") == [(3,)]  # the image, and each machine
    taken = [seen.count("-") + 1 if seen else 0 for seen in await devices(running)]
    assert taken == [2, 1, 1]
    assert (one.waiting(), other.waiting()) == (0, 0)
    assert await running.rows("SELECT count(*) FROM device_events WHERE kind = 'cloned'") == [(1,)]
    await report_once(other)
    await report_once(one)
    assert await running.rows("SELECT count(*) FROM devices") == [(3,)]


async def test_a_laptop_that_was_set_up_again_is_itself_and_an_event_says_so(running: Running, tmp_path: Path):
    token = await running.token()
    await report_once(with_token(Laptop(tmp_path / "before", running.url, serial="5CD1"), token))
    await report_once(with_token(Laptop(tmp_path / "after", running.url, serial="5CD1"), token))
    assert await running.rows("SELECT count(*) FROM devices") == [(1,)]
    kinds = await running.rows("SELECT kind FROM device_events ORDER BY event_id")
    assert kinds == [("enrolled",), ("contested",), ("reenrolled",)], "it was heard only just now"
