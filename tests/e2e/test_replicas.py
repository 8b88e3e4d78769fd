"""Two collectors on one PostgreSQL, killed with -9 in turn: every acknowledged report once, and every target polled.

Leases are half as long as by default, and so is the wait after a kill; what is promised is not.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import sys
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from pathlib import Path

import aiohttp
import pytest
import sqlalchemy as sa

from free_ports import free_port
from homeroom_collector.demo.processes import Child, Children
from homeroom_collector.demo.tokens import make_tokens
from homeroom_collector.history import day
from homeroom_collector.ingest.lanes import Lanes
from homeroom_collector.simulate import files, script, world
from homeroom_collector.simulate.growth import Size, grow
from homeroom_collector.simulate.responder import HAS_ADDRESSES, Responder, serving
from homeroom_collector.store import open_store
from postgres import find, server
from stack import until

DEVICES, KILLS, INTERVAL_SECONDS, PROMISED_SECONDS = 30, 2, 5.0, 30.0
LEASES = {"lease": 6, "renew": 1.5, "catch_up": 4}
LEFT_ALONE_SECONDS = 15.0
SIZE = Size(schools=2, devices=0, switches=16, access_points=8)


class Listening(Responder):
    """Notes when each device was asked."""

    asked: dict[str, list[float]]

    def answer(self, datagram: bytes, local: str) -> bytes | None:
        said = super().answer(datagram, local)
        if said is not None:
            self.asked[local].append(time.monotonic())
        return said


@dataclass
class Promised:
    """Sequences that were acknowledged, by key; and how many answers said that they were new."""

    acknowledged: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))


class Pair:
    """Two collectors of one configuration but for the port."""

    def __init__(self, folder: Path, children: Children, settings: dict[str, object]) -> None:
        self._folder, self._children, self._settings = folder, children, settings
        self.ports = (free_port(), free_port())
        self.running: dict[int, Child] = {}

    def config(self, number: int) -> Path:
        path = self._folder / f"collector-{number}.yml"
        path.write_text(json.dumps({**self._settings, "listen": {"port": self.ports[number]}}))
        return path

    async def start(self, number: int) -> None:
        command = [sys.executable, "-m", "homeroom_collector", "serve", "--config", str(self.config(number))]
        self.running[number] = await self._children.start(f"collector-{number}-{time.monotonic():.0f}", command)

    async def kill(self, number: int) -> None:
        child = self.running.pop(number)
        child.process.send_signal(signal.SIGKILL)
        await child.process.wait()
        self._children.forget(child)


async def ready(http: aiohttp.ClientSession, port: int) -> bool | None:
    with contextlib.suppress(aiohttp.ClientConnectionError):
        async with http.get(f"http://127.0.0.1:{port}/readyz") as answer:
            return answer.status == 200 or None
    return None


async def send_for_ever(http: aiohttp.ClientSession, ports: tuple[int, int], key: str, promised: Promised) -> None:
    """One laptop: sends each report until it is acknowledged, now to one collector and now to the other."""
    sequence, turn = 1, hash(key) % 2
    while True:
        now = time.time()
        body = {"reports": [{"source": "agent", "sequence": sequence, "measured_at": now, "sent_at": now}]}
        turn += 1
        try:
            url = f"http://127.0.0.1:{ports[turn % 2]}/api/v1/reports"
            async with http.post(url, json=body, headers={"Authorization": f"Bearer {key}"}) as answer:
                if answer.status == 200:
                    promised.acknowledged[key].add(sequence)
                    sequence += 1
        except (aiohttp.ClientError, TimeoutError):
            pass  # killed under way: the same report goes to the other one
        await asyncio.sleep(0.1)


@pytest.fixture
def database() -> Iterator[str]:
    if not find("initdb"):
        pytest.skip("needs PostgreSQL's server: apt-get install postgresql")
    with server() as running:
        yield running.url


@pytest.fixture
async def children(tmp_path: Path) -> AsyncIterator[Children]:
    found = Children(tmp_path / "logs")
    yield found
    await found.stop()


async def enrol(http: aiohttp.ClientSession, port: int, token: str, number: int) -> str:
    body = {"token": token, "device": {"platform": "linux", "serial": f"SN-{number:04d}"}}
    async with http.post(f"http://127.0.0.1:{port}/api/v1/enroll", json=body) as answer:
        assert answer.status == 201
        return str((await answer.json())["device_key"])


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.skipif(not HAS_ADDRESSES, reason="needs 127.0.0.0/8, which only Linux has whole")
async def test_kills_lose_no_report_and_leave_no_target_alone(tmp_path: Path, database: str, children: Children):
    made = world.make(grow(SIZE, seed=3), script.Script(), start=date(2026, 9, 8), zone="UTC")
    responder = Listening(made.network, lambda: made.years.instant_of(date(2026, 9, 8)) + 36_000)
    responder.asked = defaultdict(list)
    promised = Promised()
    with serving(responder) as snmp_port:
        files.write(made, tmp_path, snmp_port=snmp_port)
        gear = {"targets_from": ["targets.yml"], "credentials": files.credentials(made.district)}
        settings = {
            "store": {"url": database},
            "schools": {"file": "schools.csv"},
            "replicas": LEASES,
            "snmp": {"interval": INTERVAL_SECONDS, "timeout": 2.0, **gear},
        }
        pair = Pair(tmp_path, children, settings)
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as http:
            await pair.start(0)
            await until(lambda: ready(http, pair.ports[0]), 90, "the first collector")
            await pair.start(1)
            await until(lambda: ready(http, pair.ports[1]), 90, "the second collector")
            school = made.district.schools[0].school_id
            tokens = await make_tokens(pair.config(0), [(school, "3-5")])
            keys = [await enrol(http, pair.ports[n % 2], tokens[school, "3-5"], n) for n in range(DEVICES)]
            async with asyncio.TaskGroup() as group:
                laptops = [group.create_task(send_for_ever(http, pair.ports, key, promised)) for key in keys]
                everything = len(made.district.gear)

                async def all_asked() -> bool | None:
                    return len(responder.asked) == everything or None

                await until(all_asked, 90, "every target polled once")
                began = time.monotonic()
                for turn in range(KILLS):
                    await pair.kill(turn % 2)
                    await asyncio.sleep(LEFT_ALONE_SECONDS)
                    await pair.start(turn % 2)
                    await until(lambda port=pair.ports[turn % 2]: ready(http, port), 90, "a collector that is back")
                ended = time.monotonic()
                for laptop in laptops:
                    laptop.cancel()
    gaps = {address: gap(moments, began, ended) for address, moments in responder.asked.items()}
    assert max(gaps.values()) <= INTERVAL_SECONDS + PROMISED_SECONDS, sorted(gaps.values())[-5:]
    await every_acknowledged_report_is_there_once(database, promised)


def gap(moments: list[float], began: float, ended: float) -> float:
    """The longest time in which a device was not asked."""
    inside = [began, *(each for each in moments if began <= each <= ended), ended]
    return max(after - before for before, after in pairwise(inside))


async def every_acknowledged_report_is_there_once(database: str, promised: Promised) -> None:
    query = "SELECT k.key_id, l.seen, l.today FROM latest l JOIN device_keys k ON k.device_number = l.device_number"
    async with open_store(database) as store:
        rows = await store.read(lambda connection: list(connection.execute(sa.text(query))))
        over = "SELECT coalesce(sum(d.reports), 0) FROM daily d JOIN device_keys k ON k.device_number = d.device_number"
        ended = await store.read(lambda connection: connection.execute(sa.text(over)).scalar_one())
    kept = {row.key_id: row for row in rows}
    counted = 0
    for key, sequences in promised.acknowledged.items():
        row = kept[key.partition(".")[0]]
        seen = Lanes(row.seen).of("")
        assert all(sequence in seen for sequence in sequences)
        assert len(seen) in (len(sequences), len(sequences) + 1), "one more at most: the answer to it was lost"
        counted += len(seen)
    assert counted == ended + sum(day.read(row.today).reports for row in rows)
    assert counted > 100
