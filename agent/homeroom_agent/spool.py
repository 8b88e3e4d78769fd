"""Reports that wait for the collector, on disk, numbered for good.

Owns durable sequence numbers that never repeat, the bounds of size and age, and the count of what was lost to them.
Knows nothing of how reports are sent. One process may append while another reads and acknowledges.
"""

from __future__ import annotations

import secrets
import sqlite3
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from homeroom_agent.database import DamageError, DatabaseFile, connect, discard, transaction, vacuum

_SCHEMA = """
CREATE TABLE IF NOT EXISTS reports (
    sequence INTEGER PRIMARY KEY, appended_at REAL NOT NULL, boot TEXT, boot_seconds REAL, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
"""

_WRITER_BITS = 63  # SQLite's whole numbers are signed
_LOG_BYTES = 500_000  # of max_bytes, kept for SQLite's write-ahead log


@dataclass(frozen=True, slots=True)
class Moment:
    """When something happened by a clock that nobody sets: which boot, and seconds since it, sleep included."""

    boot: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Entry:
    """One report that waits. ``appended_at`` is Unix seconds; ``moment`` is None where the writer gave none."""

    sequence: int
    body: bytes
    appended_at: float
    moment: Moment | None


class Spool(DatabaseFile):
    """Reports in a file. ``max_bytes`` bounds the file and SQLite's log together.

    The first number of a new spool is the Unix time in milliseconds: a machine that lost its disk, or was set up
    again, does not use a number twice. A new spool also gives its ``writer`` a name by chance. Threads may share a
    spool, one at a time. Every method raises SpoolError where the disk does not let it work; what was appended or
    acknowledged before stands.
    """

    def __init__(
        self, path: Path, *, max_bytes: int, max_age_seconds: float, now: Callable[[], float] = time.time
    ) -> None:
        self._path = path
        self._budget_bytes = max_bytes - min(_LOG_BYTES, max_bytes // 2)
        self._max_age_seconds = max_age_seconds
        self._now = now
        self._connection = connect(path, _SCHEMA)
        self._number_from_the_clock()

    def append(self, build: Callable[[int], bytes], *, moment: Moment | None = None, at_least: int = 0) -> int:
        """Number a report, keep it, and return its number. ``build`` gets the number and returns the encoded report.

        Numbers below ``at_least`` are passed over.
        When this returns, the report survives ``kill -9`` and a power cut. If ``build`` raises, no number is used.
        """
        now = self._now()
        with self._transaction() as connection:
            number = _take_number(connection, at_least)
            body = zlib.compress(build(number), 9)
            boot, seconds = (moment.boot, moment.seconds) if moment else (None, None)
            connection.execute("INSERT INTO reports VALUES (?, ?, ?, ?, ?)", (number, now, boot, seconds, body))
            self._drop_old(connection, number, now)
            self._drop_beyond_size(connection, number)
        return number

    def reserve(self) -> int:
        """Take a number for a report that is sent without waiting here."""
        with self._transaction() as connection:
            return _take_number(connection)

    def peek(self, count: int, *, max_bytes: int = 2**40, newest_first: bool = False) -> list[Entry]:
        """Up to ``count`` reports of ``max_bytes`` together (at least one), oldest first unless told otherwise."""
        order = "DESC" if newest_first else "ASC"
        query = f"SELECT sequence, appended_at, boot, boot_seconds, body FROM reports ORDER BY sequence {order} LIMIT ?"  # noqa: S608 - of two words
        entries: list[Entry] = []
        room = max_bytes
        with self._transaction() as connection:
            for sequence, appended_at, boot, seconds, packed in connection.execute(query, (count,)).fetchall():
                try:
                    body = zlib.decompress(packed)
                except zlib.error:  # its checksum finds what the disk changed
                    _drop(connection, "sequence = ?", sequence)
                    continue
                room -= len(body)
                if entries and room < 0:
                    break
                entries.append(Entry(sequence, body, appended_at, Moment(boot, seconds) if boot else None))
        return entries

    def ack(self, sequences: Iterable[int]) -> None:
        """Forget reports that the collector has, or will never take. Unknown numbers are ignored."""
        with self._transaction() as connection:
            connection.executemany("DELETE FROM reports WHERE sequence = ?", [(number,) for number in sequences])
        vacuum(self._connection)

    def disown(self, boot: str) -> int:
        """Forget, without counting them as lost, the reports of other boots: they are another machine's. Says how many.

        Numbers go on, under another writer's name.
        """
        with self._transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO counters VALUES ('writer', ?)", (_chance(),))
            return connection.execute("DELETE FROM reports WHERE boot IS NOT ?", (boot,)).rowcount

    def check_writable(self) -> None:
        """Raise SpoolError where the disk takes nothing: what is sent could not be acknowledged."""
        with self._transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO counters VALUES ('checked_at', ?)", (int(self._now() * 1000),))

    @property
    def next_number(self) -> int:
        """The number that the next report gets, if nobody else takes it."""
        return self._counter("sequence") + 1

    @property
    def writer(self) -> str:
        """Who numbers these reports, 16 hexadecimal digits: where several report for one device, each counts apart."""
        return f"{self._counter('writer'):016x}"

    @property
    def lost_total(self) -> int:
        """Reports dropped because of size, age or damage since the spool was made."""
        return self._counter("lost")

    def __len__(self) -> int:
        with self._transaction() as connection:
            return int(connection.execute("SELECT count(*) FROM reports").fetchone()[0])

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """A transaction; a file found damaged is replaced, and the next call works on the new one."""
        try:
            with transaction(self._connection) as connection:
                yield connection
        except DamageError as error:
            self._connection.close()
            discard(self._path, error)
            self._connection = connect(self._path, _SCHEMA)
            self._number_from_the_clock()
            raise

    def _number_from_the_clock(self) -> None:
        """Begin a new spool's numbers at the Unix time in milliseconds, and name who writes them."""
        with self._transaction() as connection:
            for name, first in (("sequence", int(self._now() * 1000)), ("writer", _chance())):
                connection.execute("INSERT OR IGNORE INTO counters VALUES (?, ?)", (name, first))

    def _counter(self, name: str) -> int:
        with self._transaction() as connection:
            row = connection.execute("SELECT value FROM counters WHERE name = ?", (name,)).fetchone()
        return int(row[0]) if row else 0

    def _drop_old(self, connection: sqlite3.Connection, newest: int, now: float) -> None:
        """Drop what waited too long, unless the clock has just leapt: it may be the clock that is wrong."""
        before = connection.execute("SELECT value FROM counters WHERE name = 'appended_at'").fetchone()
        connection.execute("INSERT OR REPLACE INTO counters VALUES ('appended_at', ?)", (int(now),))
        if before and abs(now - before[0]) < self._max_age_seconds:
            limit = now - self._max_age_seconds
            _drop(connection, "appended_at < ? AND sequence <> ?", limit, newest)

    def _drop_beyond_size(self, connection: sqlite3.Connection, newest: int) -> None:
        """Drop the oldest, a hundredth at a time, until the file's used pages fit."""
        while _used_bytes(connection) > self._budget_bytes:
            (count,) = connection.execute("SELECT count(*) FROM reports").fetchone()
            if count <= 1:
                return
            oldest = "sequence IN (SELECT sequence FROM reports ORDER BY sequence LIMIT ?) AND sequence <> ?"
            _drop(connection, oldest, max(1, count // 100), newest)


def _chance() -> int:
    return secrets.randbits(_WRITER_BITS)


def _take_number(connection: sqlite3.Connection, at_least: int = 0) -> int:
    query = "UPDATE counters SET value = max(value + 1, ?) WHERE name = 'sequence' RETURNING value"
    return int(connection.execute(query, (at_least,)).fetchone()[0])


def _drop(connection: sqlite3.Connection, which: str, *values: float) -> None:
    """Delete reports and count them as lost."""
    lost = connection.execute(f"DELETE FROM reports WHERE {which}", values).rowcount  # noqa: S608 - words of this file
    if lost:
        connection.execute("INSERT OR IGNORE INTO counters VALUES ('lost', 0)")
        connection.execute("UPDATE counters SET value = value + ? WHERE name = 'lost'", (lost,))


def _used_bytes(connection: sqlite3.Connection) -> int:
    pages, free, size = (
        int(connection.execute(f"PRAGMA {name}").fetchone()[0])
        for name in ("page_count", "freelist_count", "page_size")
    )
    return (pages - free) * size
