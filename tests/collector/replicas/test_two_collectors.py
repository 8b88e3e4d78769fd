"""Two collectors on one PostgreSQL behave as one: what one is told, both know, and nothing counts twice."""

import asyncio
import json
import time
from collections.abc import AsyncIterator

import pytest

from collector.collecting import Running, collecting, report
from homeroom_collector.config import Settings, StoreSettings
from homeroom_collector.history import day
from homeroom_collector.store import keys
from stack import until


@pytest.fixture
async def pair(postgresql_url: str) -> AsyncIterator[tuple[Running, Running]]:
    settings = Settings(store=StoreSettings(url=postgresql_url))
    async with collecting(settings) as one, collecting(settings) as two:
        yield one, two


async def known(running: Running, device_id: str, boots: int | None = None) -> bool | None:
    """Whether a collector's fleet shows a device, and its newest report."""
    member = running.collector.fleet.member(device_id)
    if member is None:
        return None
    if boots is None:
        return True
    async with running.http.get(f"{running.url}/metrics") as answer:
        text = await answer.text()
    return (
        f'device="{device_id}"}} {boots}'
        in "\n".join(line for line in text.splitlines() if line.startswith("homeroom_device_boots_total"))
        or None
    )


async def test_what_one_is_told_the_other_shows(pair: tuple[Running, Running]):
    one, two = pair
    status, given = await one.enroll(serial="SN-1")
    assert status == 201
    key, device_id = given["device_key"], given["device_id"]
    await until(lambda: known(two, device_id), 60, "a device that enrolled at the other")
    assert (await one.send(key, report(1, uptime={"boots_total": 7})))[1]["accepted"] == 1
    await until(lambda: known(two, device_id, 7), 60, "a report that the other took")
    assert (await two.send(key, report(2, uptime={"boots_total": 8})))[1]["accepted"] == 1
    await until(lambda: known(one, device_id, 8), 60, "a report back")
    assert one.collector.registry.get_sample_value("homeroom_replica_devices_followed_total") >= 1


async def test_a_report_that_is_sent_to_both_counts_once(pair: tuple[Running, Running]):
    one = pair[0]
    key = await one.key()
    bodies = [json.dumps({"reports": [report(number) for number in range(1, 21)]}).encode()] * 6
    answers = await asyncio.gather(*(each.post(key, body) for body in bodies for each in pair))
    assert [status for status, _ in answers] == [200] * 12
    assert sum(answer["accepted"] for _, answer in answers) == 20
    ((seen, today),) = await one.rows("SELECT seen, today FROM latest")
    assert "1-20" in seen
    assert day.read(today).reports == 20


async def test_the_last_use_of_a_token_is_one_collectors(pair: tuple[Running, Running]):
    token = await pair[0].token(uses_allowed=3)
    answers = await asyncio.gather(
        *(each.enroll(token, serial=f"S{n}-{i}") for n in range(4) for i, each in enumerate(pair))
    )
    assert sorted(status for status, _ in answers) == [201] * 3 + [403] * 5


async def test_a_serial_number_that_enrols_at_both_is_one_device(pair: tuple[Running, Running]):
    token = await pair[0].token()
    answers = await asyncio.gather(*(each.enroll(token, serial="TWIN-0001") for _ in range(4) for each in pair))
    assert [status for status, _ in answers] == [201] * 8
    assert len({given["device_id"] for _, given in answers}) == 1


async def test_a_revoked_key_is_worth_nothing_anywhere(pair: tuple[Running, Running]):
    one, two = pair
    key = await one.key()
    assert (await two.send(key, report(1)))[0] == 200
    ((number,),) = await one.rows("SELECT number FROM devices")
    await one.collector.store.write(lambda connection: keys.revoke_all(connection, number, time.time()))
    for each in pair:

        async def refused(each: Running = each) -> bool | None:
            return (await each.send(key, report(2)))[0] == 401 or None

        await until(refused, 60, "a key that is refused")


async def test_a_line_that_broke_is_caught_up(pair: tuple[Running, Running]):
    one, two = pair
    _, given = await one.enroll(serial="SN-2")
    await until(lambda: known(two, given["device_id"]), 60, "a device that enrolled at the other")
    listening = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' OR query = 'SELECT 1'"
    )
    await one.rows(listening)
    await one.send(given["device_key"], report(1, uptime={"boots_total": 9}))
    await until(lambda: known(two, given["device_id"], 9), 60, "a report of the time without a line")
