"""Bringing rows into the register of assets: all of them or none, and hardly ever in the way of others who write.

What follows from the rows is worked out on a view of the store, which takes most of the time and stops nobody. It is
written only where the register is still as it was seen.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial

from homeroom_collector.rules.register_plan import Plan, Row, plan
from homeroom_collector.store import assets
from homeroom_collector.store.engine import Connection
from homeroom_collector.store.store import Store

_TRIES = 3


async def bring_in(
    store: Store, rows: Sequence[Row], source: str, *, overwrite: bool = False, dry_run: bool = False
) -> Plan:
    """Hold rows against the register and write what follows, unless it is a ``dry_run``. Gives what was found.

    Raises StoreUnavailableError; then nothing is written.
    """
    for _ in range(_TRIES):
        version, found = await store.read(partial(_planned, rows=rows, source=source, overwrite=overwrite))
        if dry_run or await store.write(partial(_write, found=found, source=source, version=version)):
            return found
    return await store.write(partial(_at_once, rows=rows, source=source, overwrite=overwrite))


def _planned(connection: Connection, rows: Sequence[Row], source: str, *, overwrite: bool) -> tuple[object, Plan]:
    return assets.version(connection), plan(assets.entries(connection), rows, source, overwrite=overwrite)


def _write(connection: Connection, found: Plan, source: str, version: object) -> bool:
    """False where the register has changed since: nothing is written."""
    if assets.version(connection) != version:
        return False
    assets.add(connection, found.added)
    assets.replace(connection, found.changed)
    changes = [(name, change) for _, name, change in found.changes]
    assets.log(connection, changes, source=source, now=time.time())
    return True


def _at_once(connection: Connection, rows: Sequence[Row], source: str, *, overwrite: bool) -> Plan:
    """Where others change the register all the time, they wait for once."""
    version, found = _planned(connection, rows, source, overwrite=overwrite)
    _write(connection, found, source, version)
    return found
