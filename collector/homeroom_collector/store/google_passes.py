"""How far Google's lists were read, so that a pass that was interrupted goes on where it was."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import sqlalchemy as sa

from homeroom_collector.store.engine import Connection
from homeroom_collector.store.schema import google_devices
from homeroom_collector.store.schema import google_passes as table
from homeroom_collector.store.upsert import Merge, upsert


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """One way through a list. ``page_token`` is the next page, None before the first and after the last.

    ``since``: only reports of that time or later are asked for. ``complete_at`` and ``whole_at`` are the starts of the
    last pass that came to its end, and of the last such that asked for everything.
    """

    api: str
    started_at: float
    since: float | None = None
    page_token: str | None = None
    devices: int = 0
    complete_at: float | None = None
    whole_at: float | None = None


_FIELDS = [field.name for field in dataclasses.fields(Pass)]


def find(connection: Connection, api: str) -> Pass | None:
    """The last pass through a list, ended or not."""
    row = connection.execute(sa.select(table).where(table.c.api == api)).mappings().one_or_none()
    return Pass(**row) if row else None


def put(connection: Connection, now: Pass) -> None:
    """Remember how far a pass is; to be called in the transaction that holds what it brought."""
    merge = {name: _new(name) for name in _FIELDS if name != "api"}
    connection.execute(upsert(connection, table, ["api"], merge), dataclasses.asdict(now))


def known(connection: Connection) -> int:
    """How many devices Google's register had so far."""
    return int(connection.execute(sa.select(sa.func.count()).select_from(google_devices)).scalar_one())


def _new(name: str) -> Merge:
    return lambda new, _old: new[name]
