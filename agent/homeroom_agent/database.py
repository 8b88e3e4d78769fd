"""One SQLite file for what must survive: reports that wait, and what the agent remembers.

Owns how the file is opened, made durable and replaced when it is damaged. A commit has reached the disk when it returns
(write-ahead log with ``synchronous=FULL``), so neither ``kill -9`` nor a power cut undoes it. Raises SpoolError.
"""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from homeroom_agent.errors import SpoolError

_log = logging.getLogger(__name__)

_WAIT_SECONDS = 10.0  # for the other process, measuring or sending, to end its transaction

_PRAGMAS = (
    "auto_vacuum=INCREMENTAL",  # before the first table: a drained spool gives its disk space back
    "journal_mode=WAL",
    "synchronous=FULL",
    "wal_autocheckpoint=64",  # pages; keeps the log, which counts as disk used, at 256 KiB
    "journal_size_limit=262144",
    "cache_size=-256",  # KiB; the agent is small
)


class DamageError(SpoolError):
    """The file is not a sound database any more."""


class DatabaseFile:
    """An open file, as a context that closes it."""

    _connection: sqlite3.Connection

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def connect(path: Path, schema: str) -> sqlite3.Connection:
    """Open or create the file, readable by its owner only, and apply ``schema`` (``CREATE … IF NOT EXISTS``).

    A damaged file is thrown away and a new one begun: the machine must go on reporting, within its bound of disk.
    """
    try:
        return _open(path, schema)
    except (sqlite3.Error, OSError) as error:
        if not _is_damage(error):
            raise SpoolError(f"{path}: {getattr(error, 'strerror', None) or error}") from None
        discard(path, error)
    try:
        return _open(path, schema)
    except (sqlite3.Error, OSError) as error:
        raise SpoolError(f"{path}: {error}") from None


def discard(path: Path, error: Exception) -> None:
    """Throw a damaged file away. Raises SpoolError where it stays."""
    _log.warning("%s is damaged (%s): it is begun anew, the reports in it are lost", path, error)
    try:
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
    except OSError as failure:
        raise SpoolError(f"{path}: damaged, and cannot be removed: {failure.strerror or failure}") from None


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """All or nothing, alone. Raises SpoolError where the disk is full, read-only, damaged or busy for too long."""
    try:
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
        except BaseException:
            connection.rollback()
            raise
        connection.commit()
    except sqlite3.Error as error:
        raise (DamageError if _is_damage(error) else SpoolError)(str(error)) from error


def vacuum(connection: sqlite3.Connection) -> None:
    """Give free pages back to the file system. Raises SpoolError; what was committed stands."""
    try:
        connection.executescript("PRAGMA incremental_vacuum")  # execute() would free a single page: it steps once
    except sqlite3.Error as error:
        raise SpoolError(str(error)) from error


def _is_damage(error: Exception) -> bool:
    """Whether SQLite says that the file is not sound; a full disk or a lock is no damage. Extended codes end in it."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def _open(path: Path, schema: str) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))  # SQLite gives its log files the rights of this one
    connection = sqlite3.connect(path, timeout=_WAIT_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}").fetchall()
        connection.executescript(schema)
    except BaseException:
        connection.close()
        raise
    return connection
