"""A clock that jumps, and a process that may open no more files."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import time
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

import killing
from collector.collecting import SCHOOLS, Running, report, settings_at
from homeroom_collector.app import build
from homeroom_collector.clock import Clock
from homeroom_collector.ingest.seen import Seen
from homeroom_collector.store import open_store, schools
from killing import Collector, Ledger
from stack import until

DAY = 86_400.0


class Jumping(Clock):
    """The system's clock, and what somebody set it wrong by."""

    wrong_by = 0.0

    def __call__(self) -> float:
        return time.time() + type(self).wrong_by


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Running]:
    settings = settings_at(tmp_path)
    async with open_store(settings.store.url) as store:
        await store.write(lambda connection: schools.put(connection, SCHOOLS))
    Jumping.wrong_by = 0.0
    app = build(settings, clock=Jumping())
    runner = web.AppRunner(app, access_log=None, auto_decompress=False)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as http:
            yield Running(app, http, f"http://{host}:{port}", runner)
    finally:
        await runner.cleanup()


async def test_a_clock_that_jumps_both_ways_loses_and_repeats_no_report(running: Running):
    key = await running.key(serial="PF3XYZ")
    for sequence, wrong_by in enumerate((0.0, 3 * DAY, 3 * DAY, -3 * DAY, 0.0), start=1):
        Jumping.wrong_by = wrong_by
        assert await running.send(key, report(sequence)) == (200, await running.answer(accepted=1))
        assert await running.send(key, report(sequence)) == (200, await running.answer(duplicates=1))
        assert await running.ready() == 200
    ((seen, today),) = await running.rows("SELECT seen, json_extract(today, '$[1]') FROM latest")
    days = await running.rows("SELECT coalesce(sum(reports), 0) FROM daily")
    assert (str(Seen(seen)), today + days[0][0]) == ("1-5", 5), "each report counts on a day, once"
    async with running.http.get(f"{running.url}/metrics") as answer:
        assert "homeroom_device_last_report_timestamp_seconds" in await answer.text()


async def test_a_process_without_files_left_serves_again_once_they_are_free(tmp_path: Path):
    collector, ledger = Collector(tmp_path), Ledger()
    collector.limits = {resource.RLIMIT_NOFILE: 64}
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as http:
        await collector.start(http)
        try:
            await killing.enrol(collector, ledger, http, 1)
            crowd = await asyncio.gather(*(_connect(collector.port) for _ in range(150)))
            sent = asyncio.create_task(killing.send_until(stop := asyncio.Event(), collector, ledger, http, 0))
            await asyncio.sleep(2)
            assert collector.process
            assert collector.process.status is None, "it lives"
            for writer in crowd:
                writer.close()
            await until(lambda: collector.ready(http), 60, "a collector that serves again")
            before = ledger.accepted
            await until(lambda: _more(ledger, before), 60, "reports to be taken again")
            stop.set()
            last = await sent
        finally:
            await collector.end()
    (sequences, counted) = (await killing.stored(collector.store_url))[0]
    assert ledger.acknowledged[0] <= sequences <= set(range(1, last + 2))
    assert counted == len(sequences)


async def _connect(port: int) -> asyncio.StreamWriter:
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    with contextlib.suppress(ConnectionError):
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n")
    return writer


async def _more(ledger: Ledger, than: int) -> bool | None:
    return True if ledger.accepted > than else None
