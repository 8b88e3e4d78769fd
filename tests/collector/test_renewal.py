"""A device's key is renewed without losing a report, whatever is lost on the way; the old key ends with the new one."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import secrets
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from agent_laptop import Laptop
from collector.collecting import Running, collecting, report, settings_at
from homeroom_agent import identity
from homeroom_agent.config import load
from homeroom_collector.ingest.enrolment_settings import EnrolmentSettings

TESTS = Path(__file__).parents[1]


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Running]:
    """A collector that wants a new key with every report, where another would with every half year."""
    async with collecting(settings_at(tmp_path, enrolment=EnrolmentSettings(key_lifetime=1e-6))) as running:
        yield running


def minted() -> tuple[str, str, str]:
    """A key as a device makes it: the key, and what the collector is told of it."""
    key_id, secret = f"hrk{secrets.token_hex(8)}", secrets.token_urlsafe(32)
    return f"{key_id}.{secret}", key_id, hashlib.sha256(secret.encode()).hexdigest()


async def announce(running: Running, key: str, key_id: str, digest: str) -> int:
    body, headers = {"key_id": key_id, "secret_sha256": digest}, {"Authorization": f"Bearer {key}"}
    async with running.http.post(f"{running.url}/api/v1/key", json=body, headers=headers) as answer:
        return answer.status


async def test_both_keys_work_until_the_new_one_is_used(running: Running):
    old, (new, key_id, digest) = await running.key(), minted()
    status, answer = await running.send(old, report(1))
    assert (status, answer["settings"]["renew_key"]) == (200, True)
    assert await announce(running, old, key_id, digest) == 200
    assert await announce(running, old, key_id, digest) == 200, "the answer was lost, and it is said again"
    assert (await running.send(old, report(2)))[0] == 200
    assert (await running.send(new, report(3)))[0] == 200
    assert (await running.send(old, report(4)))[0] == 401
    assert (await running.send(new, report(4)))[0] == 200
    assert await running.rows("SELECT seen FROM latest") == [("1-4",)]


async def test_a_new_key_that_never_arrived_gives_way_to_the_next(running: Running):
    old, (lost, lost_id, lost_digest), (new, key_id, digest) = await running.key(), minted(), minted()
    assert await announce(running, old, lost_id, lost_digest) == 200
    assert await announce(running, old, key_id, digest) == 200
    assert (await running.send(lost, report(1)))[0] == 401
    assert (await running.send(new, report(1)))[0] == 200
    assert await running.rows("SELECT count(*) FROM device_keys WHERE revoked_at IS NULL") == [(1,)]


async def test_a_key_renews_itself_and_nobody_elses(running: Running):
    mine, other = await running.key(), await running.key()
    _, key_id, digest = minted()
    assert await announce(running, mine, key_id, digest) == 200
    assert await announce(running, other, key_id, digest) == 409
    assert await announce(running, other, other.partition(".")[0], digest) == 409
    assert await announce(running, "hrk0123456789abcdef.nothing", *minted()[1:]) == 401
    assert await announce(running, mine, "hrk", digest) == 422
    assert await announce(running, mine, key_id, "secret") == 422
    assert (await running.send(other, report(1)))[0] == 200


async def test_renewed_keys_outlive_a_restart_of_the_collector(tmp_path: Path):
    settings = settings_at(tmp_path, enrolment=EnrolmentSettings(key_lifetime=1e-6))
    new, key_id, digest = minted()
    async with collecting(settings) as running:
        old = await running.key()
        await announce(running, old, key_id, digest)
    async with collecting(settings) as running:
        assert (await running.send(old, report(1)))[0] == 200
        assert (await running.send(new, report(2)))[0] == 200
        assert (await running.send(old, report(3)))[0] == 401


async def test_keys_that_are_young_are_left_alone(tmp_path: Path):
    async with collecting(settings_at(tmp_path)) as running:
        _, answer = await running.send(await running.key(), report(1))
        assert "renew_key" not in answer["settings"]


async def test_an_agent_does_as_it_is_asked_and_keeps_the_key_to_itself(running: Running, tmp_path: Path):
    laptop = await enrolled(running, tmp_path)
    keys = {of(laptop)}
    for _ in range(3):
        await asyncio.to_thread(laptop.measure)
        await asyncio.to_thread(laptop.send)
        keys.add(of(laptop))
    assert len(keys) == 4
    ((seen,),) = await running.rows("SELECT seen FROM latest")
    first, _, last = seen.partition("=")[2].partition("-")
    assert int(last) - int(first) == 3
    assert await running.rows("SELECT DISTINCT kind FROM device_events") == [("enrolled",)]
    assert (tmp_path / "laptop" / "state" / identity.FILE_NAME).stat().st_mode & 0o077 == 0


async def test_an_agent_goes_back_to_the_key_before_where_the_collector_forgot_the_new_one(
    running: Running, tmp_path: Path
):
    """As after a collector was restored from a backup of an hour ago."""
    laptop = await enrolled(running, tmp_path)
    await running.collector.store.write(
        lambda connection: connection.exec_driver_sql("DELETE FROM device_keys WHERE replaces <> ''")
    )
    await running.collector.keyring.load()
    await asyncio.to_thread(laptop.measure)
    await asyncio.to_thread(laptop.send)
    assert await running.rows("SELECT DISTINCT kind FROM device_events") == [("enrolled",)]
    assert laptop.waiting() == 0


async def enrolled(running: Running, folder: Path) -> Laptop:
    """A laptop that enrolled, sent one report, and was asked for a new key."""
    laptop = Laptop(folder / "laptop", running.url)
    token = {"HOMEROOM_AGENT_COLLECTOR_TOKEN": await running.token()}
    state = {"HOMEROOM_AGENT_SPOOL_DIRECTORY": str(laptop.folder / "state")}
    laptop.config = load(laptop.folder / "agent.toml", token | state)
    await asyncio.to_thread(laptop.measure)
    await asyncio.to_thread(laptop.send)
    return laptop


def of(laptop: Laptop) -> str:
    device = identity.load(laptop.config.directories)
    assert device is not None
    return device.key.reveal()


@pytest.mark.skipif(sys.platform != "linux", reason="kills by ptrace(2)")
@pytest.mark.timeout(300)
async def test_an_agent_killed_at_any_system_call_keeps_a_key_that_works(running: Running, tmp_path: Path):
    program = [
        sys.executable,
        "-m",
        "agent.kill_renewal",
        str(tmp_path / "laptop"),
        running.url,
        await running.token(),
        "4",
    ]
    process = await asyncio.create_subprocess_exec(
        *program, cwd=TESTS, env=os.environ | {"PYTHONPATH": str(TESTS)}, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    assert process.returncode == 0
    outcome = json.loads(out)
    assert outcome["kills"] > 20
    assert outcome["waiting"] == 0
    numbers = outcome["sent"]
    ((seen,),) = await running.rows("SELECT seen FROM latest")
    assert seen.partition("=")[2] == f"{numbers[0]}-{numbers[-1]}"
    assert len(numbers) == numbers[-1] - numbers[0] + 1
    assert await running.rows("SELECT DISTINCT kind FROM device_events") == [("enrolled",)], "it never had to ask again"
