"""What waits for one endpoint: bounded, counted, and worked on by one process at a time."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol, TypeVar

from homeroom_collector.store import Connection, Store, outbox
from homeroom_collector.store.outbox import Batch
from homeroom_collector.views.remote_write.measures import RemoteWriteMeasures
from homeroom_collector.views.remote_write.settings import RemoteWriteSettings

T = TypeVar("T")
_log = logging.getLogger(__name__)
LOOK_EVERY_SECONDS = 10.0
_HOLD_SECONDS = 30.0
_FETCH_BYTES = 256 * 1024


class Writer(Protocol):
    """Does work in a transaction among others'."""

    async def perform(self, work: Callable[[Connection], T]) -> T:
        """Return what the work returns, after the commit."""


class Queue:
    """One endpoint's queue. Every method raises CollectorError where the store does not answer.

    ``clock`` gives Unix seconds.
    """

    def __init__(
        self,
        endpoint: str,
        store: Store,
        writer: Writer,
        settings: RemoteWriteSettings,
        measures: RemoteWriteMeasures,
        *,
        clock: Callable[[], float],
    ) -> None:
        self.endpoint = endpoint
        self._store, self._writer, self._settings, self._measures = store, writer, settings, measures
        self._clock = clock
        self._holder = uuid.uuid4().hex
        self._looked_at = float("-inf")
        self._held = False

    async def held(self) -> bool:
        """Whether this process is the one to send; renews that, keeps the bounds and counts, now and then."""
        now = self._clock()
        if not 0 <= now - self._looked_at < LOOK_EVERY_SECONDS:
            self._looked_at = now
            was = self._held
            self._held = await self._writer.perform(
                partial(outbox.hold, endpoint=self.endpoint, holder=self._holder, now=now, until=now + _HOLD_SECONDS)
            )
            if was != self._held:
                _log.info("remote write to %s: %s", self.endpoint, "sending" if self._held else "another one sends")
            self._measures.sending.labels(self.endpoint).set(self._held)
            await self._look_after(now)
        return self._held

    async def _look_after(self, now: float) -> None:
        measures, endpoint = self._measures, self.endpoint
        depth = outbox.Depth(0, 0, None)
        if self._held:
            depth = await self._store.read(partial(outbox.depth, endpoint=endpoint))
            if depth.oldest_at is not None and await self._keep_bounds(depth, now):
                depth = await self._store.read(partial(outbox.depth, endpoint=endpoint))
        measures.queued.labels(endpoint).set(depth.reports)
        measures.queued_bytes.labels(endpoint).set(depth.size_bytes)
        measures.lag.labels(endpoint).set(0.0 if depth.oldest_at is None else max(0.0, now - depth.oldest_at))

    async def _keep_bounds(self, depth: outbox.Depth, now: float) -> bool:
        """Give up what is too old or too much. True if anything was."""
        before, excess = now - self._settings.queue_age, depth.size_bytes - self._settings.queue_bytes
        lost = 0
        if depth.oldest_at is not None and depth.oldest_at < before:
            lost += await self._give_up("age", partial(outbox.drop_old, endpoint=self.endpoint, before=before))
        if excess > 0:
            lost += await self._give_up(
                "size", partial(outbox.drop_oldest, endpoint=self.endpoint, excess_bytes=excess)
            )
        return lost > 0

    async def _give_up(self, reason: str, work: Callable[[Connection], int]) -> int:
        lost = await self._writer.perform(work)
        self._measures.lost.labels(self.endpoint, reason).inc(lost)
        if lost:
            _log.warning("remote write to %s: %d reports given up, %s beyond its bound", self.endpoint, lost, reason)
        return lost

    async def waiting(self) -> list[Batch]:
        """The oldest of what waits."""
        return await self._store.read(partial(outbox.waiting, endpoint=self.endpoint, most_bytes=_FETCH_BYTES))

    async def strike_off(self, batches: Sequence[Batch]) -> None:
        """Forget batches that the receiver has."""
        numbers = [each.batch for each in batches]
        await self._writer.perform(partial(outbox.strike_off, endpoint=self.endpoint, numbers=numbers))
