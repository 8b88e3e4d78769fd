"""``kill -9`` of the collector while reports arrive: what was acknowledged is there afterwards, once."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import sqlite3
import sys
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import aiohttp
import pytest

from homeroom_collector.demo.tokens import make_tokens
from homeroom_collector.ingest.seen import Seen
from stack import free_port, until

REPORTS, DEVICES, KILLS = 10_000, 40, 6
LIMIT_SECONDS = 90


@dataclass
class Ledger:
    """What each device sent and what it was promised. ``acknowledged`` are sequences of answers that arrived."""

    keys: list[str] = field(default_factory=list)
    acknowledged: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    accepted: int = 0
    interrupted: int = 0


class Collector:
    """The real process, started again whenever it was killed."""

    def __init__(self, folder: Path) -> None:
        self.port, self.config = free_port(), folder / "collector.yml"
        self.database, self._log = folder / "homeroom.db", folder / "log"
        (folder / "schools.csv").write_text("school_id,name\nlincoln,Lincoln\n")
        settings = {"listen": {"port": self.port}, "store": {"url": "sqlite:///homeroom.db"}}
        self.config.write_text(json.dumps(settings | {"schools": {"file": "schools.csv"}}))
        self._process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self, http: aiohttp.ClientSession) -> None:
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "homeroom_collector",
                "serve",
                "--config",
                str(self.config),
                stdout=log,
                stderr=log,
            )
        await until(lambda: self._ready(http), 30, "a ready collector")

    async def _ready(self, http: aiohttp.ClientSession) -> bool | None:
        with contextlib.suppress(aiohttp.ClientError):
            async with http.get(f"{self.url}/readyz") as answer:
                return True if answer.status == 200 else None
        return None

    async def end(self, number: signal.Signals) -> None:
        assert self._process
        if self._process.returncode is None:
            self._process.send_signal(number)
        await self._process.wait()


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:
        yield session


@pytest.mark.timeout(LIMIT_SECONDS * 2)
async def test_every_acknowledged_report_is_there_once_after_kill_9(tmp_path: Path, http: aiohttp.ClientSession):
    collector, ledger = Collector(tmp_path), Ledger()
    await collector.start(http)
    try:
        await _enrol(collector, ledger, http)
        async with asyncio.timeout(LIMIT_SECONDS), asyncio.TaskGroup() as group:
            devices = [group.create_task(_send_all(collector, ledger, http, device)) for device in range(DEVICES)]
            await _kill_again_and_again(collector, ledger, http, devices)
    finally:
        await collector.end(signal.SIGTERM)
    assert ledger.interrupted, "no kill met a request under way"
    _check(collector.database, ledger)


async def _enrol(collector: Collector, ledger: Ledger, http: aiohttp.ClientSession) -> None:
    token = (await make_tokens(collector.config, [("lincoln", "")]))["lincoln", ""]
    for device in range(DEVICES):
        body = {"token": token, "device": {"platform": "linux", "serial": f"SER{device:04d}"}}
        async with http.post(f"{collector.url}/api/v1/enroll", json=body) as answer:
            ledger.keys.append((await answer.json())["device_key"])


async def _kill_again_and_again(
    collector: Collector, ledger: Ledger, http: aiohttp.ClientSession, devices: list[asyncio.Task[None]]
) -> None:
    chance = Random()
    for kill in range(1, KILLS + 1):
        # At a random moment of each share of the work, however fast the machine is.
        moment = REPORTS * (kill - chance.random()) / (KILLS + 1)
        while ledger.accepted < moment and not all(device.done() for device in devices):
            await asyncio.sleep(0.002)
        await asyncio.sleep(chance.uniform(0, 0.02))
        await collector.end(signal.SIGKILL)
        await collector.start(http)


async def _send_all(collector: Collector, ledger: Ledger, http: aiohttp.ClientSession, device: int) -> None:
    """Send a device's reports in random order and batches; what was not acknowledged is sent again, as agents do."""
    chance = Random(device)
    waiting = list(range(1, REPORTS // DEVICES + 1))
    chance.shuffle(waiting)
    while waiting:
        batch = waiting[: chance.choice((1, 1, 2, 7))]
        if await _send(collector, ledger, http, device, batch):
            del waiting[: len(batch)]
        else:
            await asyncio.sleep(0.05)


async def _send(
    collector: Collector, ledger: Ledger, http: aiohttp.ClientSession, device: int, sequences: list[int]
) -> bool:
    now = time.time()
    reports = [
        # Over three days, so that days end and begin again.
        {
            "source": "agent",
            "sequence": n,
            "measured_at": now - n % 3 * 86_400,
            "sent_at": now,
            "cpu": {"usage_ratio": 0.5},
        }
        for n in sequences
    ]
    headers = {"Authorization": f"Bearer {ledger.keys[device]}"}
    try:
        async with http.post(f"{collector.url}/api/v1/reports", json={"reports": reports}, headers=headers) as answer:
            assert answer.status == 200, await answer.text()
            taken = await answer.json()
    except (aiohttp.ClientError, TimeoutError):
        ledger.interrupted += 1
        return False
    assert taken["accepted"] + taken["duplicates"] == len(sequences)
    ledger.acknowledged[device] |= set(sequences)
    ledger.accepted += len(sequences)
    return True


def _check(database: Path, ledger: Ledger) -> None:
    with contextlib.closing(sqlite3.connect(database)) as store:
        assert store.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        rows = store.execute("SELECT device_number, seen, json_extract(today, '$[1]') FROM latest").fetchall()
        daily = dict(store.execute("SELECT device_number, sum(reports) FROM daily GROUP BY 1").fetchall())
    assert len(rows) == DEVICES
    for number, seen, today in rows:
        assert str(Seen(seen)) == f"1-{REPORTS // DEVICES}"
        assert ledger.acknowledged[number - 1] == set(range(1, REPORTS // DEVICES + 1))
        assert daily.get(number, 0) + today == REPORTS // DEVICES, "each report counts on its day, once"
