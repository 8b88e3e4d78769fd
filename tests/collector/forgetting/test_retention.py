"""Every class of data has an end, and the job that brings it about leaves what is not old enough."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from homeroom_collector.access.settings import AccessSettings
from homeroom_collector.config import HistorySettings
from homeroom_collector.problems.settings import load
from homeroom_collector.store import Connection, Store, alerts, outbox, problems, sessions, sign_ins, tickets
from homeroom_collector.store.forgetting import taking_away
from homeroom_collector.store.schema import metadata

DOCS = Path(__file__).parents[3] / "docs"
DAY = 86_400.0
NOW = 1_790_000_000.0
_FILLED = {sa.Text: "x", sa.Double: NOW, sa.BigInteger: 0, sa.Integer: 0, sa.LargeBinary: b"x", sa.Boolean: False}


def test_every_table_is_in_the_list_of_what_is_kept_how_long():
    text = (DOCS / "deletion.md").read_text().split("## How long, by class of data")[1]
    named = {
        name for line in text.splitlines() if line.count("|") > 4 for name in re.findall(r"`(\w+)`", line.split("|")[2])
    }
    assert named == set(metadata.tables)


def test_the_lengths_that_are_told_are_the_defaults():
    history = HistorySettings()
    assert (history.samples, history.interfaces) == (2 * DAY, 400 * DAY)
    assert history.computers == history.network == 5 * 366 * DAY
    assert load(None).keep_closed_seconds == 400 * DAY
    assert AccessSettings().audit == 400 * DAY


JOBS: dict[str, tuple[str, float, Callable[[Connection, float], object]]] = {
    "problems": ("closed_at", 400 * DAY, lambda c, now: problems.forget(c, now - 400 * DAY)),
    "tickets": ("changed_at", 400 * DAY, lambda c, now: tickets.forget(c, now - 400 * DAY)),
    "alerts": ("changed_at", 30 * DAY, lambda c, now: alerts.forget(c, now - 30 * DAY)),
    "alert_inbox": ("handled_at", 30 * DAY, lambda c, now: alerts.forget(c, now - 30 * DAY)),
    "sign_ins": ("at", 400 * DAY, lambda c, now: sign_ins.drop_before(c, now - 400 * DAY)),
    "sessions": ("expires_at", 0, sessions.drop_expired),
    "sign_in_links": ("expires_at", 0, sessions.drop_expired),
    "forgotten": ("at", 30 * DAY, lambda c, now: taking_away.drop_before(c, now - 30 * DAY)),
    "outbox_batches": ("at", 7 * DAY, lambda c, now: outbox.drop_old(c, "mimir", now - 7 * DAY)),
}


@pytest.mark.parametrize("name", JOBS)
async def test_what_is_old_enough_goes_and_what_is_not_stays(store: Store, name: str):
    column, lasting, job = JOBS[name]
    table = metadata.tables[name]
    count = sa.select(sa.func.count()).select_from(table)
    for number, at in enumerate((NOW, NOW + 2 * DAY), start=1):
        await store.write(partial(_put, table=table, number=number, column=column, at=at))
    for now, left in ((NOW + lasting - DAY, 2), (NOW + lasting + DAY, 1), (NOW + lasting + 3 * DAY, 0)):
        await store.write(lambda connection, now=now: job(connection, now))
        assert await store.read(lambda connection: connection.scalar(count)) == left, now


def _put(connection: Connection, table: sa.Table, number: int, column: str, at: float) -> None:
    """A row of any table: what it says does not matter here, but its time does."""
    row: dict[str, Any] = {each.name: _value(each, number) for each in table.c if not each.nullable}
    row |= {column: at} | ({"phase": "done"} if table.name == "tickets" else {})
    connection.execute(table.insert(), row)
    if table.name == "outbox_batches":
        connection.execute(metadata.tables["outbox_pending"].insert(), {"endpoint": "mimir", "batch": number})


def _value(column: sa.Column[Any], number: int) -> object:
    if column.primary_key or column.unique:
        return number if isinstance(column.type, sa.Integer) else f"{column.name}-{number}"
    value = next(value for kind, value in _FILLED.items() if isinstance(column.type, kind))
    return f"{value}-{number}" if column.name == "key" else value
