"""Hearing which devices a command has made the store forget, and letting go of them in memory.

Whoever holds something of a device by its id is given here as a function; the id is known by its digest only.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial

from homeroom_collector.errors import CollectorError
from homeroom_collector.ingest.commit import GroupCommit
from homeroom_collector.store import Store
from homeroom_collector.store.forgetting import taking_away

EVERY_SECONDS = 5.0
_LOOK_BACK_SECONDS = 600.0
_KEEP_SECONDS = 30 * 86_400.0
_TIDY_SECONDS = 86_400.0
_log = logging.getLogger(__name__)

LetGo = Callable[[str], None]
"""Forgets one device by its id. One that is not known changes nothing."""


class Forgetting:
    """Follows one store. ``held`` gives the ids of all devices in memory; ``afterwards`` runs once some are gone."""

    def __init__(
        self,
        store: Store,
        commit: GroupCommit,
        held: Callable[[], Iterable[str]],
        let_go: Sequence[LetGo],
        afterwards: Callable[[], Awaitable[None]],
    ) -> None:
        self._store, self._commit, self._held, self._let_go = store, commit, held, let_go
        self._afterwards = afterwards
        self._since, self._number, self._tidied_at = time.time() - _LOOK_BACK_SECONDS, 0, 0.0

    async def run(self) -> None:
        """Follow until cancelled."""
        while True:
            try:
                await self.look()
                await self._tidy(time.time())
            except CollectorError as error:
                _log.warning("devices to be forgotten are not read: %s", error)
            await asyncio.sleep(EVERY_SECONDS)

    async def look(self) -> int:
        """Let go of what is to be forgotten since the last look; gives how many devices were in memory."""
        rows = await self._store.read(partial(taking_away.heard_since, number=self._number, at=self._since))
        if not rows:
            return 0
        digests = {digest for _, digest in rows}
        gone = await asyncio.to_thread(_matching, list(self._held()), digests)
        for device_id in gone:
            for let_go in self._let_go:
                let_go(device_id)
        await self._afterwards()
        self._number = rows[-1][0]
        _log.info("%d devices forgotten", len(gone))
        return len(gone)

    async def _tidy(self, now: float) -> None:
        if now - self._tidied_at >= _TIDY_SECONDS:
            await self._commit.perform(partial(taking_away.drop_before, moment=now - _KEEP_SECONDS))
            self._tidied_at = now


def _matching(device_ids: Sequence[str], digests: set[str]) -> list[str]:
    return [device_id for device_id in device_ids if taking_away.digest_of(device_id) in digests]
