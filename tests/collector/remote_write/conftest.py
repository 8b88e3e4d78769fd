"""A sender over a real store, with a clock that only moves where the sender waits."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
import pytest
from prometheus_client import CollectorRegistry

from fleet_samples import NOW, laptop
from homeroom_collector.fleet import Fleet
from homeroom_collector.ingest.wire import Wire
from homeroom_collector.store import Connection, Store, open_store, outbox
from homeroom_collector.store.outbox import Leaving
from homeroom_collector.views.remote_write.measures import RemoteWriteMeasures
from homeroom_collector.views.remote_write.points import Pointer
from homeroom_collector.views.remote_write.queue import Queue
from homeroom_collector.views.remote_write.receiver import Receiver
from homeroom_collector.views.remote_write.sender import Sender
from homeroom_collector.views.remote_write.settings import EndpointSettings, RemoteWriteSettings
from homeroom_collector.views.remote_write.state import StateRounds
from receivers import Recorder, recording

T = TypeVar("T")
WIRE = Wire()


@dataclass
class Clock:
    now: float = NOW
    waits: list[float] = field(default_factory=list)
    on_wait: Callable[[], Awaitable[object] | None] = lambda: None

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds
        if (more := self.on_wait()) is not None:
            await more

    def __call__(self) -> float:
        return self.now


@dataclass
class Writer:
    store: Store

    async def perform(self, work: Callable[[Connection], T]) -> T:
        return await self.store.write(work)


@dataclass
class Bench:
    """Everything around one sender."""

    store: Store
    http: aiohttp.ClientSession
    recorder: Recorder
    clock: Clock
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    fleet: Fleet = field(default_factory=Fleet)
    measures: RemoteWriteMeasures = field(init=False)

    def __post_init__(self) -> None:
        self.measures = RemoteWriteMeasures(self.registry)

    def sender(self, *, measures: RemoteWriteMeasures | None = None, **settings: Any) -> Sender:
        endpoint = settings.pop("endpoint", {})
        whole = RemoteWriteSettings(
            endpoints=[EndpointSettings(**{"name": "main", "url": self.recorder.url, **endpoint})],
            **{"state_every": 0, **settings},
        )
        measures = measures or self.measures
        queue = Queue("main", self.store, Writer(self.store), whole, measures, clock=self.clock)
        receiver, pointer = Receiver(whole.endpoints[0], self.http), Pointer(whole.external_labels)
        rounds = StateRounds(self.fleet, pointer)
        return Sender(
            queue, receiver, pointer, rounds, WIRE.report, whole, measures, clock=self.clock, sleep=self.clock.sleep
        )

    async def put(self, *ats: float, device: str = "laptop-1", endpoints: tuple[str, ...] = ("main",)) -> None:
        """Let reports of a device wait, measured at these times, in one commit of now."""
        leaving = [
            Leaving("lincoln", device, at, WIRE.converted(laptop(number, at=at)).raw) for number, at in enumerate(ats)
        ]
        await self.store.write(partial(outbox.put, endpoints=endpoints, reports=leaving, now=self.clock.now))

    def count(self, name: str, **labels: str) -> float:
        return self.registry.get_sample_value(f"homeroom_remote_write_{name}", {"endpoint": "main", **labels}) or 0.0

    async def left(self) -> int:
        depth = await self.store.read(partial(outbox.depth, endpoint="main"))
        return depth.reports


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with (
        open_store(f"sqlite:///{tmp_path / 'homeroom.db'}") as store,
        recording() as recorder,
        aiohttp.ClientSession() as http,
    ):
        yield Bench(store, http, recorder, Clock())
