"""PostgreSQL that restarts, hangs, or dies and is followed by its standby; and a name that nobody resolves."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp
import pytest

import killing
import postgres
from killing import Collector, Ledger
from stack import until

DEVICES = 6
Fault = Callable[[], Awaitable[None]]


async def _load(collector: Collector, http: aiohttp.ClientSession, ledger: Ledger, fault: Fault) -> list[int]:
    """Let devices send, and something happen meanwhile; gives the last sequence that each had acknowledged."""
    stop = asyncio.Event()
    await killing.enrol(collector, ledger, http, DEVICES)
    async with asyncio.TaskGroup() as group:
        sending = [group.create_task(killing.send_until(stop, collector, ledger, http, n)) for n in range(DEVICES)]
        await _until_more(ledger, 30)
        await fault()
        await until(lambda: collector.ready(http), 90, "a collector that is ready again")
        await _until_more(ledger, 60)
        stop.set()
    return [task.result() for task in sending]


async def _until_more(ledger: Ledger, more: int) -> None:
    wanted = ledger.accepted + more

    async def look() -> bool | None:
        return True if ledger.accepted >= wanted else None

    await until(look, 90, "reports to be taken")


async def _check(store_url: str, ledger: Ledger, last: list[int]) -> None:
    found = await killing.stored(store_url)
    for device, newest in enumerate(last):
        sequences, counted = found[device]
        assert ledger.acknowledged[device] <= sequences, "acknowledged and not stored"
        assert sequences <= set(range(1, newest + 2))
        assert counted == len(sequences), "counted twice"
    assert ledger.interrupted, "the fault met nobody"


@pytest.mark.timeout(240)
async def test_postgresql_may_restart_and_hang_and_no_acknowledged_report_is_lost(tmp_path: Path):
    ledger = Ledger()
    with postgres.server() as server:
        async with killing.serving(tmp_path, server.url) as (collector, http):

            async def restart_and_hang() -> None:
                await asyncio.to_thread(server.stop)
                await until(lambda: collector.ready(http, 503), 60, "a collector that is not ready")
                async with http.get(f"{collector.url}/healthz") as answer:
                    assert answer.status == 200, "the process lives, and need not be restarted"
                await asyncio.to_thread(server.start)
                await until(lambda: collector.ready(http), 60, "a collector that is ready again")
                await _until_more(ledger, 30)
                # Half-open: the connections are there, and nothing comes back.
                server.freeze(frozen=True)
                try:
                    await until(lambda: collector.ready(http, 503), 60, "a collector that gives up waiting")
                finally:
                    server.freeze(frozen=False)

            last = await _load(collector, http, ledger, restart_and_hang)
        await _check(collector.store_url, ledger, last)


@pytest.mark.timeout(240)
async def test_a_standby_that_takes_over_has_every_acknowledged_report(tmp_path: Path):
    ledger = Ledger()
    with postgres.server() as first, postgres.standby_of(first) as second:
        both = f"host=127.0.0.1:{first.port}&host=127.0.0.1:{second.port}&target_session_attrs=primary"
        async with killing.serving(tmp_path, f"postgresql://homeroom@/postgres?{both}") as (collector, http):

            async def fail_over() -> None:
                await asyncio.to_thread(first.kill)
                await asyncio.to_thread(second.ask, "SELECT pg_promote()")

            last = await _load(collector, http, ledger, fail_over)
        await _check(second.url, ledger, last)


async def test_a_database_whose_name_nobody_resolves_is_waited_for_and_said(tmp_path: Path):
    collector = Collector(tmp_path, "postgresql://homeroom@database.invalid/homeroom")
    async with aiohttp.ClientSession() as http:
        await collector.start(http, ready=False)
        try:
            await until(lambda: _told(collector), 60, "a collector that says why it waits")
            assert collector.process
            assert collector.process.status is None, "it waits, for a name may be known later"
        finally:
            await collector.end()


async def _told(collector: Collector) -> bool | None:
    text = collector.log.read_text() if collector.log.exists() else ""
    return True if "the store cannot be reached" in text and "trying again in 5 s" in text else None
