"""Making a backup of a running store."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from homeroom_agent import __version__
from homeroom_collector.backup import Progress, container, postgresql, sqlite
from homeroom_collector.backup.manifest import FORMAT, BackupError, Manifest
from homeroom_collector.store.engine import file_of


async def take(url: str, file: Path, to: Sequence[Any], progress: Progress) -> Manifest:
    """Write everything that the store holds now into ``file``, for these age recipients; none: not encrypted.

    A copy of an SQLite store lies beside it meanwhile, readable by its owner only. Raises BackupError.
    """
    database = file_of(url)
    if database is None:
        return await _postgresql(url, file, to, progress)
    return _sqlite(database, file, to, progress)


def _sqlite(database: Path, file: Path, to: Sequence[Any], progress: Progress) -> Manifest:
    _room_for(database)
    with tempfile.TemporaryDirectory(prefix=".homeroom-backup-", dir=database.parent) as folder:
        copied, taken_at = Path(folder) / "homeroom.db", time.time()
        sqlite.copy(database, copied, lambda _done, _of: None)
        manifest = _manifest("sqlite", sqlite.revision_of(copied), sqlite.rows_of(copied), taken_at)
        length = copied.stat().st_size
        with copied.open("rb") as data:
            return container.write(file, data, manifest, to, lambda done, _of: progress(done, length))


async def _postgresql(url: str, file: Path, to: Sequence[Any], progress: Progress) -> Manifest:
    with tempfile.TemporaryFile(prefix="homeroom-backup-") as data:
        taken_at = time.time()
        moment = await postgresql.dump(url, data)
        length = data.seek(0, 2)
        data.seek(0)
        manifest = _manifest("postgresql", str(moment.revision), moment.rows, taken_at)
        return container.write(file, data, manifest, to, lambda done, _of: progress(done, length))


def _manifest(kind: Any, revision: str, rows: dict[str, int], taken_at: float) -> Manifest:
    return Manifest(
        format=FORMAT,
        homeroom=__version__,
        kind=kind,
        revision=revision,
        taken_at=taken_at,
        rows=rows,
        data_bytes=0,
        data_sha256="",
    )


def _room_for(database: Path) -> None:
    if not database.exists():
        raise BackupError(f"there is no store at {database} yet")
    needed, free = database.stat().st_size, shutil.disk_usage(database.parent).free
    if free < needed * 1.1:
        raise BackupError(
            f"{database.parent} has {free >> 20} MB free; a copy of the store needs {needed >> 20} MB there"
        )
