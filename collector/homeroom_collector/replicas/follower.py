"""Learning what other collectors were told: devices that they enrolled and reports that they committed.

PostgreSQL tells of each commit (LISTEN); what it names is read from the store, at most twice a second and many at
once, and told to the fleet as at a start. Where the line was broken, everything since then is read again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from functools import partial

from prometheus_client import CollectorRegistry

from homeroom_collector.errors import CollectorError
from homeroom_collector.model import Device
from homeroom_collector.replicas.measures import FollowMeasures
from homeroom_collector.store import Connection, Store, devices, latest

_PAUSE_SECONDS = 0.5
_AGAIN_SECONDS = 2.0
_LOOK_BACK_SECONDS = 120.0
_PORTION = 500
_log = logging.getLogger(__name__)

OnDevice = Callable[[Device], None]
OnState = Callable[[latest.Stored], None]


class Follower:
    """Follows one store on behalf of a fleet. ``clock`` gives Unix seconds, as reports are dated on arrival."""

    def __init__(
        self,
        store: Store,
        on_device: OnDevice,
        on_state: OnState,
        registry: CollectorRegistry,
        clock: Callable[[], float],
    ) -> None:
        self._store, self._on_device, self._on_state, self._clock = store, on_device, on_state, clock
        self._waiting: set[int] = set()
        self._wake = asyncio.Event()
        self._complete_until = clock()
        self._measures = FollowMeasures(registry)
        self._measures.waiting.set_function(lambda: len(self._waiting))

    async def run(self) -> None:
        """Follow until cancelled; returns at once where the store is not shared."""
        if not self._store.shared:
            return
        async with asyncio.TaskGroup() as group:
            group.create_task(self._keep_reading())
            while True:
                try:
                    async with self._store.listening(self._hear) as broken:
                        await self._look_back()
                        await broken.wait()
                except CollectorError as error:
                    _log.warning("other collectors not heard: %s", error)
                self._measures.gaps.inc()
                await asyncio.sleep(_AGAIN_SECONDS)

    def _hear(self, numbers: Iterable[int]) -> None:
        self._waiting.update(numbers)
        self._wake.set()

    async def _look_back(self) -> None:
        """Read again what changed since everything was known; from now on notices tell."""
        since = self._complete_until - _LOOK_BACK_SECONDS
        self._hear(await self._store.read(partial(latest.changed_since, moment=since)))

    async def _keep_reading(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            started = self._clock()
            while self._waiting:
                portion = [self._waiting.pop() for _ in range(min(_PORTION, len(self._waiting)))]
                await self._read(portion)
            self._complete_until = started
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _read(self, numbers: list[int]) -> None:
        try:
            known, states = await self._store.read(partial(_found, numbers=numbers))
        except CollectorError as error:
            _log.warning("what other collectors were told is not read: %s", error)
            self._hear(numbers)
            await asyncio.sleep(_AGAIN_SECONDS)
            return
        for device in known:
            self._on_device(device)
        for state in states:
            try:
                self._on_state(state)
            except Exception:
                _log.exception("state of %s cannot be shown", state.device_id)
        self._measures.taken.inc(len(known))


def _found(connection: Connection, numbers: list[int]) -> tuple[list[Device], list[latest.Stored]]:
    states = latest.stored(connection, numbers).values()
    return devices.numbered(connection, numbers), [state for state in states if state.report or state.google]
