"""Hand-made time and devices: a poller's whole hour passes in milliseconds."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections import Counter
from collections.abc import Sequence

from fast_agent import switch
from homeroom_agent.report import Report
from homeroom_collector.errors import SnmpError, SnmpTimeoutError
from homeroom_collector.secret import Secret
from homeroom_collector.snmp.session import Cost, Credentials, Endpoint, Value
from homeroom_collector.snmp.targets import Target


class Time:
    """A clock that moves when told to, waking who waits in order."""

    def __init__(self) -> None:
        self.now = 1000.0
        self._waiting: list[tuple[float, int, asyncio.Event]] = []
        self._numbers = itertools.count()

    def clock(self) -> float:
        return self.now

    async def pause(self, seconds: float, wake: asyncio.Event) -> None:
        moment = asyncio.Event()
        heapq.heappush(self._waiting, (self.now + max(0.0, seconds), next(self._numbers), moment))
        waits = [asyncio.ensure_future(moment.wait()), asyncio.ensure_future(wake.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    async def sleep(self, seconds: float) -> None:
        await self.pause(seconds, asyncio.Event())

    async def pass_by(self, seconds: float) -> None:
        end = self.now + seconds
        await settle()
        while self._waiting and self._waiting[0][0] <= end:
            self.now, _, moment = heapq.heappop(self._waiting)
            moment.set()
            await settle()
        self.now = end


async def settle() -> None:
    """Let everything that can run, run."""
    for _ in range(50):
        await asyncio.sleep(0)


class Device:
    """What a pretended device answers; ``error`` is raised instead, ``slow`` is what each request takes."""

    def __init__(self, values: dict[str, Value] | None = None, *, slow: float = 0.0) -> None:
        self.values = switch(2) if values is None else values
        self.error: SnmpError | None = None
        self.slow = slow
        self.community = "public"
        self.max_repetitions = 20


class Network:
    """An engine whose devices are in memory. ``asked`` counts sessions by host, ``most`` those open at once."""

    name = "gufo"

    def __init__(self, time: Time) -> None:
        self.time = time
        self.devices: dict[str, Device] = {}
        self.asked: Counter[str] = Counter()
        self.at: dict[str, list[float]] = {}
        self.endpoints: list[Endpoint] = []
        self.open_now: Counter[str] = Counter()
        self.most_at_once = 0

    async def open(self, endpoint: Endpoint, credentials: Credentials) -> Conversation:
        self.asked[endpoint.host] += 1
        self.at.setdefault(endpoint.host, []).append(self.time.now)
        self.endpoints.append(endpoint)
        self.open_now[endpoint.host] += 1
        self.most_at_once = max(self.most_at_once, self.open_now.total())
        return Conversation(self, endpoint.host, credentials)

    async def close(self) -> None:
        pass


class Conversation:
    engine = "gufo"
    max_bindings = 40

    def __init__(self, network: Network, host: str, credentials: Credentials) -> None:
        self.network, self.host, self.credentials = network, host, credentials
        self.device = network.devices[host]
        self.cost = Cost()
        self.version = credentials.version
        self.max_repetitions = self.device.max_repetitions
        self.closed = False

    async def get(self, oids: Sequence[str]) -> dict[str, Value]:
        await self._answer()
        return {oid: self.device.values[oid] for oid in oids if oid in self.device.values}

    async def walk(self, oid: str, *, limit: int = 50_000) -> dict[str, Value]:
        await self._answer()
        return {name: value for name, value in self.device.values.items() if name.startswith(f"{oid}.")}

    async def _answer(self) -> None:
        self.cost.requests += 1
        if self.device.slow:
            await self.network.time.sleep(self.device.slow)
        if self.device.error:
            raise self.device.error
        if self.credentials.community != Secret(self.device.community):
            raise SnmpTimeoutError("no answer")
        self.cost.variables += 1

    async def close(self) -> None:
        if not self.closed:
            self.closed = True
            self.network.open_now[self.host] -= 1


class Kept:
    """A sink that keeps what it is given."""

    def __init__(self) -> None:
        self.reports: list[Report] = []

    async def submit(self, report: Report) -> None:
        self.reports.append(report)

    def of(self, device_id: str) -> list[Report]:
        return [report for report in self.reports if report.device_id == device_id]


def target(name: str, **more: object) -> Target:
    known = {
        "device_id": name,
        "school_id": "lincoln",
        "endpoint": Endpoint(host=name),
        "ways": (Credentials(community=Secret("public")),),
        "interval_seconds": 60.0,
    }
    return Target(**(known | more))
