"""Disks that fail: full, read-only, slow, damaged. What was acknowledged stays, and the collector says what to do."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import aiohttp

import killing
from collector.faults.conftest import Disk
from killing import Ledger
from stack import until


async def test_a_full_disk_loses_nothing_and_ends_without_a_restart(disk: Disk):
    ledger, stop = Ledger(), asyncio.Event()
    async with killing.serving(disk.folder) as (collector, http):
        await killing.enrol(collector, ledger, http, 4)
        async with asyncio.TaskGroup() as group:
            sending = [group.create_task(killing.send_until(stop, collector, ledger, http, n)) for n in range(4)]
            await until(lambda: _more_than(ledger, 20), 60, "reports to be taken")
            with disk.full():
                await until(lambda: collector.ready(http, 503), 60, "a collector that is not ready")
                assert "full" in await _said(http, collector.url)
                assert "homeroom_ingest_failed_commits_total" in await _metrics(http, collector.url)
                assert await _alive(http, collector.url)
            await until(lambda: collector.ready(http), 60, "a collector that is ready again")
            more = ledger.accepted + 20
            await until(lambda: _more_than(ledger, more), 60, "reports to be taken again")
            stop.set()
    assert ledger.interrupted, "nothing was refused"
    await _check(collector.store_url, ledger, [task.result() for task in sending])


async def test_a_disk_that_is_read_only_at_the_start_is_waited_for(disk: Disk):
    ledger = Ledger()
    async with killing.serving(disk.folder) as (collector, http):
        await killing.enrol(collector, ledger, http, 1)
        assert await killing.send(collector, ledger, http, 0, [1])
    collector.log = disk.folder.parent / "log"
    disk.remount("ro")
    async with aiohttp.ClientSession() as http:
        await collector.start(http, ready=False)
        try:
            await until(lambda: _in(collector.log, "trying again in 5 s"), 60, "a collector that says why it waits")
            assert "read-only" in collector.log.read_text()
            disk.remount("rw")
            await until(lambda: collector.ready(http), 60, "a ready collector")
            assert await killing.send(collector, ledger, http, 0, [2])
        finally:
            await collector.end()
    await _check(collector.store_url, ledger, [2])


async def test_a_lock_of_somebody_else_only_delays_the_answer(tmp_path: Path):
    ledger = Ledger()
    async with killing.serving(tmp_path) as (collector, http):
        await killing.enrol(collector, ledger, http, 1)
        with closing(sqlite3.connect(tmp_path / "homeroom.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            sending = asyncio.create_task(killing.send(collector, ledger, http, 0, [1, 2]))
            await asyncio.sleep(2)
            assert not sending.done(), "nothing is acknowledged before it is on disk"
            assert await collector.ready(http), "it still reads"
            other.execute("COMMIT")
        assert await sending
    await _check(collector.store_url, ledger, [2])


async def test_a_damaged_page_is_found_at_the_start_and_the_way_back_is_told(tmp_path: Path):
    ledger = Ledger()
    async with killing.serving(tmp_path) as (collector, http):
        await killing.enrol(collector, ledger, http, 4)
        for device in range(4):
            assert await killing.send(collector, ledger, http, device, list(range(1, 60)))
        assert (await collector.command("backup", str(tmp_path / "night.backup")))[0] == 0
    _damage(tmp_path / "homeroom.db", "latest")

    async with aiohttp.ClientSession() as http:
        await _assert_ends_as_damaged(collector, http)
        status, _, err = await collector.command("restore", str(tmp_path / "night.backup"), "--replace")
        assert status == 0, err
        await collector.start(http)
        assert await killing.send(collector, ledger, http, 0, [60])
        await collector.end()
    await _check(collector.store_url, ledger, [60, 59, 59, 59])


async def test_a_damaged_page_that_no_start_needs_ends_the_collector_too(tmp_path: Path):
    ledger = Ledger()
    async with killing.serving(tmp_path) as (collector, http):
        await killing.enrol(collector, ledger, http, 1)
        assert await killing.send(collector, ledger, http, 0, [1])
    _damage(tmp_path / "homeroom.db", "audit_log")
    async with aiohttp.ClientSession() as http:
        await _assert_ends_as_damaged(collector, http)


async def _assert_ends_as_damaged(collector: killing.Collector, http: aiohttp.ClientSession) -> None:
    """It ends soon after its start, and its last word is the way back."""
    await collector.start(http, ready=False)
    assert collector.process
    assert await asyncio.wait_for(collector.process.wait(), 60) == 1
    said = collector.log.read_text().splitlines()[-1]
    assert "the store is damaged" in said
    assert "homeroom restore FILE --replace" in said


def _damage(file: Path, table: str) -> None:
    """Overwrite the first page of a table."""
    with closing(sqlite3.connect(file)) as store:
        query = "SELECT rootpage FROM sqlite_master WHERE name = ?"
        page = int(store.execute(query, [table]).fetchone()[0])
    body, length = bytearray(file.read_bytes()), 4096
    body[(page - 1) * length : page * length] = bytes(n * 7 % 251 for n in range(length))
    file.write_bytes(body)


async def _more_than(ledger: Ledger, count: int) -> bool | None:
    return True if ledger.accepted > count else None


async def _in(file: Path, text: str) -> bool | None:
    return True if file.exists() and text in file.read_text() else None


async def _said(http: aiohttp.ClientSession, url: str) -> str:
    async with http.get(f"{url}/readyz") as answer:
        return await answer.text()


async def _metrics(http: aiohttp.ClientSession, url: str) -> str:
    async with http.get(f"{url}/metrics") as answer:
        return await answer.text()


async def _alive(http: aiohttp.ClientSession, url: str) -> bool:
    async with http.get(f"{url}/healthz") as answer:
        return answer.status == 200


async def _check(store_url: str, ledger: Ledger, last: list[int]) -> None:
    """The store has what was acknowledged, each once."""
    found = await killing.stored(store_url)
    for device, newest in enumerate(last):
        sequences, counted = found[device]
        assert ledger.acknowledged[device] <= sequences
        # What was written and could not be acknowledged any more may be there, too.
        assert sequences <= set(range(1, newest + 2))
        assert counted == len(sequences)
