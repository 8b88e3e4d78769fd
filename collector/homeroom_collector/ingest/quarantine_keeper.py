"""Looks now and then what became of the devices that wait: an inventory, a rule or a person may have decided."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from functools import partial

from prometheus_client import CollectorRegistry, Gauge

from homeroom_collector.errors import CollectorError
from homeroom_collector.ingest.commit import GroupCommit
from homeroom_collector.ingest.quarantine import Quarantine, release
from homeroom_collector.ingest.retelling import tell
from homeroom_collector.ingest.wire import Wire
from homeroom_collector.model import Device
from homeroom_collector.store import Connection, Store, latest, standing
from homeroom_collector.store.latest import Stored

EVERY_SECONDS = 15.0
_log = logging.getLogger(__name__)


class QuarantineKeeper:
    """Keeps one process's quarantine like the store's. ``on_moved`` hears of devices let in at another school."""

    def __init__(
        self,
        quarantine: Quarantine,
        store: Store,
        commit: GroupCommit,
        wire: Wire,
        registry: CollectorRegistry,
        on_moved: Callable[[frozenset[str]], None] = lambda _device_ids: None,
    ) -> None:
        self._quarantine, self._store, self._commit, self._wire = quarantine, store, commit, wire
        self._on_moved = on_moved
        self._gauge = Gauge(
            "homeroom_devices_not_accepted",
            "Devices that enrolled and count nowhere: quarantined until somebody accepts them, or rejected.",
            ["school", "standing"],
            registry=registry,
        )

    async def run(self, clock: Callable[[], float] = time.time) -> None:
        """Look until cancelled."""
        while True:
            try:
                await self.look(clock())
            except CollectorError as error:
                _log.warning("quarantine not looked after: %s", error)
            await asyncio.sleep(EVERY_SECONDS)

    async def look(self, now: float) -> None:
        """Let in who may come in by now, and hear of what others decided."""
        waiting = await self.load()
        if any(device.standing == "quarantined" for device in waiting.values()):
            waiting = await self._commit.perform(partial(release, quarantine=self._quarantine, now=now))
        await self._let_in(self._quarantine.known() - {device.device_id for device in waiting.values()})
        self._gauge.clear()
        for (school, state), number in self._quarantine.counts().items():
            self._gauge.labels(school, state).set(number)

    async def load(self) -> dict[int, Device]:
        """Learn who is not accepted, by number. To be done before anybody learns who is."""
        waiting = await self._store.read(standing.not_accepted)
        for device in waiting.values():
            self._quarantine.put_device(device)
        return waiting

    async def _let_in(self, device_ids: frozenset[str]) -> None:
        """Show devices that wait no longer, with everything that they reported meanwhile."""
        if not device_ids:
            return

        def read(connection: Connection) -> tuple[dict[int, Device], dict[int, Stored]]:
            found = standing.find(connection, device_ids)
            return found, latest.stored(connection, list(found))

        found, reports = await self._store.read(read)
        for device_id in device_ids - {device.device_id for device in found.values()}:
            self._quarantine.remove_device(device_id)
        self._on_moved(frozenset(each.device_id for each in found.values() if self._moved(each)))
        for number, device in found.items():
            self._quarantine.put_device(device)
            stored = reports.get(number)
            if stored is not None and (stored.report or stored.google):
                tell(stored, self._wire, self._quarantine)

    def _moved(self, device: Device) -> bool:
        waited = self._quarantine.device(device.device_id)
        return waited is not None and waited.school_id != device.school_id
