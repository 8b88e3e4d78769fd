"""Telling other collectors which devices a transaction changed: NOTIFY of PostgreSQL, which is heard as it commits.

On SQLite there is nobody to tell. A collector's own notices are not told to itself.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

import sqlalchemy as sa

from homeroom_collector.store.engine import Connection

CHANNEL = "homeroom_devices"
_MOST_CHARACTERS = 7_000
"""PostgreSQL takes up to 8,000 octets in one notice."""

Heard = Callable[[frozenset[int]], None]
"""Called with the numbers of devices that another collector, or a command, has changed."""


def changed(connection: Connection, numbers: Collection[int]) -> None:
    """Let others know, once this transaction is committed, that devices are not as they were."""
    if connection.dialect.name != "postgresql" or not numbers:
        return
    notify = sa.select(
        sa.func.pg_notify(CHANNEL, sa.func.current_setting("application_name") + " " + sa.bindparam("said"))
    )
    for part in _parts(numbers):
        connection.execute(notify, {"said": part})


def _parts(numbers: Collection[int]) -> Iterator[str]:
    part: list[str] = []
    size = 0
    for number in numbers:
        text = str(number)
        if size + len(text) + 1 > _MOST_CHARACTERS:
            yield ",".join(part)
            part, size = [], 0
        part.append(text)
        size += len(text) + 1
    yield ",".join(part)


def read(payload: str, own_name: str) -> frozenset[int]:
    """Numbers in a notice; none where it is our own or not understood."""
    name, _, numbers = payload.rpartition(" ")
    if name == own_name:
        return frozenset()
    return frozenset(int(number) for number in numbers.split(",") if number.isdecimal())
