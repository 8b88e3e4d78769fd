"""Opening the database: which URLs are understood, and how SQLite is made durable."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from homeroom_collector.errors import ConfigError

_DRIVERS = {"sqlite": "sqlite+pysqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}
_BUSY_MILLISECONDS = 5_000
READERS = 4
# Who writes meets the same pages again and again; who reads goes through all of them, and the system caches them too.
_WRITER_CACHE_KIB, _READER_CACHE_KIB = 65_536, 8_192
_MAPPED_BYTES = 2**31 - 2**16  # as much as SQLite maps
_POSTGRESQL_CONNECTIONS = 8
# The answer to a connection or a command that hangs is the same as to a server that is gone.
_POSTGRESQL: dict[str, Any] = {"timeout": 5, "command_timeout": 15}

Connection = sa.Connection
"""What the functions of this package take; others pass it on and never look inside."""


def folder_of(url: str) -> Path | None:
    """Give the folder that an SQLite store is in; None for a database server."""
    file = file_of(url)
    return file.parent if file else None


def file_of(url: str) -> Path | None:
    """Give the file of an SQLite store; None for a database server."""
    parsed = parse_url(url)
    return Path(parsed.database) if parsed.get_backend_name() == "sqlite" and parsed.database else None


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


def postgresql(url: sa.URL, name: str, *, patient: bool = False) -> AsyncEngine:
    """Connections to a PostgreSQL server; made when first needed, and tried before they are used again.

    ``name`` is what the server calls them; notices say by it where they come from. ``patient`` ones let a command take
    as long as it takes.
    """
    options = _POSTGRESQL | {"server_settings": {"application_name": name}}
    if patient:
        options |= {"command_timeout": None}
    return create_async_engine(
        url, pool_size=_POSTGRESQL_CONNECTIONS, max_overflow=0, pool_pre_ping=True, connect_args=options
    )


def sqlite(url: sa.URL, *, writing: bool, mapped: bool = False) -> sa.Engine:
    """Connections to a file: one that begins every transaction with the right to write, or several that only read.

    ``mapped``: the file's pages are read as memory. https://www.sqlite.org/mmap.html
    """
    assert url.database is not None
    folder = Path(url.database).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError([f"store.url: {folder} cannot be made: {error.strerror}"]) from None
    engine = sa.create_engine(
        url,
        poolclass=QueuePool,
        pool_size=1 if writing else READERS + 1,  # one more for what is read aside
        max_overflow=0,
        pool_use_lifo=True,  # the fewer of them are in use, the fewer caches are full
        connect_args={"check_same_thread": False},
    )
    cache = _WRITER_CACHE_KIB if writing else _READER_CACHE_KIB
    mapped_bytes = _MAPPED_BYTES if mapped else 0
    sa.event.listen(engine, "connect", partial(_prepare_sqlite, cache_kib=cache, mapped_bytes=mapped_bytes))
    sa.event.listen(engine, "begin", _begin_with("BEGIN IMMEDIATE" if writing else "BEGIN"))
    return engine


def _prepare_sqlite(connection: Any, _entry: ConnectionPoolEntry, *, cache_kib: int, mapped_bytes: int) -> None:
    """Write-ahead log with a sync at every commit: what is committed survives a power cut."""
    # The driver must not begin transactions by itself: it would begin them without the right to write.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout = {_BUSY_MILLISECONDS}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        f"cache_size = -{cache_kib}",
        f"mmap_size = {mapped_bytes}",
        # 16 MB: a page that changes often goes from the log to the file once, not every few commits.
        "wal_autocheckpoint = 4000",
        "journal_size_limit = 67108864",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def in_portions(connection: Connection, query: sa.Select[Any], most: int = 5_000) -> Iterator[Any]:
    """All rows of a query. Fetched some thousand at a time they cost half of what they cost one by one."""
    return chain.from_iterable(connection.execute(query).partitions(most))


def _begin_with(statement: str) -> Any:
    def begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql(statement)

    return begin
