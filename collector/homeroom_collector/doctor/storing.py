"""The store: does it answer, are its tables this program's, are its pages whole, is there room, who may read it."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from homeroom_collector.doctor.finding import Finding, fail, ok, warning
from homeroom_collector.errors import CollectorError, StoreDamagedError
from homeroom_collector.store import Store
from homeroom_collector.store.engine import file_of
from homeroom_collector.store.migrate import knows, newest, revision_of

_LEAST_FREE_RATIO, _LOW_FREE_RATIO = 0.03, 0.10


async def look(store: Store, url: str) -> AsyncIterator[Finding]:
    """Everything about the store itself. It is not brought up to date by looking."""
    file = file_of(url)
    if file is not None:
        for finding in (*_files(file), _room(file.parent)):
            yield finding
        if not file.exists():
            return
    try:
        await store.check()
        revision = await store.read(revision_of)
        await store.check_pages()
    except StoreDamagedError as error:
        yield fail("store integrity", str(error), "homeroom restore FILE --replace (docs/backup.md)")
        return
    except CollectorError as error:
        yield fail("store", str(error), "start the database, and see that store.url is right and its user may connect")
        return
    yield ok("store integrity", "every page can be read" if file else "answers")
    yield _schema(revision)


def _schema(revision: str | None) -> Finding:
    if revision == newest():
        return ok("store schema", f"version {revision}")
    if revision is None or knows(revision):
        return warning(
            "store schema",
            f"version {revision or 'none'}, this program has {newest()}",
            "start the collector: it brings the tables up to date",
        )
    do = "update Homeroom, or go back to a backup that this program's version has made"
    return fail("store schema", f"version {revision} is newer than this program's {newest()}", do)


def _files(file: Path) -> Iterator[Finding]:
    if not file.exists():
        yield warning(
            "store", f"there is no {file} yet", "start the collector: it makes one; or see that store.url is right"
        )
        return
    mode = file.stat().st_mode
    if mode & (stat.S_IROTH | stat.S_IWOTH):
        yield fail("store permissions", f"everybody on this machine can read {file}", f"chmod o= {file}*")
    elif not os.access(file, os.R_OK | os.W_OK) or not os.access(file.parent, os.W_OK):
        do = f"run this as the collector's user, or give it the files: chown homeroom: {file.parent} {file}*"
        yield fail("store permissions", f"{file} and its folder cannot be written to by this user", do)
    else:
        yield ok("store permissions", f"{stat.filemode(mode)}")


def _room(folder: Path) -> Finding:
    if not folder.exists():
        return fail("disk", f"{folder} does not exist", f"mkdir -p {folder}, and give it to the collector's user")
    usage = shutil.disk_usage(folder)
    free = usage.free / usage.total
    says = f"{usage.free >> 20} MB of {usage.total >> 20} MB free at {folder}"
    if free < _LEAST_FREE_RATIO:
        return fail("disk", says, "make room now: when it is full, no report is taken; see history in collector.yml")
    if free < _LOW_FREE_RATIO:
        return warning("disk", says, "make room, or keep less (history in collector.yml)")
    return ok("disk", says)
