"""One open store: connections for reading, and transactions that are durable once they end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text

from homeroom_collector.store.engine import Connection, open_engines
from homeroom_collector.store.failures import translated
from homeroom_collector.store.migrate import upgrade


class Store:
    """The database of a collector. Every method raises StoreUnavailableError where it is away, full or locked."""

    def __init__(self, url: str) -> None:
        """Connects to nothing yet. Raises ConfigError for an URL that cannot be used."""
        self._engines = open_engines(url)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Connection]:
        """One transaction. When the block ends without an error, everything in it is on disk; otherwise nothing is."""
        with translated():
            async with self._engines.writer.begin() as connection:
                yield connection

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Connection]:
        """One unchanging view of the store, for as long as the block lasts."""
        with translated():
            async with self._engines.reader.connect() as connection:
                yield connection

    async def check(self) -> None:
        """Return if the store answers."""
        async with self.reading() as connection:
            await connection.execute(text("SELECT 1"))

    async def close(self) -> None:
        """Close all connections."""
        await self._engines.dispose()

    async def upgrade(self) -> None:
        """Bring the tables to this program's version."""
        async with self.writing() as connection:
            await connection.run_sync(upgrade)


@asynccontextmanager
async def open_store(url: str) -> AsyncIterator[Store]:
    """Open a store, bring its tables up to date, and close it at the end. Raises ConfigError for an unusable URL."""
    store = Store(url)
    try:
        await store.upgrade()
        yield store
    finally:
        await store.close()
