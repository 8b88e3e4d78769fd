"""One open store: work is done on it in transactions that are durable once they end.

Work is a plain function of a connection. On SQLite it runs in a thread, one for writing and a few for reading: a
transaction then costs the event loop one hand-over instead of one for each statement, which measured ten times
less. On PostgreSQL it runs in the event loop over asyncpg.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Protocol, TypeVar

import sqlalchemy as sa

from homeroom_collector.store import engine as engines
from homeroom_collector.store.engine import Connection
from homeroom_collector.store.failures import translated
from homeroom_collector.store.migrate import upgrade

T = TypeVar("T")
Work = Callable[[Connection], T]


class _Database(Protocol):
    async def run(self, work: Work[T], *, writing: bool) -> T: ...

    async def close(self) -> None: ...


class _Sqlite:
    def __init__(self, url: sa.URL) -> None:
        self._engines = {writing: engines.sqlite(url, writing=writing) for writing in (True, False)}
        self._threads = {
            True: ThreadPoolExecutor(1, thread_name_prefix="store-writer"),
            False: ThreadPoolExecutor(engines.READERS, thread_name_prefix="store-reader"),
        }

    async def run(self, work: Work[T], *, writing: bool) -> T:
        engine = self._engines[writing]
        return await asyncio.get_running_loop().run_in_executor(self._threads[writing], _in_transaction, engine, work)

    async def close(self) -> None:
        for threads in self._threads.values():
            await asyncio.to_thread(threads.shutdown)
        for engine in self._engines.values():
            engine.dispose()


def _in_transaction(engine: sa.Engine, work: Work[T]) -> T:
    with engine.begin() as connection:
        return work(connection)


class _Postgresql:
    def __init__(self, url: sa.URL) -> None:
        self._engine = engines.postgresql(url)

    async def run(self, work: Work[T], *, writing: bool) -> T:
        del writing  # every connection may write
        async with self._engine.begin() as connection:
            return await connection.run_sync(work)

    async def close(self) -> None:
        await self._engine.dispose()


class Store:
    """The database of a collector. Every method raises StoreUnavailableError where it is away, full or locked."""

    def __init__(self, url: str) -> None:
        """Connects to nothing yet. Raises ConfigError for an URL that cannot be used."""
        parsed = engines.parse_url(url)
        self._database: _Database = _Sqlite(parsed) if parsed.get_backend_name() == "sqlite" else _Postgresql(parsed)

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

    async def upgrade(self) -> None:
        """Bring the tables to this program's version."""
        await self.write(upgrade)

    async def close(self) -> None:
        """Close all connections, after the work that is under way."""
        await self._database.close()


@asynccontextmanager
async def open_store(url: str) -> AsyncIterator[Store]:
    """Open a store, bring its tables up to date, and close it at the end. Raises ConfigError for an unusable URL."""
    store = Store(url)
    try:
        await store.upgrade()
        yield store
    finally:
        await store.close()
