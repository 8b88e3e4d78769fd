"""The collector as agents meet it: real HTTP, a real store."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from collector.collecting import Running, collecting, report, settings_at


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Running]:
    async with collecting(settings_at(tmp_path)) as running:
        yield running


async def test_a_device_enrols_with_a_token_and_its_reports_are_taken_once(running: Running):
    key = await running.key(serial="C02XK1")
    sent = report(uptime={"uptime_seconds": 60.0})
    assert await running.send(key, sent) == (200, await running.answer(accepted=1))
    assert await running.send(key, sent) == (200, await running.answer(duplicates=1))
    assert await running.rows("SELECT seen FROM latest") == [("1",)]
    assert await running.rows("SELECT json_extract(today, '$[1]') FROM latest") == [(1,)]


async def test_a_zipped_report_is_taken_like_a_plain_one(running: Running):
    import json

    body = json.dumps({"reports": [report(1), report(2)]}).encode()
    assert await running.zipped(await running.key(), body) == (200, await running.answer(accepted=2))


async def test_the_probes_of_a_load_balancer_are_answered(running: Running):
    for path in ("/healthz", "/readyz"):
        async with running.http.get(running.url + path) as answer:
            assert answer.status == 200
