"""Reading every page of a store: a small one while the collector starts, a large one when it serves.

What is found while it starts stops the start; what is found later is to stop the collector.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time

from homeroom_collector.errors import StoreDamagedError, StoreUnavailableError
from homeroom_collector.store.store import AGAIN_SECONDS, Store

_SMALL_BYTES = 2**26
_log = logging.getLogger(__name__)


class PageCheck:
    """One check of the pages of one store. On a database server, which checks its own, it finds nothing."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._task: asyncio.Task[None] | None = None
        self._error: StoreDamagedError | None = None
        self._found = asyncio.Event()

    def begin_if_small(self) -> None:
        """Begin to read a store that is read at once. A large one would keep the start from what it needs."""
        if self._store.file_bytes() <= _SMALL_BYTES:
            self.begin()

    def begin(self) -> None:
        """Begin to read, unless that has begun."""
        if self._task is None:
            self._task = asyncio.create_task(self._read(), name="check of the store's pages")

    def raise_if_damaged(self) -> None:
        """Raise StoreDamagedError if a damaged page was found by now."""
        if self._error is not None:
            raise self._error

    async def found_damage(self) -> None:
        """Wait until a damaged page is found; without end where all are whole."""
        await self._found.wait()

    async def end(self) -> None:
        """Wait no longer for what is being read; to be called before the store is closed."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _read(self) -> None:
        started = time.monotonic()
        while True:
            try:
                await self._store.check_pages()
            except StoreDamagedError as error:
                self._error = error
                self._found.set()
                _log.critical("%s", error)
                return
            except StoreUnavailableError as error:
                _log.warning("pages of the store not checked: %s; trying again in %.0f s", error, AGAIN_SECONDS)
                await asyncio.sleep(AGAIN_SECONDS)
            else:
                _log.info("every page of the store can be read; that took %.1f s", time.monotonic() - started)
                return
