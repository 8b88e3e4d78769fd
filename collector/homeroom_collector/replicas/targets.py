"""The targets that are ours to poll, as they change hands."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence

from homeroom_collector.replicas.leaseholder import Leases, slice_of
from homeroom_collector.snmp.polling.service import Targets
from homeroom_collector.snmp.target_files import TargetFiles
from homeroom_collector.snmp.targets import Target

_STOP_SECONDS = 2.0


class SharedTargets:
    """Joins what leases and what target files say: which targets there are, and which of them are ours."""

    def __init__(self, gear: TargetFiles, leases: Leases, *, first_poll_within: float) -> None:
        self._gear, self._leases, self._first_poll_within = gear, leases, first_poll_within
        self._changed = asyncio.Event()
        self._settled = asyncio.Event()
        leases.share([target.device_id for target in gear.targets], self._on_slices)

    def targets(self) -> Targets:
        """What the poller follows."""
        if not self._leases.shared:
            changes = self._changes() if self._gear.may_change else None
            return Targets(first=self._ours(), changes=changes)
        return Targets(first=self._ours(), changes=self._changes(), first_poll_within_seconds=self._first_poll_within)

    async def follow_files(self) -> None:
        """Hear of target files that were written, until cancelled."""
        if self._gear.may_change:
            async for targets in self._gear.changes():
                self._leases.share([target.device_id for target in targets])
                self._changed.set()

    async def _changes(self) -> AsyncIterator[Sequence[Target]]:
        while True:
            await self._changed.wait()
            self._changed.clear()
            yield self._ours()
            # We go on here once the poller follows these, and so no others.
            if not self._changed.is_set():
                self._settled.set()

    async def _on_slices(self) -> None:
        self._settled.clear()
        self._changed.set()
        with contextlib.suppress(TimeoutError):  # nobody follows yet, or a store that hangs: leave ends all the same
            async with asyncio.timeout(_STOP_SECONDS):
                await self._settled.wait()

    def _ours(self) -> list[Target]:
        return [target for target in self._gear.targets if self._leases.holds(slice_of(target.device_id))]
