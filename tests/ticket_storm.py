"""Incidents through real programs: Alertmanager, a collector that is killed meanwhile, Request Tracker."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import signal
import sys
import time
import urllib.parse
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import yaml

import alertmanager
import request_tracker
from alertmanager import WATCHDOG, Alertmanager, alert
from free_ports import free_port
from homeroom_collector.access.roles import Grant, Role, encode
from homeroom_collector.store import api_tokens, open_store
from request_tracker import QUEUE, RequestTracker
from stack import until

SCHOOLS = "school_id,name\nlincoln,Lincoln\nadams,Adams\n"
MARKER = "[hr1-"
ROUTES = Path(__file__).parents[1] / "configs" / "alertmanager" / "alertmanager.yml"


@dataclass
class Chain:
    """The three programs, in one folder."""

    folder: Path
    tracker: RequestTracker
    manager: Alertmanager
    http: aiohttp.ClientSession
    port: int
    log: list[str] = field(default_factory=list)
    _process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Start the collector; it need not be ready yet."""
        with (self.folder / "collector.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "homeroom_collector", "serve", "--config", str(self.folder / "collector.yml"),
                stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip

    async def ready(self) -> None:
        async def look() -> bool | None:
            with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                async with self.http.get(f"{self.url}/readyz") as answer:
                    return True if answer.status == 200 else None
            return None

        await until(look, 60, "a ready collector")

    async def kill(self) -> None:
        """``kill -9``: nothing is finished, nothing is told."""
        await self.end(signal.SIGKILL)

    async def end(self, number: signal.Signals = signal.SIGTERM) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(number)
            await self._process.wait()

    async def tickets(self) -> list[dict[str, Any]]:
        """Every ticket of the queue, as Request Tracker has it."""
        query = urllib.parse.quote(f"Queue='{QUEUE}'")
        found = await self._rt(f"/tickets?query={query}&fields=Subject,Status,CustomFields&per_page=100&orderby=id")
        rows = list(found["items"])
        for page in range(2, int(found.get("pages") or 1) + 1):
            more = await self._rt(
                f"/tickets?query={query}&fields=Subject,Status,CustomFields&per_page=100&orderby=id&page={page}"
            )
            rows += more["items"]
        return rows

    async def markers(self, ticket: str) -> list[str]:
        """The last line of everything that was written into a ticket."""
        history = await self._rt(f"/ticket/{ticket}/history?fields=Type&per_page=100")
        found = []
        for each in history["items"]:
            if each["Type"] in ("Create", "Comment", "Correspond"):
                parts = await self._rt(f"/transaction/{each['id']}/attachments?fields=Content")
                texts = [str(part.get("Content") or "").strip() for part in parts["items"]]
                found += [text.splitlines()[-1] for text in texts if MARKER in text]
        return found

    async def _rt(self, path: str) -> dict[str, Any]:
        headers = {"Authorization": f"token {self.tracker.token_file.read_text()}"}
        async with self.http.get(f"{self.tracker.url}/REST/2.0{path}", headers=headers) as answer:
            assert answer.status == 200, await answer.text()
            given: dict[str, Any] = await answer.json()
            return given


@asynccontextmanager
async def chain(folder: Path, **tickets: Any) -> AsyncIterator[Chain]:
    """All three, until the block ends. ``tickets`` are settings of ``tickets.yml``."""
    port = free_port()
    (folder / "rt").mkdir()
    token = await _token(folder)
    with (
        request_tracker.running(folder / "rt") as tracker,
        alertmanager.running(folder, _routes(port, token)) as manager,
    ):
        section = {"url": tracker.url, "token": {"file": str(tracker.token_file)}, "queue": QUEUE}
        settings = {"desk": "request_tracker", "request_tracker": section, **tickets}
        settings["alertmanager"] = {"url": manager.url, **tickets.get("alertmanager", {})}
        (folder / "tickets.yml").write_text(json.dumps(settings))
        collector = {"listen": {"port": port}, "store": {"url": "sqlite:///homeroom.db"}}
        files = {"schools": {"file": "schools.csv"}, "tickets": {"file": "tickets.yml"}}
        (folder / "collector.yml").write_text(json.dumps(collector | files))
        (folder / "schools.csv").write_text(SCHOOLS)
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as http:
            programs = Chain(folder, tracker, manager, http, port)
            try:
                yield programs
            finally:
                await programs.end(signal.SIGKILL)


async def _token(folder: Path) -> str:
    async with open_store(f"sqlite:///{folder / 'homeroom.db'}") as store:
        return await store.write(
            lambda connection: api_tokens.create(
                connection, grants=encode([Grant(Role.ALERTS)]), label="alertmanager", now=time.time(), expires_at=None
            )
        )


def _routes(port: int, token: str) -> dict[str, Any]:
    """configs/alertmanager as it is, but for addresses, people's mail, and seconds instead of minutes."""
    document: dict[str, Any] = yaml.safe_load(ROUTES.read_text(encoding="utf-8"))
    document["route"] |= {"group_wait": "1s", "group_interval": "2s", "repeat_interval": "1h"}
    http = {"authorization": {"type": "Bearer", "credentials": token}}
    for receiver in document["receivers"]:
        receiver.pop("email_configs", None)
        for hook in receiver.get("webhook_configs", ()):
            hook |= {"url": f"http://127.0.0.1:{port}/api/v1/alerts", "http_config": http}
    return document


@dataclass(frozen=True)
class Outcome:
    """What was at the help desk in the end."""

    tickets: int
    keys: int
    resolved: int
    notes: int
    repeated_notes: int
    kills: int
    seconds: float


async def storm(programs: Chain, incidents: int, kills: int, down_seconds: float, seed: int) -> Outcome:
    """Incidents begin and end while the collector is killed at random points and the help desk is away for a while."""
    started, chance = time.monotonic(), random.Random(seed)
    alerts = [alert("UplinkDown", subject=f"core-{number}") for number in range(incidents)]
    await programs.start()
    await programs.ready()
    programs.manager.send([WATCHDOG, *alerts])
    outage = asyncio.create_task(_outage(programs, down_seconds))
    half = kills // 2
    await _kills(programs, half, chance)
    await outage
    await _until_all(programs, incidents, {"new", "open"})
    programs.manager.send(alerts, resolved=True)
    await _kills(programs, kills - half, chance)
    await _until_all(programs, incidents, {"resolved"})
    await programs.end()
    return await _outcome(programs, kills, time.monotonic() - started)


async def _outage(programs: Chain, seconds: float) -> None:
    await asyncio.sleep(seconds / 2)
    await asyncio.to_thread(programs.tracker.stop)
    await asyncio.sleep(seconds)
    await asyncio.to_thread(programs.tracker.start)


async def _kills(programs: Chain, kills: int, chance: random.Random) -> None:
    for _ in range(kills):
        await programs.ready()
        await asyncio.sleep(chance.uniform(0.0, 6.0))
        await programs.kill()
        await programs.start()


async def _until_all(programs: Chain, incidents: int, states: Iterable[str]) -> None:
    async def look() -> bool | None:
        with contextlib.suppress(aiohttp.ClientError, AssertionError):
            found = await programs.tickets()
            if len(found) >= incidents and all(each["Status"] in states for each in found):
                return True
        await asyncio.sleep(1)
        return None

    await until(look, 60 + incidents * 5, f"{incidents} tickets that are {'/'.join(states)}")


async def _outcome(programs: Chain, kills: int, seconds: float) -> Outcome:
    tickets = await programs.tickets()
    keys = {str(each["CustomFields"]) for each in tickets}
    markers = [marker for each in tickets for marker in await programs.markers(str(each["id"]))]
    repeated = sum(count - 1 for count in Counter(markers).values())
    resolved = sum(each["Status"] == "resolved" for each in tickets)
    return Outcome(len(tickets), len(keys), resolved, len(markers), repeated, kills, round(seconds, 1))


def seed_of(text: str | None = os.environ.get("SOAK_SEED")) -> int:
    """The same seed kills at the same points in time."""
    return int(text) if text else random.SystemRandom().randrange(1_000_000)
