"""The check of a store's pages beside a start."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from homeroom_collector.errors import StoreDamagedError
from homeroom_collector.store import Store, open_store, page_check
from homeroom_collector.store.page_check import PageCheck


@pytest.fixture
async def file(tmp_path: Path) -> Path:
    """A store on disk, whole, with nothing left in its log."""
    file = tmp_path / "homeroom.db"
    async with open_store(f"sqlite:///{file}"):
        pass
    return file


def _damage(file: Path) -> None:
    with closing(sqlite3.connect(file)) as store:
        page = int(store.execute("SELECT rootpage FROM sqlite_master WHERE name = 'audit_log'").fetchone()[0])
    body = bytearray(file.read_bytes())
    body[(page - 1) * 4096 : page * 4096] = bytes(n * 7 % 251 for n in range(4096))
    file.write_bytes(body)


async def test_damage_is_told_to_whoever_waits_for_it_and_raised_for_whoever_asks(file: Path):
    _damage(file)
    store = Store(f"sqlite:///{file}")
    check = PageCheck(store)
    check.raise_if_damaged()
    check.begin()
    await asyncio.wait_for(check.found_damage(), 60)
    with pytest.raises(StoreDamagedError, match="homeroom restore FILE --replace"):
        check.raise_if_damaged()
    await check.end()
    await store.close()


async def test_of_a_whole_store_nothing_is_told_however_it_ends(file: Path, caplog: pytest.LogCaptureFixture):
    caplog.set_level("INFO")
    store = Store(f"sqlite:///{file}")
    check = PageCheck(store)
    check.begin()
    async with asyncio.timeout(60):
        while "every page of the store can be read" not in caplog.text:
            await asyncio.sleep(0.01)
    check.raise_if_damaged()
    await check.end()
    await store.close()


async def test_a_large_store_is_read_only_once_nothing_else_must_be(file: Path, monkeypatch: pytest.MonkeyPatch):
    _damage(file)
    store = Store(f"sqlite:///{file}")
    check = PageCheck(store)
    monkeypatch.setattr(page_check, "_SMALL_BYTES", file.stat().st_size - 1)
    check.begin_if_small()
    await check.end()
    check.raise_if_damaged()
    monkeypatch.setattr(page_check, "_SMALL_BYTES", file.stat().st_size)
    check.begin_if_small()
    check.begin()
    await asyncio.wait_for(check.found_damage(), 60)
    await check.end()
    await store.close()


async def test_a_check_that_nobody_began_can_be_ended(file: Path):
    store = Store(f"sqlite:///{file}")
    await PageCheck(store).end()
    await store.close()


async def test_tables_that_are_to_be_changed_are_looked_at_first(file: Path):
    with closing(sqlite3.connect(file, isolation_level=None)) as store:
        store.execute("UPDATE alembic_version SET version_num = '0019'")
    _damage(file)
    damaged = Store(f"sqlite:///{file}")
    with pytest.raises(StoreDamagedError):
        await damaged.upgrade_when_it_answers(check=True)
    await damaged.close()
    with closing(sqlite3.connect(file)) as store:
        assert store.execute("SELECT version_num FROM alembic_version").fetchone() == ("0019",)
