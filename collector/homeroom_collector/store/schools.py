"""The register of schools."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from homeroom_collector.model import School
from homeroom_collector.store.engine import Connection
from homeroom_collector.store.schema import schools as table
from homeroom_collector.store.upsert import Merge, upsert

_FIELDS = [field.name for field in dataclasses.fields(School)]


def listed(connection: Connection) -> list[School]:
    """All schools, by id."""
    rows = connection.execute(sa.select(table).order_by(table.c.school_id))
    return [_school(row) for row in rows.mappings()]


def put(connection: Connection, schools: Iterable[School]) -> None:
    """Add schools, or replace what was known of them. Those not named stay as they are."""
    rows = [_row(school) for school in schools]
    if rows:
        others = {name: _new(name) for name in _FIELDS if name != "school_id"}
        connection.execute(upsert(connection, table, ["school_id"], others), rows)


def _row(school: School) -> dict[str, Any]:
    row = dataclasses.asdict(school)
    return row | {"networks": json.dumps(row["networks"])}


def _school(row: sa.RowMapping) -> School:
    return School(**{**row, "networks": tuple(json.loads(row["networks"]))})


def _new(name: str) -> Merge:
    return lambda new, _old: new[name]
