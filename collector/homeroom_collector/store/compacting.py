"""Writing a store anew without what was deleted: rows that are gone leave their bytes in pages that are free.

SQLite: ``VACUUM`` (https://www.sqlite.org/lang_vacuum.html), then the write-ahead log is emptied. PostgreSQL: ``VACUUM
FULL`` of the tables that may name a device; its own write-ahead log and archives age as the server is set.
"""

from __future__ import annotations

import contextlib
import sqlite3
import time
import uuid
from pathlib import Path

import sqlalchemy as sa

from homeroom_collector.errors import StoreUnavailableError
from homeroom_collector.store import engine as engines
from homeroom_collector.store.failures import translated

_PATIENCE_SECONDS = 60.0
# The history knows devices by number only, and would take hours.
_NAMING = (
    "devices", "latest", "device_events", "gear_outlines", "google_devices", "assets", "audit_log", "problems",
    "problem_members", "problem_events", "maintenance_windows", "tickets", "alerts", "alert_inbox", "outbox_batches",
)  # fmt: skip


async def compact(url: str) -> None:
    """Write the store anew. Whoever writes meanwhile waits, or is told to come back; nothing is lost.

    Raises StoreUnavailableError where there is no room, or others do not let go of the log for a minute.
    """
    file = engines.file_of(url)
    if file is not None:
        _sqlite(file)
        return
    name = f"homeroom-{uuid.uuid4().hex[:12]}"
    engine = engines.postgresql(engines.parse_url(url), name, patient=True)
    try:
        with translated():
            async with engine.connect() as connection:
                connection = await connection.execution_options(isolation_level="AUTOCOMMIT")
                for table in _NAMING:
                    await connection.execute(sa.text(f'VACUUM (FULL) "{table}"'))
    finally:
        await engine.dispose()


def _sqlite(file: Path) -> None:
    try:
        with contextlib.closing(sqlite3.connect(file, timeout=_PATIENCE_SECONDS, isolation_level=None)) as store:
            store.execute("VACUUM")
            deadline = time.monotonic() + _PATIENCE_SECONDS
            while store.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
                if time.monotonic() > deadline:
                    raise StoreUnavailableError("others read the store all the time, so its log cannot be emptied")
                time.sleep(0.2)
    except sqlite3.Error as error:
        raise StoreUnavailableError(f"the store cannot be written anew: {error}") from None
