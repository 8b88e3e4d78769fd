"""The register of assets, with the source of each field, and the log of every change."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from homeroom_collector.rules.asset import Asset, Assignment, LifeState
from homeroom_collector.rules.register import Entry, FieldChange
from homeroom_collector.store.engine import Connection
from homeroom_collector.store.schema import assets as table
from homeroom_collector.store.schema import audit_log

_FIELDS = [field.name for field in dataclasses.fields(Asset)]


def listed(connection: Connection) -> list[Asset]:
    """All assets, in the order in which they came."""
    return [entry.asset for entry in entries(connection).values()]


def version(connection: Connection) -> tuple[int | None, int | None]:
    """What is another whenever an asset was added or changed: every change is logged."""
    newest = sa.select(sa.func.max(audit_log.c.event_id)).scalar_subquery()
    row = connection.execute(sa.select(newest, sa.func.max(table.c.number))).one()
    return row[0], row[1]


def entries(connection: Connection) -> dict[int, Entry]:
    """All assets with the sources of their fields, by number."""
    rows = connection.execute(sa.select(table).order_by(table.c.number)).mappings()
    return {row["number"]: Entry(asset=asset_of(row), sources=json.loads(row["sources"])) for row in rows}


def shelved_serials(connection: Connection) -> frozenset[str]:
    """Serial numbers, in capitals, of devices whose silence means nothing: spare, stored, in repair, or gone."""
    query = sa.select(sa.func.upper(table.c.serial)).where(
        table.c.state != LifeState.IN_USE.value, table.c.serial.is_not(None)
    )
    return frozenset(connection.execute(query).scalars())


def asset_of(row: sa.RowMapping) -> Asset:
    """A row of the table as the rules see it."""
    values: dict[str, Any] = {name: row[name] for name in _FIELDS}
    values["state"] = LifeState(values["state"])
    values["assignment"] = Assignment(values["assignment"]) if values["assignment"] else None
    return Asset(**values)


def add(connection: Connection, new: Sequence[Entry]) -> None:
    """Add assets that are not there yet."""
    if new:
        connection.execute(table.insert(), [_row(entry) for entry in new])


def replace(connection: Connection, changed: Mapping[int, Entry]) -> None:
    """Write assets anew, by number."""
    if changed:
        names = (*_FIELDS, "sources")
        values: dict[str, sa.BindParameter[Any]] = {name: sa.bindparam(f"new_{name}") for name in names}
        statement = table.update().where(table.c.number == sa.bindparam("which")).values(values)
        rows = [
            {"which": number, **{f"new_{name}": value for name, value in _row(entry).items()}}
            for number, entry in changed.items()
        ]
        connection.execute(statement, rows)


def _row(entry: Entry) -> dict[str, Any]:
    row = {name: getattr(entry.asset, name) for name in _FIELDS}
    row["state"] = entry.asset.state.value
    row["assignment"] = entry.asset.assignment.value if entry.asset.assignment else None
    return row | {"sources": json.dumps(dict(entry.sources), sort_keys=True)}


def log(connection: Connection, changes: Iterable[tuple[str, FieldChange]], *, source: str, now: float) -> None:
    """Keep what changed: the subject's name and the change."""
    rows = [
        {
            "at": now,
            "source": source,
            "subject": subject,
            "field": change.field,
            "before": _text(change.before),
            "after": _text(change.after),
        }
        for subject, change in changes
    ]
    if rows:
        connection.execute(audit_log.insert(), rows)


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def state_changes(connection: Connection) -> list[tuple[float, str, str]]:
    """When which asset came into which state, by the log, oldest first."""
    query = sa.select(audit_log.c.at, audit_log.c.subject, audit_log.c.after).where(
        audit_log.c.field == "state", audit_log.c.after.is_not(None)
    )
    return [(row.at, row.subject, row.after) for row in connection.execute(query.order_by(audit_log.c.event_id))]


def history(connection: Connection, subject: str | None = None) -> list[dict[str, Any]]:
    """The log, oldest first; of one subject, or of all."""
    query = sa.select(audit_log).order_by(audit_log.c.event_id)
    if subject is not None:
        query = query.where(audit_log.c.subject == subject)
    return [dict(row) for row in connection.execute(query).mappings()]
