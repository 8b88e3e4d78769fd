"""Opening the database: which URLs are understood, and how SQLite is made durable."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from homeroom_collector.errors import ConfigError

_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}
_BUSY_MILLISECONDS = 5_000
_READERS = 4
_WRITERS_POSTGRESQL = 4
# The answer to a connection or a command that hangs is the same as to a server that is gone.
_POSTGRESQL = {"timeout": 5, "command_timeout": 15}


@dataclass(frozen=True, slots=True)
class Engines:
    """``writer`` begins every transaction with the right to write; ``reader`` never holds a writer up."""

    writer: AsyncEngine
    reader: AsyncEngine

    async def dispose(self) -> None:
        """Close all connections."""
        await self.reader.dispose()
        if self.writer is not self.reader:
            await self.writer.dispose()


def parse_url(url: str) -> sa.URL:
    """Understand ``sqlite:///file``, ``sqlite:////absolute/file`` and ``postgresql://user@host/database``.

    Raises ConfigError for anything else.
    """
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError:
        raise ConfigError([f"store.url: not a URL: {url!r}; for example sqlite:///homeroom.db"]) from None
    family = parsed.drivername.split("+", maxsplit=1)[0]
    if family not in _DRIVERS:
        raise ConfigError([f"store.url: unknown kind {family!r}; known: sqlite, postgresql"])
    if family == "sqlite" and not parsed.database:
        raise ConfigError(["store.url: sqlite needs a file; for example sqlite:///homeroom.db"])
    return parsed.set(drivername=_DRIVERS[family])


def open_engines(url: str) -> Engines:
    """Make the engines; connects to nothing yet. Raises ConfigError for a URL that cannot be used."""
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed)
    engine = create_async_engine(
        parsed, pool_size=_WRITERS_POSTGRESQL + _READERS, max_overflow=0, pool_pre_ping=True, connect_args=_POSTGRESQL
    )
    return Engines(engine, engine)


def _sqlite(url: sa.URL) -> Engines:
    assert url.database is not None
    folder = Path(url.database).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError([f"store.url: {folder} cannot be made: {error.strerror}"]) from None
    writer = create_async_engine(url, pool_size=1, max_overflow=0)
    reader = create_async_engine(url, pool_size=_READERS, max_overflow=0)
    for engine, begin in ((writer, "BEGIN IMMEDIATE"), (reader, "BEGIN")):
        sa.event.listen(engine.sync_engine, "connect", _prepare_sqlite)
        sa.event.listen(engine.sync_engine, "begin", _begin_with(begin))
    return Engines(writer, reader)


def _prepare_sqlite(connection: Any, _entry: ConnectionPoolEntry) -> None:
    """Write-ahead log with a sync at every commit: what is committed survives a power cut."""
    # The driver must not begin transactions by itself: it would begin them without the right to write.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout = {_BUSY_MILLISECONDS}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "cache_size = -65536",
        "journal_size_limit = 67108864",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_with(statement: str) -> Any:
    def begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql(statement)

    return begin


Connection = AsyncConnection
"""What the functions of this package take; others pass it on and never look inside."""
