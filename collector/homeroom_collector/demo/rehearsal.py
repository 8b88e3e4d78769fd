"""``homeroom simulate``: a pretended district of any size played into a collector of its own, in its own time.

Starts what a district runs (a collector, gear that answers SNMP), enrols every computer while the clock stands still,
then lets time run. Ends by itself, by Ctrl-C or SIGTERM; in every case no program is left.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import socket
import time
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from rich.console import Console

from homeroom_collector.clock import Clock
from homeroom_collector.demo import plan
from homeroom_collector.demo.meter import Meter
from homeroom_collector.demo.processes import Children, python_module
from homeroom_collector.demo.tokens import make_sign_in, make_tokens
from homeroom_collector.simulate import files, stream
from homeroom_collector.simulate.responder import Responder, serving
from homeroom_collector.simulate.sender import AT_ONCE, Sender
from homeroom_collector.simulate.stream import Pace
from homeroom_collector.simulate.world import World

_READY_SECONDS = 120.0
_STANDING_STILL = 0.001
_TELL_SECONDS = 1.0
_STORE_FILES = ("homeroom.db", "homeroom.db-wal", "homeroom.db-shm")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """What is played: from ``start`` for ``seconds``, ``speed`` times as fast as life; then on, where ``stay``."""

    folder: Path
    port: int
    world: World
    start: float
    seconds: float
    speed: float
    pace: Pace
    history_seconds: float = 0.0
    stay: bool = False


def play(rehearsal: Rehearsal) -> int:
    """Play until the end or a signal; 0 where everything was taken, 1 where the collector refused something."""
    console = Console()
    tally = asyncio.run(_play(console, rehearsal))
    console.print(
        "Stopped; nothing is left running. The data is in " + str(rehearsal.folder), markup=False, soft_wrap=True
    )
    return int(bool(tally.rejected)) if tally else 1


async def _play(console: Console, rehearsal: Rehearsal) -> Any:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    children = Children(rehearsal.folder / "logs")
    connector = aiohttp.TCPConnector(limit=AT_ONCE)
    try:
        async with aiohttp.ClientSession(connector=connector) as http:
            stage = _Stage(console, rehearsal, children, http)
            await _unless(stop, stage.run())
            return stage.sender.tally
    finally:
        await children.stop()


async def _unless(stop: asyncio.Event, work: Coroutine[Any, Any, None]) -> None:
    """Do work until it is done or a signal comes."""
    task, stopped = asyncio.create_task(work), asyncio.create_task(stop.wait())
    await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
    for each in (task, stopped):
        each.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


class _Stage:
    """One rehearsal under way."""

    def __init__(self, console: Console, rehearsal: Rehearsal, children: Children, http: aiohttp.ClientSession) -> None:
        self._console, self._play, self._children, self._http = console, rehearsal, children, http
        self._port = plan.free_port(socket.SOCK_STREAM, rehearsal.port)
        self._url = f"http://127.0.0.1:{self._port}"
        self._clock = Clock(time.time(), rehearsal.start, _STANDING_STILL)
        self.sender = Sender(http, self._url, rehearsal.world.district)

    async def run(self) -> None:
        """Everything from the first file to the last report; what an earlier rehearsal left in the store goes."""
        world, folder = self._play.world, self._play.folder
        for name in _STORE_FILES:
            (folder / name).unlink(missing_ok=True)
        with serving(Responder(world.network, self._now)) as snmp_port:
            files.write(world, folder, snmp_port=snmp_port)
            config = folder / "collector.yml"
            config.write_text(json.dumps(self._settings(), indent=1) + "\n", encoding="utf-8")
            await self._prepare(config)
            await self._live(config)

    def _now(self) -> float:
        return self._clock()

    async def _prepare(self, config: Path) -> None:
        """Enrol everyone while the clock stands still, and bring what was before."""
        await self._collector(config)
        district = self._play.world.district
        audiences = sorted({(laptop.school_id, laptop.grade_band) for laptop in district.laptops})
        tokens = await make_tokens(config, audiences, now=self._play.start)
        with Meter(self._console, "enrolled", len(district.laptops)) as meter:
            await self.sender.enrol(tokens, meter.add)
        await self._children.finish("register", python_module(
            "homeroom_collector", "import", "devices", str(self._play.folder / "devices.csv"), "--config", str(config)
        ))  # fmt: skip
        if self._play.history_seconds:
            past = stream.computers(
                self._play.world, self._play.start - self._play.history_seconds, self._play.start, self._play.pace
            )
            with Meter(self._console, "reports of the past", None) as meter:
                await self.sender.catch_up(past, meter.add, lambda: self._play.start)

    async def _live(self, config: Path) -> None:
        """Start the collector anew with a clock that runs, and send as life goes on."""
        await self._children.stop()
        self._clock = Clock(time.time() + 2.0, self._play.start, self._play.speed)
        await self._collector(config)
        link = await make_sign_in(config, self._url)
        self._console.print(f"Sign in: {link}\nMetrics: {self._url}/metrics", markup=False, soft_wrap=True)
        end = self._play.start + self._play.seconds
        events = stream.computers(self._play.world, self._play.start, end, self._play.pace, sent=self.sender.sent)
        with Meter(self._console, "simulated", self._play.seconds) as meter:
            telling = asyncio.create_task(self._tell(meter))
            try:
                await self.sender.play(events, self._clock, self._clock.real)
            finally:
                telling.cancel()
        self._console.print(self._result(), markup=False)
        if self._play.stay:
            self._console.print("Time goes on; Ctrl-C stops everything.")
            await asyncio.get_running_loop().create_future()

    async def _tell(self, meter: Meter) -> None:
        while True:
            self._children.check()
            now, tally, world = self._clock(), self.sender.tally, self._play.world
            wrong = len(world.faults.at(now))
            behind = f", {tally.behind_seconds:.0f} s behind" if tally.behind_seconds > 1 else ""
            local = world.years.local(now)
            meter.set(
                now - self._play.start, f"{local:%a %d %b %H:%M}, {tally.reports:,} reports, {wrong} faults{behind}"
            )
            await asyncio.sleep(_TELL_SECONDS)

    def _result(self) -> str:
        tally = self.sender.tally
        return (
            f"{tally.reports:,} reports taken, {tally.duplicates:,} of them twice, {tally.rejected:,} refused; "
            f"{tally.tries_again:,} calls had to be made again. What went wrong is in {self._play.folder / 'truth.csv'}"
        )

    async def _collector(self, config: Path) -> None:
        command = python_module("homeroom_collector", "serve", "--config", str(config), "--clock", str(self._clock))
        await self._children.start("collector", command)
        async with asyncio.timeout(_READY_SECONDS):
            while not await self._ready():
                self._children.check()
                await asyncio.sleep(0.1)

    async def _ready(self) -> bool:
        try:
            async with self._http.get(f"{self._url}/readyz") as answer:
                return answer.status == 200
        except aiohttp.ClientConnectionError:
            return False

    def _settings(self) -> dict[str, object]:
        """An ordinary configuration; only the proxy is unusual: computers come from addresses of their schools."""
        polls = self._play.pace.gear
        return {
            "listen": {"host": "127.0.0.1", "port": self._port, "trusted_proxies": ["127.0.0.1/32"]},
            "store": {"url": "sqlite:///homeroom.db"},
            "schools": {"file": "schools.csv"},
            "timezone": str(self._play.world.years.zone),
            "calendar": {"file": "calendar.yml"},
            "presence": {"gear_unknown": 3 * polls if polls else 300.0},
            "ingest": {"late_reports": self._play.history_seconds + 35 * 86_400.0},
            "snmp": {
                "interval": polls or 60.0,
                "credentials": files.credentials(self._play.world.district),
                **({"targets_from": ["targets.yml"]} if polls else {}),
            },
        }
