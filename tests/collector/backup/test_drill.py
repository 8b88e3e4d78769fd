"""The drill: back up under load, lose the store, restore; and everything that a restore must refuse."""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
import stat
import subprocess
import zipfile
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import aiohttp
import pyrage
import pytest
import sqlalchemy as sa

import killing
from homeroom_collector.store import Connection, open_store
from homeroom_collector.store.schema import devices, metadata
from killing import Collector, Ledger
from postgres import Server
from store_content import Table, content, differences, not_of_between

DEVICES, ROWS = 6, 3
# The kinds of columns, the special ones first, and a value of each for each row.
VALUES: list[tuple[type[Any], tuple[Any, ...]]] = [
    (sa.Boolean, (False, True, True)),
    (sa.Date, (date(2026, 8, 17), date(2028, 2, 29), date(1999, 12, 31))),
    (sa.LargeBinary, (b"", bytes(range(256)), b"\0" * 10_000)),
    (sa.Float, (-0.5, 0.1 + 0.2, 1.7976931348623157e308)),
    (sa.Numeric, (Decimal(0), Decimal("1234.56"), Decimal("-0.01"))),
    (sa.BigInteger, (11, -(2**63), 2**63 - 1)),
    (sa.Integer, (11, 12, 2**31 - 1)),
    (sa.String, ("", 'Zoë\u2028\'s \\N "$$" \t\r\n; --', "\N{PERSON RAISING BOTH HANDS IN CELEBRATION}" * 500)),
]


@pytest.fixture
async def serving(store_url: str, tmp_path: Path) -> AsyncIterator[tuple[Collector, aiohttp.ClientSession]]:
    """A collector on each kind of store."""
    async with killing.serving(tmp_path, store_url) as running:
        yield running


async def test_a_restore_brings_back_every_fact_of_the_backups_moment(
    serving: tuple[Collector, aiohttp.ClientSession], tmp_path: Path
):
    (collector, http), ledger, file, stop = serving, Ledger(), tmp_path / "homeroom.backup", asyncio.Event()
    await killing.enrol(collector, ledger, http, DEVICES + 1)
    assert await killing.send(collector, ledger, http, DEVICES, [1, 2, 3]), "one has its say, and is quiet from then on"
    async with asyncio.TaskGroup() as group:
        sending = [group.create_task(killing.send_until(stop, collector, ledger, http, n)) for n in range(DEVICES)]
        while ledger.accepted < 100:
            await asyncio.sleep(0.01)
        before = {device: max(taken) for device, taken in ledger.acknowledged.items()}
        facts_before = await content(collector.store_url)
        status, out, err = await collector.command("backup", str(file))
        assert status == 0, err
        after = {device: max(taken) for device, taken in ledger.acknowledged.items()}
        while ledger.accepted < sum(after.values()) + 100:
            await asyncio.sleep(0.01)
        facts_after = await content(collector.store_url)
        stop.set()
    last = [task.result() for task in sending]
    assert f"{DEVICES + 1} devices" in out
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    status, _, err = await collector.command("restore", str(file), "--replace")
    assert (status, "in use" in err) == (1, True), "a collector was running"
    await collector.end()
    facts = await _content_of(file, collector.store_url, tmp_path)
    assert not_of_between(facts_before, facts, facts_after) == []
    robbed = facts | {"devices": replace(facts["devices"], rows=Counter())}
    assert len(not_of_between(facts_before, robbed, facts_after)) >= DEVICES, "a backup without devices is seen"
    await _lose(collector.store_url)

    status, _, err = await collector.command("restore", str(file))
    assert status == 0, err
    assert differences(facts, await content(collector.store_url)) == [], "every row and column of every table"
    found = await killing.stored(collector.store_url)
    assert len(found) == DEVICES + 1
    for device, (sequences, counted) in found.items():
        newest = max(sequences)
        assert before[device] <= newest <= after[device] + 1, "every report acknowledged before the backup, none later"
        assert sequences == set(range(1, newest + 1))
        assert counted == newest, "each once"
    moments = [max(found[device][0]) for device in range(DEVICES)]
    assert sum(moments) < sum(last), "the load went on during the backup"
    # The collector goes on from there: what agents still have is taken, what is known is a duplicate.
    await collector.start(http)
    for device in range(DEVICES):
        assert await killing.send(collector, ledger, http, device, list(range(1, last[device] + 1)))
    again = await killing.stored(collector.store_url)
    assert [again[device][1] for device in range(DEVICES)] == last


async def test_every_value_of_every_table_comes_back_whatever_it_is(store_url: str, tmp_path: Path):
    collector, file = Collector(tmp_path, store_url), tmp_path / "homeroom.backup"
    async with open_store(store_url) as store:
        tables = await store.write(_fill)
    assert tables == set(metadata.tables)
    facts = await content(store_url)
    assert [name for name, table in facts.items() if not table.rows and name in tables] == []
    assert (await collector.command("backup", str(file)))[0] == 0
    assert differences(facts, await _content_of(file, store_url, tmp_path)) == []
    await _lose(store_url)
    status, _, err = await collector.command("restore", str(file))
    assert status == 0, err
    assert differences(facts, await content(store_url)) == []
    async with open_store(store_url) as store:
        await store.write(lambda connection: connection.execute(sa.update(devices).values(model="other")))
    assert [said.partition(":")[0] for said in differences(facts, await content(store_url))] == ["devices"] * 2, (
        "one value that differs is seen"
    )


def _fill(connection: Connection) -> set[str]:
    """Put rows into every table: ordinary and strange values, and nothing where there may be nothing."""
    found = sa.MetaData()
    found.reflect(connection)
    # A month of the history is filled through the table that it belongs to; the version is there already.
    tables = [table for table in found.sorted_tables if table.name in metadata.tables]
    for table in tables:
        for row in range(ROWS):
            connection.execute(table.insert(), {column.name: _value(column, row) for column in table.columns})
    return {table.name for table in tables}


def _value(column: sa.Column[Any], row: int) -> Any:
    """A value that differs from row to row, and is the same in a column and in the one that it refers to."""
    if row == 0 and column.nullable and not column.primary_key:
        return None
    return next(values for kind, values in VALUES if isinstance(column.type, kind))[row]


async def _content_of(file: Path, store_url: str, folder: Path) -> dict[str, Table]:
    """What a backup holds, read by the database's own means instead of ours."""
    plain = folder / "unzipped"
    with zipfile.ZipFile(file) as archive:
        plain.write_bytes(archive.read("data"))
    if store_url.startswith("sqlite"):
        return await content(f"sqlite:///{plain}")
    beside = f"{store_url}_beside"
    for command in (
        ["createdb", f"--maintenance-db={store_url}", beside.rpartition("/")[2]],
        ["pg_restore", "-O", "-d", beside, str(plain)],
    ):
        done = await asyncio.to_thread(subprocess.run, command, capture_output=True, timeout=60, text=True)
        assert done.returncode == 0, done.stderr
    return await content(beside)


async def _lose(store_url: str) -> None:
    if store_url.startswith("sqlite"):
        for file in Path(store_url.removeprefix("sqlite:///")).parent.glob("homeroom.db*"):
            file.unlink()
        return
    import asyncpg

    connection = await asyncpg.connect(store_url)
    try:
        await connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    finally:
        await connection.close()


@pytest.fixture
async def collector(tmp_path: Path) -> Collector:
    """One that ran, and has stopped, on SQLite."""
    async with killing.serving(tmp_path) as (running, http):
        await killing.enrol(running, Ledger(), http, 2)
    return running


@pytest.fixture
async def backup(collector: Collector, tmp_path: Path) -> Path:
    file = tmp_path / "night.backup"
    assert (await collector.command("backup", str(file)))[0] == 0
    return file


async def test_a_store_with_something_in_it_is_replaced_only_on_demand_and_kept_aside(
    collector: Collector, backup: Path, tmp_path: Path
):
    status, _, err = await collector.command("restore", str(backup))
    assert (status, "--replace" in err, "devices" in err) == (1, True, True)
    status, out, err = await collector.command("restore", str(backup), "--replace")
    assert (status, "2 devices" in out) == (0, True)
    (aside,) = tmp_path.glob("homeroom.db.before-restore-*")
    assert str(aside) in err
    with closing(sqlite3.connect(aside)) as old:
        assert old.execute("SELECT count(*) FROM devices").fetchone() == (2,)


async def test_a_damaged_store_can_be_replaced(collector: Collector, backup: Path, tmp_path: Path):
    (tmp_path / "homeroom.db").write_bytes(b"\0" * 200_000)
    status, _, err = await collector.command("restore", str(backup))
    assert (status, "--replace" in err) == (1, True)
    assert (await collector.command("restore", str(backup), "--replace"))[0] == 0
    assert "SER0001" in (await collector.command("devices"))[1]


async def test_a_backup_for_an_age_recipient_opens_with_its_identity_only(collector: Collector, tmp_path: Path):
    identity, other, file = tmp_path / "identity", tmp_path / "other", tmp_path / "night.age"
    key = pyrage.x25519.Identity.generate()
    identity.write_text(f"# made for the drill\n{key}\n")
    other.write_text(str(pyrage.x25519.Identity.generate()))
    status, out, _ = await collector.command("backup", str(file), "--recipient", str(key.to_public()))
    assert (status, "encrypted" in out) == (0, True)
    assert file.read_bytes().startswith(b"age-encryption.org/v1")
    assert b"SER0001" not in file.read_bytes()
    for words, says in (((), "--identity"), (("--identity", str(other)), "cannot be decrypted")):
        status, _, err = await collector.command("restore", str(file), "--replace", *words)
        assert (status, says in err) == (1, True)
    assert (await collector.command("restore", str(file), "--replace", "--identity", str(identity)))[0] == 0
    assert "SER0001" in (await collector.command("devices"))[1]


async def test_a_recipient_that_is_none_is_said_before_anything_is_written(collector: Collector, tmp_path: Path):
    status, _, err = await collector.command("backup", str(tmp_path / "x"), "--recipient", "age1nonsense")
    assert (status, "no age recipient" in err) == (1, True)
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("where", [0.2, 0.5, 0.8])
async def test_a_backup_with_a_flipped_bit_is_refused_and_nothing_is_replaced(
    collector: Collector, backup: Path, tmp_path: Path, where: float
):
    before = (tmp_path / "homeroom.db").read_bytes()
    body = bytearray(backup.read_bytes())
    body[int(len(body) * where)] ^= 0x10
    backup.write_bytes(body)
    status, _, err = await collector.command("restore", str(backup), "--replace")
    assert (status, "damaged" in err or "no backup" in err) == (1, True), err
    assert (tmp_path / "homeroom.db").read_bytes() == before


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"revision": "9999"}, "update Homeroom"),
        ({"format": 2}, "newer Homeroom"),
        ({"kind": "postgresql"}, "backup of postgresql"),
        ({"rows": {"devices": 7}}, "devices"),
        ({"data_sha256": "0" * 64}, "damaged"),
    ],
)
async def test_a_backup_that_does_not_fit_is_refused(
    collector: Collector, backup: Path, changed: dict[str, object], says: str
):
    _with_manifest(backup, changed)
    status, _, err = await collector.command("restore", str(backup), "--replace")
    assert (status, says in err) == (1, True), err


def _with_manifest(backup: Path, changed: dict[str, object]) -> None:
    with zipfile.ZipFile(backup) as archive:
        data, manifest = archive.read("data"), json.loads(archive.read("manifest.json"))
    with zipfile.ZipFile(backup, "w") as archive:
        archive.writestr("data", data)
        archive.writestr("manifest.json", json.dumps(manifest | changed))


async def test_a_backup_that_cannot_be_written_leaves_the_one_before(
    collector: Collector, backup: Path, tmp_path: Path
):
    before = backup.read_bytes()
    status, _, err = await collector.command("backup", str(tmp_path / "nowhere" / "night.backup"))
    assert (status, "cannot be written to" in err) == (1, True)
    (tmp_path / "homeroom.db").unlink()
    status, _, err = await collector.command("backup", str(backup))
    assert (status, "no store" in err) == (1, True)
    assert backup.read_bytes() == before
    assert not list(tmp_path.glob(".*partial"))


async def test_check_reads_the_whole_backup_and_touches_no_store(collector: Collector, backup: Path, tmp_path: Path):
    shutil.move(tmp_path / "homeroom.db", tmp_path / "away")
    status, out, _ = await collector.command("restore", str(backup), "--check")
    assert (status, "in order; 2 devices" in out) == (0, True)
    assert not (tmp_path / "homeroom.db").exists()


async def test_a_restore_on_postgresql_that_fails_changes_nothing(
    postgresql: Server, postgresql_url: str, tmp_path: Path
):
    async with killing.serving(tmp_path, postgresql_url) as (running, http):
        await killing.enrol(running, Ledger(), http, 2)
    file = tmp_path / "night.backup"
    assert (await running.command("backup", str(file)))[0] == 0
    with zipfile.ZipFile(file) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        half = archive.read("data")[: manifest["data_bytes"] // 2]
    import hashlib

    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("data", half)
        whole = manifest | {"data_bytes": len(half), "data_sha256": hashlib.sha256(half).hexdigest()}
        archive.writestr("manifest.json", json.dumps(whole))
    status, _, err = await running.command("restore", str(file), "--replace")
    assert (status, "psql" in err or "pg_restore" in err) == (1, True), err
    assert "SER0001" in (await running.command("devices"))[1]
