"""What this collector has leave to do. On SQLite everything, for it is the only one there.

On PostgreSQL a loop says every few seconds that it lives, holds on to its leases, and takes over those of the dead.
Targets are shared in slices, so that each living collector has as many as the others. Leave ends by our own
monotonic clock, counted from before we asked: a collector that cannot reach the database, or was stopped for a while,
knows by itself that its leases are over.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
import uuid
import zlib
from collections.abc import Awaitable, Callable, Collection, Coroutine
from dataclasses import dataclass
from functools import partial
from math import ceil
from typing import Any

from prometheus_client import CollectorRegistry, Gauge

from homeroom_collector.errors import CollectorError
from homeroom_collector.replicas.settings import ReplicaSettings
from homeroom_collector.store import Connection, Store, leases

OnSlices = Callable[[], Awaitable[None]]
"""Called when other targets are ours; returns when those that are not ours any more are no longer polled."""

SLICES = 128
_LAST_SECONDS = 5.0
_log = logging.getLogger(__name__)


def slice_of(device_id: str) -> str:
    """The lease under which a target is polled."""
    return f"targets/{zlib.crc32(device_id.encode()) % SLICES:03d}"


@dataclass(frozen=True, slots=True)
class _Round:
    held: frozenset[str]
    living: int
    surplus: frozenset[str]


class Leases:
    """The leases of one collector. ``clock`` is monotonic."""

    def __init__(
        self,
        store: Store,
        settings: ReplicaSettings,
        registry: CollectorRegistry,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.holder = uuid.uuid4().hex[:12]
        self._store, self._settings, self._clock = store, settings, clock
        self._loops: set[str] = set()
        self._slices: frozenset[str] = frozenset()
        self._held: frozenset[str] = frozenset()
        self._until = 0.0
        self._on_slices: OnSlices | None = None
        self._told: frozenset[str] | None = None
        held = Gauge("homeroom_leases_held", "Leases that this collector holds.", ["kind"], registry=registry)
        held.labels("loops").set_function(lambda: sum(map(self.holds, self._loops)))
        held.labels("targets").set_function(lambda: sum(map(self.holds, self._slices)))
        self._living = Gauge("homeroom_replicas", "Collectors that live on the same store.", registry=registry)
        self._living.set(1)

    @property
    def shared(self) -> bool:
        """Whether there may be other collectors."""
        return self._store.shared

    def holds(self, name: str) -> bool:
        """Whether we have leave now. A loop that asks for the first time has it a little later."""
        if not self._store.shared:
            return True
        if not name.startswith("targets/"):
            self._loops.add(name)
        return name in self._held and self._clock() < self._until

    def share(self, device_ids: Collection[str], on_slices: OnSlices | None = None) -> None:
        """Take part in polling targets. ``on_slices`` is awaited whenever others of them are ours."""
        self._slices = frozenset(map(slice_of, device_ids))
        self._on_slices = on_slices or self._on_slices

    async def while_held(self, name: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Do work whenever we have leave, until cancelled or until it ends by itself; it is cancelled as leave ends."""
        while True:
            if not self.holds(name):
                await asyncio.sleep(self._settings.renew)
                continue
            task = asyncio.create_task(work(), name=name)
            try:
                while not task.done() and self.holds(name):
                    await asyncio.wait({task}, timeout=self._settings.renew)
                if task.done():
                    return await task
            finally:
                task.cancel()
                await asyncio.wait({task})
            _log.info("%s is done by another collector now", name)

    async def run(self) -> None:
        """Renew, take over and give up until cancelled; then let go of everything at once."""
        if not self._store.shared:
            await self._tell()
            return
        try:
            while True:
                await self._turn()
                await asyncio.sleep(self._settings.renew)
        finally:
            self._held = frozenset()
            await asyncio.shield(self._leave())

    async def _turn(self) -> None:
        try:
            await self._round()
        except CollectorError as error:
            _log.warning("leases not renewed: %s", error)
            if self._clock() >= self._until - self._settings.renew:
                self._held = frozenset()
        await self._tell()

    async def _round(self) -> None:
        """Renew and claim in one transaction; what is too much is given up after its polls have ended."""
        asked_at = self._clock()
        done = await self._store.write(self._work)
        self._living.set(done.living)
        self._held, self._until = done.held - done.surplus, asked_at + self._settings.lease
        if done.surplus:
            await self._tell()
            await self._store.write(partial(leases.release, holder=self.holder, names=done.surplus))

    def _work(self, connection: Connection) -> _Round:
        seconds = self._settings.lease
        held = leases.renew(connection, self.holder, seconds)
        living = leases.living(connection)
        held |= leases.claim(connection, self.holder, self._loops - held, seconds, most=len(self._loops))
        mine = sorted(held & self._slices)
        fair = ceil(len(self._slices) / living)
        held |= leases.claim(connection, self.holder, self._slices - held, seconds, most=fair - len(mine))
        return _Round(held, living, frozenset(mine[fair:]))

    async def _tell(self) -> None:
        mine = frozenset(filter(self.holds, self._slices))
        if self._on_slices is not None and mine != self._told:
            self._told = mine
            _log.info("polling %d of %d slices of the targets", len(mine), len(self._slices))
            await self._on_slices()

    async def _leave(self) -> None:
        with contextlib.suppress(CollectorError, TimeoutError):  # they end by themselves soon
            async with asyncio.timeout(_LAST_SECONDS):
                await self._store.write(partial(leases.leave, holder=self.holder))
