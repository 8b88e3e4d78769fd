"""An SQLite store, copied while it is used, and put back.

SQLite's online backup copies pages inside one read transaction: the copy is the store of one moment, and nobody who
writes has to wait for it (https://www.sqlite.org/backup.html, https://www.sqlite.org/isolation.html).
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from homeroom_collector.backup import Progress
from homeroom_collector.backup.container import sync_folder
from homeroom_collector.backup.manifest import BackupError

_PAGES = 2_048
# Where SQLite locks its files for readers (os.h: SHARED_FIRST, SHARED_SIZE); in WAL mode a connection holds such a lock
# from its first statement until it is closed.
_SHARED_FIRST, _SHARED_SIZE = 0x40000002, 510


def copy(source: Path, target: Path, progress: Progress) -> None:
    """Copy the store of this moment. Raises BackupError."""
    if not source.exists():
        raise BackupError(f"there is no store at {source} yet")
    try:
        with contextlib.closing(_readonly(source)) as old, contextlib.closing(sqlite3.connect(target)) as new:
            old.execute("BEGIN")
            old.execute("SELECT count(*) FROM sqlite_master").fetchone()  # from here on the view does not change
            old.backup(new, pages=_PAGES, progress=lambda _, left, total: progress(total - left, total))
            old.rollback()
    except sqlite3.Error as error:
        raise BackupError(f"{source} cannot be copied: {error}") from None


def _readonly(file: Path) -> sqlite3.Connection:
    # Not mode=ro: a reader of a write-ahead log must be able to make its index.
    connection = sqlite3.connect(file, timeout=30, isolation_level=None)
    connection.execute("PRAGMA query_only = ON")
    return connection


def rows_of(file: Path) -> dict[str, int]:
    """How many rows each table has. Raises BackupError where the file is no database, or damaged."""
    try:
        with contextlib.closing(_readonly(file)) as store:
            return {name: store.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in _tables(store)}  # noqa: S608 - names that the database itself gave
    except sqlite3.Error as error:
        raise BackupError(f"{file} cannot be read: {error}") from None


def _tables(store: sqlite3.Connection) -> list[str]:
    query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
    return [name for (name,) in store.execute(query)]


def revision_of(file: Path) -> str:
    """The version of the tables. Raises BackupError where there is none."""
    try:
        with contextlib.closing(_readonly(file)) as store:
            return str(store.execute("SELECT version_num FROM alembic_version").fetchone()[0])
    except (sqlite3.Error, TypeError):
        raise BackupError(f"{file} is no store of Homeroom") from None


def check(file: Path) -> None:
    """Look at every page and every promise between tables. Raises BackupError."""
    try:
        with contextlib.closing(_readonly(file)) as store:
            found = [text for (text,) in store.execute("PRAGMA integrity_check(3)")]
            broken = store.execute("PRAGMA foreign_key_check").fetchall()
    except sqlite3.Error as error:
        raise BackupError(f"the backup is damaged: {error}; use another one") from None
    if found != ["ok"] or broken:
        raise BackupError(
            f"the backup is damaged: {'; '.join(found)}; {len(broken)} broken references; use another one"
        )


@contextmanager
def alone(file: Path) -> Iterator[None]:
    """Keep everybody else from the file. Raises BackupError where somebody uses it."""
    if not file.exists():
        yield
        return
    with file.open("r+b") as held:
        if not _locked(held.fileno()):
            raise BackupError(
                f"{file} is in use: stop the collector (homeroom serve) and every other homeroom command first"
            )
        yield


def _locked(number: int) -> bool:
    """Take the lock of a writer that is alone, as SQLite itself would."""
    if sys.platform == "win32":
        return True  # a file that is open cannot be replaced there anyway
    import fcntl

    try:
        fcntl.lockf(number, fcntl.LOCK_EX | fcntl.LOCK_NB, _SHARED_SIZE, _SHARED_FIRST)
    except BlockingIOError:
        return False
    return True


def put_back(whole: Path, file: Path) -> list[Path]:
    """Let a checked copy take the place of the store; gives where what was there lies now, with its log."""
    stamp, kept = time.strftime("%Y%m%dT%H%M%S", time.gmtime()), []
    try:
        for ending in ("", "-wal"):
            old = file.with_name(file.name + ending)
            if old.exists():
                kept.append(old.rename(file.with_name(f"{file.name}.before-restore-{stamp}{ending}")))
        file.with_name(f"{file.name}-shm").unlink(missing_ok=True)
        with whole.open("rb+") as copied:
            os.fsync(copied.fileno())
        whole.rename(file)
        sync_folder(file.parent)
    except OSError as error:
        raise BackupError(f"{file} cannot be replaced: {error.strerror or error}") from None
    return kept
