"""Plays a pretended district's computers into a real collector: real enrolment, real reports, over HTTP.

Owns the keys that the collector gave out, in memory only, and the bounds on calls at the same time. Each call carries
the address from which the computer would have made it.
"""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Network
from typing import TypeVar

import aiohttp

from homeroom_agent.report import Report, encode, to_wire
from homeroom_collector.errors import CollectorError
from homeroom_collector.simulate import computers
from homeroom_collector.simulate.district import District, Laptop
from homeroom_collector.simulate.stream import Event

J = TypeVar("J")
AT_ONCE = 64
_TIMEOUT = aiohttp.ClientTimeout(total=60)
_AGAIN = frozenset({429, 502, 503, 504})
_MOST_TRIES = 8
_LONGEST_WAIT_SECONDS = 10.0
_AT_HOME = IPv4Network("203.0.113.0/24")  # RFC 5737: nobody's

Progress = Callable[[int], None]
"""Told how many more are done."""


class SimulationRefusedError(CollectorError):
    """The collector does not take what a pretended computer says."""


@dataclass(slots=True)
class Tally:
    """What became of everything that was sent. ``behind_seconds`` is how late the newest report left, real time."""

    reports: int = 0
    duplicates: int = 0
    rejected: int = 0
    tries_again: int = 0
    behind_seconds: float = 0.0


@dataclass(slots=True)
class Sender:
    """Calls one collector for all computers of a district."""

    http: aiohttp.ClientSession
    url: str
    district: District
    tally: Tally = field(default_factory=Tally)
    sent: dict[str, int] = field(default_factory=dict)
    """Numbers of the last reports by serial number."""
    _keys: dict[str, str] = field(default_factory=dict)
    _networks: dict[str, IPv4Network] = field(init=False)

    def __post_init__(self) -> None:
        """Read the networks of the schools once."""
        self._networks = {s.school_id: IPv4Network(s.network) for s in self.district.schools if s.network}

    async def enrol(self, tokens: Mapping[tuple[str, str], str], progress: Progress) -> None:
        """Enrol every computer; ``tokens`` are by school and grade band."""

        async def one(laptop: Laptop) -> None:
            body = {"token": tokens[laptop.school_id, laptop.grade_band], "device": to_wire(computers.identity(laptop))}
            answer = await self._post("/api/v1/enroll", json.dumps(body).encode(), self._headers(laptop, campus=True))
            self._keys[laptop.serial] = json.loads(answer)["device_key"]
            progress(1)

        async with _workers(one) as queue:
            for laptop in self.district.laptops:
                await queue.put(laptop)

    async def play(self, events: Iterable[Event], clock: Callable[[], float], real: Callable[[float], float]) -> None:
        """Send each event at its time on the clock; ``real`` says how long really to wait for so many seconds of it.

        Where the collector is slower than the clock, reports leave late and ``tally.behind_seconds`` says so.
        """
        laptops = {laptop.serial: laptop for laptop in self.district.laptops}
        async with _workers(self._deliver) as queue:
            for event in events:
                if (early := real(event.at - clock())) > 0:
                    await asyncio.sleep(early)
                self.tally.behind_seconds = max(0.0, -early)
                await queue.put((laptops[event.device_id], event, event.reports))

    async def catch_up(self, events: Iterable[Event], progress: Progress, clock: Callable[[], float]) -> None:
        """Send events of the past as computers do that were away: dated then, sent now, as fast as they are taken."""
        laptops = {laptop.serial: laptop for laptop in self.district.laptops}
        async with _workers(self._deliver) as queue:
            for event in events:
                now = clock()
                await queue.put(
                    (laptops[event.device_id], event, tuple(replace(r, sent_at=now) for r in event.reports))
                )
                progress(len(event.reports))

    async def _deliver(self, job: tuple[Laptop, Event, tuple[Report, ...]]) -> None:
        laptop, event, reports = job
        self.sent[laptop.serial] = reports[-1].sequence
        body = b'{"reports":[%b]}' % b",".join(encode(replace(report, device_id=None)) for report in reports)
        headers = self._headers(laptop, campus=bool(event.on_campus)) | {
            "Authorization": f"Bearer {self._keys[laptop.serial]}",
            "Content-Encoding": "gzip",
        }
        taken = json.loads(await self._post("/api/v1/reports", gzip.compress(body, compresslevel=1), headers))
        self.tally.reports += taken["accepted"]
        self.tally.duplicates += taken["duplicates"]
        self.tally.rejected += len(taken["rejected"])

    async def _post(self, path: str, body: bytes, headers: Mapping[str, str]) -> bytes:
        """Call until the collector has taken it. Raises SimulationRefusedError where it never will."""
        said = ""
        for turn in range(_MOST_TRIES):
            wait = min(_LONGEST_WAIT_SECONDS, 0.2 * 2**turn)
            try:
                async with self.http.post(self.url + path, data=body, headers=headers, timeout=_TIMEOUT) as answer:
                    found = await answer.read()
                    if answer.status < 300:
                        return found
                    said = f"{path}: {answer.status} {found[:300].decode(errors='replace')}"
                    if answer.status not in _AGAIN:
                        break
                    wait = min(_LONGEST_WAIT_SECONDS, float(answer.headers.get("Retry-After", wait)))
            except (aiohttp.ClientConnectionError, TimeoutError) as error:
                said = f"{path}: {error or type(error).__name__}"
            self.tally.tries_again += 1
            await asyncio.sleep(wait)
        raise SimulationRefusedError(said)

    def _headers(self, laptop: Laptop, *, campus: bool) -> dict[str, str]:
        return {"Content-Type": "application/json", "X-Forwarded-For": self._address(laptop, campus=campus)}

    def _address(self, laptop: Laptop, *, campus: bool) -> str:
        if not campus:
            return str(_AT_HOME[1 + laptop.number % 250])
        return str(self._networks[laptop.school_id][10 + laptop.number % 4000])


@asynccontextmanager
async def _workers(work: Callable[[J], Awaitable[None]]) -> AsyncIterator[asyncio.Queue[J | None]]:
    """A bounded queue that so many workers empty; at the end all of it is done. The first failure ends everything."""
    queue: asyncio.Queue[J | None] = asyncio.Queue(AT_ONCE)

    async def worker() -> None:
        while (job := await queue.get()) is not None:
            await work(job)

    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(worker())
        yield queue
        for _ in range(AT_ONCE):
            await queue.put(None)
