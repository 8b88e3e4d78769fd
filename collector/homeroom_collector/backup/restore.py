"""Going back to a backup: first everything is checked, and only then is anything replaced."""

from __future__ import annotations

import tempfile
from pathlib import Path

from homeroom_collector.backup import Progress, container, postgresql, sqlite
from homeroom_collector.backup.manifest import BackupError, Manifest
from homeroom_collector.store import open_store
from homeroom_collector.store.engine import file_of
from homeroom_collector.store.migrate import knows, newest

# What a collector that was only started once has written by itself.
_ALSO_IN_A_NEW_STORE = frozenset(
    {"alembic_version", "schools", "leases", "line_leases", "sign_in_links", "ticket_writers"}
)


def look(file: Path, identity: Path | None, progress: Progress) -> Manifest:
    """Read a whole backup and check it, without touching any store. Raises BackupError."""
    with tempfile.TemporaryDirectory(prefix="homeroom-check-") as folder:
        return _unpacked(file, identity, Path(folder) / "data", progress)


async def restore(
    url: str, file: Path, identity: Path | None, *, replace: bool, progress: Progress
) -> tuple[Manifest, list[Path]]:
    """Let a backup take the place of the store, brought to the newest tables. Gives what lies aside of the old one.

    Raises BackupError where the backup is not whole, was made by a newer Homeroom or from the other kind of database,
    where something is in the store and ``replace`` is false, or where a collector uses it; then nothing has changed.
    """
    database = file_of(url)
    if database is None:
        return await _postgresql(url, file, identity, replace=replace, progress=progress), []
    return await _sqlite(database, file, identity, replace=replace, progress=progress)


async def _sqlite(
    database: Path, file: Path, identity: Path | None, *, replace: bool, progress: Progress
) -> tuple[Manifest, list[Path]]:
    if not replace:
        _must_be_empty(_rows_there(database), str(database))
    database.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".homeroom-restore-", dir=database.parent) as folder:
        whole = Path(folder) / "homeroom.db"
        with sqlite.alone(database):
            manifest = _unpacked(file, identity, whole, progress, kind="sqlite")
            async with open_store(f"sqlite:///{whole}"):
                pass  # opening brings the tables up to date
            return manifest, sqlite.put_back(whole, database)


def _rows_there(database: Path) -> dict[str, int]:
    if not database.exists() or not database.stat().st_size:
        return {}
    try:
        return sqlite.rows_of(database)
    except BackupError as error:
        raise BackupError(f"{error}; to let the backup take its place: --replace") from None


async def _postgresql(url: str, file: Path, identity: Path | None, *, replace: bool, progress: Progress) -> Manifest:
    before = await postgresql.there(url)
    if not replace:
        _must_be_empty(before.rows, "the database")
    if before.others:
        raise BackupError(
            f"the database is in use by {before.others} connections of Homeroom: stop every collector first"
        )
    with tempfile.TemporaryDirectory(prefix="homeroom-restore-") as folder:
        data = Path(folder) / "data"
        manifest = _unpacked(file, identity, data, progress, kind="postgresql")
        await postgresql.put_back(url, data)
    after = await postgresql.there(url)
    _must_be_equal(manifest.rows, after.rows)
    async with open_store(url):
        return manifest


def _unpacked(
    file: Path, identity: Path | None, data: Path, progress: Progress, *, kind: str | None = None
) -> Manifest:
    """Extract the data and check all that can be checked before it is used."""
    with container.opened(file, identity, data.parent) as archive:
        manifest = container.manifest_of(archive)
        if kind is not None and manifest.kind != kind:
            raise BackupError(
                f"this is a backup of {manifest.kind}, and store.url names {kind}; name a store of its kind"
            )
        if not knows(manifest.revision):
            raise BackupError(
                f"the backup has tables of version {manifest.revision}, newer than this program's {newest()};"
                f" update Homeroom (it was made by {manifest.homeroom})"
            )
        with data.open("wb") as out:
            container.extract(archive, manifest, out, progress)
    if manifest.kind == "sqlite":
        sqlite.check(data)
        _must_be_equal(manifest.rows, sqlite.rows_of(data))
    return manifest


def _must_be_empty(rows: dict[str, int], where: str) -> None:
    filled = [name for name, count in rows.items() if count and name not in _ALSO_IN_A_NEW_STORE]
    if filled:
        raise BackupError(
            f"{where} is not empty ({', '.join(filled[:4])}); to let the backup take its place: --replace"
        )


def _must_be_equal(told: dict[str, int], found: dict[str, int]) -> None:
    if other := [name for name in told if told[name] != found.get(name)]:
        raise BackupError(f"after the restore these tables do not have the backup's rows: {', '.join(other)}")
