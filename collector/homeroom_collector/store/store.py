"""One open store: work is done on it in transactions that are durable once they end.

Work is a plain function of a connection. On SQLite it runs in a thread, one for writing and a few for reading: a
transaction then costs the event loop one hand-over instead of one for each statement, which measured ten times
less. On PostgreSQL it runs in the event loop over asyncpg.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import threading
import uuid
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Protocol, TypeVar

import sqlalchemy as sa

from homeroom_collector.errors import StoreDamagedError, StoreUnavailableError
from homeroom_collector.store import engine as engines
from homeroom_collector.store import notices
from homeroom_collector.store.engine import Connection
from homeroom_collector.store.failures import damaged, translated
from homeroom_collector.store.migrate import is_current, upgrade
from homeroom_collector.store.notices import Heard

_ASK_SECONDS = 10.0
AGAIN_SECONDS = 5.0
_ASIDE_NICENESS = 19
_log = logging.getLogger(__name__)
T = TypeVar("T")
Work = Callable[[Connection], T]


class _Database(Protocol):
    async def run(self, work: Work[T], *, writing: bool) -> T: ...

    async def run_aside(self, work: Work[T]) -> T: ...

    async def close(self) -> None: ...

    def listening(self, heard: Heard) -> AbstractAsyncContextManager[asyncio.Event]: ...


class _Sqlite:
    def __init__(self, url: sa.URL, *, mapped: bool) -> None:
        self._engines = {writing: engines.sqlite(url, writing=writing, mapped=mapped) for writing in (True, False)}
        self._threads = {
            True: ThreadPoolExecutor(1, thread_name_prefix="store-writer"),
            False: ThreadPoolExecutor(engines.READERS, thread_name_prefix="store-reader"),
        }
        self._aside = ThreadPoolExecutor(1, thread_name_prefix="store-aside", initializer=_let_others_go_first)

    async def run(self, work: Work[T], *, writing: bool) -> T:
        engine = self._engines[writing]
        return await asyncio.get_running_loop().run_in_executor(self._threads[writing], _in_transaction, engine, work)

    async def run_aside(self, work: Work[T]) -> T:
        engine = self._engines[False]
        return await asyncio.get_running_loop().run_in_executor(self._aside, _in_transaction, engine, work)

    async def close(self) -> None:
        for threads in (*self._threads.values(), self._aside):
            await asyncio.to_thread(threads.shutdown)
        for engine in self._engines.values():
            engine.dispose()

    @asynccontextmanager
    async def listening(self, heard: Heard) -> AsyncIterator[asyncio.Event]:
        del heard  # nobody else writes here
        yield asyncio.Event()


def _let_others_go_first() -> None:
    """Where each thread has a priority of its own: a collector on one core then serves while its pages are read."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _ASIDE_NICENESS)


def _in_transaction(engine: sa.Engine, work: Work[T]) -> T:
    with engine.begin() as connection:
        return work(connection)


class _Postgresql:
    def __init__(self, url: sa.URL) -> None:
        self._name = f"homeroom-{uuid.uuid4().hex[:12]}"
        self._engine = engines.postgresql(url, self._name)

    async def run(self, work: Work[T], *, writing: bool) -> T:
        del writing  # every connection may write
        async with self._engine.begin() as connection:
            return await connection.run_sync(work)

    async def run_aside(self, work: Work[T]) -> T:
        return await self.run(work, writing=False)

    async def close(self) -> None:
        await self._engine.dispose()

    @asynccontextmanager
    async def listening(self, heard: Heard) -> AsyncIterator[asyncio.Event]:
        """Listen on a connection of its own. The event is set when that connection is no more."""
        broken = asyncio.Event()

        def hear(_connection: object, _pid: int, _channel: str, payload: object) -> None:
            if numbers := notices.read(str(payload), self._name):
                heard(numbers)

        async with self._engine.connect() as connection:
            driver: Any = (await connection.get_raw_connection()).driver_connection
            driver.add_termination_listener(lambda _: broken.set())
            await driver.add_listener(notices.CHANNEL, hear)
            asking = asyncio.create_task(_ask(driver, broken))
            try:
                yield broken
            finally:
                asking.cancel()
                await connection.invalidate()  # never given to others: it listens


async def _ask(driver: Any, broken: asyncio.Event) -> None:
    """Find out that a server is gone that did not say so."""
    try:
        while not broken.is_set():
            await asyncio.sleep(_ASK_SECONDS)
            await driver.execute("SELECT 1", timeout=_ASK_SECONDS)
    except Exception:  # whatever it was, nothing is heard on this line any more
        _log.info("the line that listens is broken", exc_info=True)
        broken.set()


class Store:
    """The database of a collector. Every method raises StoreUnavailableError where it is away, full or locked."""

    def __init__(self, url: str, *, mapped: bool = False) -> None:
        """Connects to nothing yet. Raises ConfigError for an URL that cannot be used.

        ``mapped``: read SQLite's file as memory, a fifth quicker; where the disk fails, the process ends at once.
        """
        self.url = url
        parsed = engines.parse_url(url)
        self.shared = parsed.get_backend_name() != "sqlite"
        """Whether other collectors may work on it too."""
        self._database: _Database = _Postgresql(parsed) if self.shared else _Sqlite(parsed, mapped=mapped)

    async def write(self, work: Work[T]) -> T:
        """Do work in one transaction. When this returns, everything in it is on disk; when it raises, nothing is.

        ``work`` may run in another thread, and must not wait for anything but the store.
        """
        with translated():
            return await self._database.run(work, writing=True)

    async def read(self, work: Work[T]) -> T:
        """Do work on one unchanging view of the store, without holding up a writer."""
        with translated():
            return await self._database.run(work, writing=False)

    async def check(self) -> None:
        """Return if the store answers."""
        await self.read(lambda connection: connection.execute(sa.text("SELECT 1")).close())

    async def check_pages(self) -> None:
        """Read every page of an SQLite store, about a gigabyte in some seconds, while others go first.

        A database server checks its own pages (PostgreSQL: data checksums). Raises StoreDamagedError.
        """
        if not self.shared:
            with translated():
                found = await self._database.run_aside(_quick_check)
            if found != "ok":
                raise damaged(found)

    def file_bytes(self) -> int:
        """Size of an SQLite store's file; 0 of one that is not there, and of a database server."""
        file = engines.file_of(self.url)
        return file.stat().st_size if file and file.exists() else 0

    async def upgrade(self) -> None:
        """Bring the tables to this program's version."""
        await self.write(upgrade)

    @asynccontextmanager
    async def listening(self, heard: Heard) -> AsyncIterator[asyncio.Event]:
        """Call ``heard`` with the numbers of devices that others change; the event is set when that ends by itself."""
        with translated():
            async with self._database.listening(heard) as broken:
                yield broken

    async def upgrade_when_it_answers(self, *, check: bool = False) -> None:
        """The same, however long the database takes: a server may start later than the collector.

        ``check`` looks at the pages first where the tables are to be changed. Raises StoreDamagedError.
        """
        while True:
            try:
                if check and not await self.read(is_current):
                    await self.check_pages()
                return await self.upgrade()
            except StoreDamagedError:
                raise
            except StoreUnavailableError as error:
                _log.warning("%s; trying again in %.0f s", error, AGAIN_SECONDS)
                await asyncio.sleep(AGAIN_SECONDS)

    async def close(self) -> None:
        """Close all connections, after the work that is under way."""
        await self._database.close()


def _quick_check(connection: Connection) -> str:
    """The first thing that is wrong with the pages, or ``ok``. It begins with a line about which database is meant."""
    return str(connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()).splitlines()[-1]


@asynccontextmanager
async def open_store(url: str) -> AsyncIterator[Store]:
    """Open a store, bring its tables up to date, and close it at the end. Raises ConfigError for an unusable URL."""
    store = Store(url)
    try:
        await store.upgrade()
        yield store
    finally:
        await store.close()
