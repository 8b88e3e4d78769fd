"""A disk that is slow, or hangs: everyone waits, nothing is lost, and somebody is told."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from asyncio import create_task
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

import aiohttp

import killing
from killing import Collector, Ledger
from slow_disk import SlowDisk
from stack import until

DEVICES = 20


@asynccontextmanager
async def serving(collector: Collector, disk: SlowDisk, http: aiohttp.ClientSession) -> AsyncIterator[None]:
    """The collector, on this disk; in the end it is killed."""
    command = [sys.executable, "-m", "homeroom_collector", "serve", "--config", str(collector.config)]
    with collector.log.open("ab") as log:
        process = await asyncio.create_subprocess_exec(*command, env=os.environ | disk.environment, stderr=log)
    try:
        await until(lambda: collector.ready(http), 60, "a ready collector")
        yield
    finally:
        process.kill()
        await process.wait()


async def test_a_disk_that_hangs_delays_everyone_loses_nothing_and_is_told_of(tmp_path: Path):
    collector, disk, ledger = Collector(tmp_path), SlowDisk(tmp_path / "disk"), Ledger()
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=120)) as http:
        with ExitStack() as power_cut:
            async with serving(collector, disk, http):
                await killing.enrol(collector, ledger, http, DEVICES)
                with disk.hanging():
                    sending = [create_task(killing.send(collector, ledger, http, n, [1])) for n in range(DEVICES)]
                    await disk.hung()
                    await _told_of(http, collector)
                    assert not any(task.done() for task in sending), "nothing is acknowledged before it is on disk"
                    syncs = disk.syncs
                assert all(await asyncio.gather(*sending)), "nobody has to send again"
                assert disk.syncs - syncs < DEVICES, "who waited together is written together"
                await until(lambda: collector.ready(http), 60, "a ready collector")
                power_cut.enter_context(disk.hanging())
                cut_off = create_task(killing.send(collector, ledger, http, 0, [2]))
                await disk.hung()
        assert not await cut_off, "it was killed while it waited for the disk"
        await collector.start(http)
        assert await killing.send(collector, ledger, http, 1, [2])
        await collector.end()
    found = await killing.stored(collector.store_url)
    for device, (sequences, counted) in found.items():
        assert ledger.acknowledged[device] <= sequences
        assert counted == len(sequences), "each once"


async def _told_of(http: aiohttp.ClientSession, collector: Collector) -> None:
    """Wait until a load balancer and Prometheus would know."""

    async def everyone() -> bool | None:
        return True if await _measured(http, collector, "homeroom_ingest_queued_reports") == DEVICES else None

    await until(everyone, 60, "everyone to wait")
    await until(lambda: collector.ready(http, 503), 60, "a collector that is not ready")
    assert "the disk is slow or hangs" in await _text(http, f"{collector.url}/readyz")
    assert await _measured(http, collector, "homeroom_ingest_commit_under_way_seconds") > 10
    assert await _text(http, f"{collector.url}/healthz") == "alive\n", "the process need not be restarted"


async def _measured(http: aiohttp.ClientSession, collector: Collector, name: str) -> float:
    found = re.search(rf"^{name} (\S+)$", await _text(http, f"{collector.url}/metrics"), re.MULTILINE)
    assert found, name
    return float(found[1])


async def _text(http: aiohttp.ClientSession, url: str) -> str:
    async with http.get(url) as answer:
        return await answer.text()
