"""A real collector on either kind of store that is killed again and again while devices send, with a ledger."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import aiohttp
import sqlalchemy as sa

import zygote
from free_ports import free_port
from homeroom_collector.config import load
from homeroom_collector.demo.tokens import make_tokens
from homeroom_collector.ingest.seen import Seen
from homeroom_collector.store import Store
from stack import until

LIMIT_SECONDS = 90


@dataclass
class Ledger:
    """What each device sent and what it was promised. ``acknowledged`` are sequences of answers that arrived."""

    keys: list[str] = field(default_factory=list)
    acknowledged: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    accepted: int = 0
    duplicates: int = 0
    interrupted: int = 0


class Collector:
    """The real process, started again whenever it was killed. ``limits`` are set before it starts."""

    def __init__(self, folder: Path, url: str = "sqlite:///homeroom.db", **sections: Any) -> None:
        self.port, self.config, self.log = free_port(), folder / "collector.yml", folder / "log"
        (folder / "schools.csv").write_text("school_id,name\nlincoln,Lincoln\n")
        settings = {"listen": {"port": self.port}, "store": {"url": url}, "schools": {"file": "schools.csv"}}
        self.config.write_text(json.dumps(settings | sections))
        self.store_url = load(self.config).store.url
        self.limits: dict[int, int] = {}
        self.process: zygote.Process | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self, http: aiohttp.ClientSession, *, ready: bool = True) -> None:
        words = ["serve", "--config", str(self.config)]
        self.process = await zygote.start(words, out=self.log, err=self.log, limits=self.limits)
        if ready:
            await until(lambda: self.ready(http), 60, "a ready collector")

    async def ready(self, http: aiohttp.ClientSession, status: int = 200) -> bool | None:
        with contextlib.suppress(aiohttp.ClientError, TimeoutError):
            async with http.get(f"{self.url}/readyz") as answer:
                return True if answer.status == status else None
        return None

    async def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        assert self.process
        return await self.process.end(number)

    async def command(self, *words: str) -> tuple[int, str, str]:
        """Type one of Homeroom's commands beside it: exit status, what was printed, what was complained of."""
        with tempfile.TemporaryDirectory() as folder:
            out, err = Path(folder) / "out", Path(folder) / "err"
            process = await zygote.start([*words, "--config", str(self.config)], out=out, err=err)
            status = await asyncio.wait_for(process.wait(), 120)
            return status, out.read_text(), err.read_text()


@asynccontextmanager
async def serving(
    folder: Path, url: str = "sqlite:///homeroom.db", **sections: Any
) -> AsyncIterator[tuple[Collector, aiohttp.ClientSession]]:
    """A collector and one client of it; whatever runs in the end is stopped."""
    collector = Collector(folder, url, **sections)
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as http:
        try:
            await collector.start(http)
            yield collector, http
        finally:
            if collector.process is not None:
                await collector.end()


async def enrol(collector: Collector, ledger: Ledger, http: aiohttp.ClientSession, devices: int) -> None:
    token = (await make_tokens(collector.config, [("lincoln", "")]))["lincoln", ""]
    for device in range(devices):
        body = {"token": token, "device": {"platform": "linux", "serial": f"SER{device:04d}"}}
        async with http.post(f"{collector.url}/api/v1/enroll", json=body) as answer:
            ledger.keys.append((await answer.json())["device_key"])


async def run(folder: Path, url: str, *, reports: int, devices: int, kills: int, seconds: float) -> Ledger:
    """Send so many reports from so many devices, kill the collector so often, and check what is stored."""
    ledger = Ledger()
    async with serving(folder, url) as (collector, http):
        await enrol(collector, ledger, http, devices)
        async with asyncio.timeout(seconds), asyncio.TaskGroup() as group:
            each = reports // devices
            sending = [group.create_task(send_all(collector, ledger, http, n, each)) for n in range(devices)]
            await _kill_again_and_again(collector, ledger, http, sending, reports, kills)
    assert ledger.interrupted, "no kill met a request under way"
    await check(collector.store_url, ledger, reports // devices)
    return ledger


async def _kill_again_and_again(
    collector: Collector,
    ledger: Ledger,
    http: aiohttp.ClientSession,
    sending: list[asyncio.Task[None]],
    reports: int,
    kills: int,
) -> None:
    chance = Random()
    for kill in range(1, kills + 1):
        # At a random moment of each share of the work, however fast the machine is.
        moment = reports * (kill - chance.random()) / (kills + 1)
        while ledger.accepted < moment and not all(task.done() for task in sending):
            await asyncio.sleep(0.002)
        await asyncio.sleep(chance.uniform(0, 0.02))
        await collector.end(signal.SIGKILL)
        await collector.start(http)


async def send_all(
    collector: Collector, ledger: Ledger, http: aiohttp.ClientSession, device: int, count: int, first: int = 1
) -> None:
    """Send a device's reports in random order and batches; what was not acknowledged is sent again, as agents do."""
    chance = Random(device)
    waiting = list(range(first, first + count))
    chance.shuffle(waiting)
    while waiting:
        batch = waiting[: chance.choice((1, 1, 2, 7))]
        if await send(collector, ledger, http, device, batch):
            del waiting[: len(batch)]
        else:
            await asyncio.sleep(0.05)


async def send_until(
    stop: asyncio.Event, collector: Collector, ledger: Ledger, http: aiohttp.ClientSession, device: int
) -> int:
    """Send a device's reports one after the other until told to stop; gives the last sequence that was acknowledged."""
    last = 0
    while not stop.is_set():
        if await send(collector, ledger, http, device, [last + 1]):
            last += 1
        else:
            await asyncio.sleep(0.05)
    return last


async def send(
    collector: Collector, ledger: Ledger, http: aiohttp.ClientSession, device: int, sequences: list[int]
) -> bool:
    """One request; True where it was acknowledged. A refusal to come back later is no acknowledgement."""
    now = time.time()
    # Over three days, so that days end and begin again.
    rows = [
        {"source": "agent", "sequence": n, "measured_at": now - n % 3 * 86_400, "sent_at": now}
        | {"cpu": {"usage_ratio": 0.5}}
        for n in sequences
    ]
    headers = {"Authorization": f"Bearer {ledger.keys[device]}"}
    try:
        async with http.post(f"{collector.url}/api/v1/reports", json={"reports": rows}, headers=headers) as answer:
            if answer.status == 503:
                assert "Retry-After" in answer.headers
                ledger.interrupted += 1
                return False
            assert answer.status == 200, await answer.text()
            taken = await answer.json()
    except (aiohttp.ClientError, TimeoutError):
        ledger.interrupted += 1
        return False
    assert taken["accepted"] + taken["duplicates"] == len(sequences)
    ledger.acknowledged[device] |= set(sequences)
    ledger.accepted += len(sequences)
    ledger.duplicates += taken["duplicates"]
    return True


async def stored(store_url: str) -> dict[int, tuple[set[int], int]]:
    """What the store has: of each device, by its place in the ledger, the sequences taken and the reports counted.

    Network gear, whose sequences are moments, is left out.
    """
    store = Store(store_url)
    ours = "FROM devices LEFT JOIN latest ON device_number = number WHERE device_class = 'computer' ORDER BY number"
    try:
        rows = await store.read(lambda c: c.execute(sa.text(f"SELECT number, seen, today {ours}")).all())
        query = sa.text("SELECT device_number, sum(reports) FROM daily GROUP BY 1")
        days = await store.read(lambda c: {number: int(count) for number, count in c.execute(query)})
    finally:
        await store.close()
    return {
        place: (_sequences(seen), days.get(number, 0) + (json.loads(today)[1] if today else 0))
        for place, (number, seen, today) in enumerate(rows)
        if seen is not None
    }


def _sequences(seen: str) -> set[int]:
    text = str(Seen(seen))
    ends = [part.partition("-") for part in text.split(",") if part]
    return {n for first, _, last in ends for n in range(int(first), int(last or first) + 1)}


async def check(store_url: str, ledger: Ledger, each: int) -> None:
    """Every acknowledged report is in the store, and each counts on its day, once."""
    found = await stored(store_url)
    assert len(found) == len(ledger.keys)
    for device, (sequences, counted) in found.items():
        assert not ledger.acknowledged[device] - sequences, "acknowledged and not stored"
        assert sequences == set(range(1, each + 1))
        assert counted == each, "a report counts on its day, once"
