"""The register of schools."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from homeroom_collector.model import School
from homeroom_collector.rules.register import FieldChange
from homeroom_collector.store import assets, enrollment
from homeroom_collector.store.engine import Connection
from homeroom_collector.store.schema import schools as table
from homeroom_collector.store.upsert import Merge, upsert

_FIELDS = [field.name for field in dataclasses.fields(School)]


@dataclass(frozen=True, slots=True, kw_only=True)
class BroughtIn:
    """How many schools were new, differed, and were as before."""

    added: int
    changed: int
    same: int


def listed(connection: Connection) -> list[School]:
    """All schools, by id. Where nobody said how many students one has, the sum of its grades is taken."""
    totals = enrollment.totals(connection)
    return [_counted(school, totals) for school in declared(connection)]


def _counted(school: School, totals: Mapping[str, int]) -> School:
    if school.enrollment_students is not None or school.school_id not in totals:
        return school
    return dataclasses.replace(school, enrollment_students=totals[school.school_id])


def declared(connection: Connection) -> list[School]:
    """All schools as the register has them, by id."""
    rows = connection.execute(sa.select(table).order_by(table.c.school_id))
    return [_school(row) for row in rows.mappings()]


def bring_in(connection: Connection, found: Sequence[School], *, source: str, now: float) -> BroughtIn:
    """Add schools or replace what was known of them, and log every change. Those not named stay as they are."""
    before = {school.school_id: school for school in declared(connection)}
    changes = [(school.school_id, change) for school in found for change in _changes(before, school)]
    put(connection, found)
    assets.log(connection, changes, source=source, now=now)
    added = sum(school.school_id not in before for school in found)
    same = sum(before.get(school.school_id) == school for school in found)
    return BroughtIn(added=added, changed=len(found) - added - same, same=same)


def _changes(before: Mapping[str, School], school: School) -> Iterator[FieldChange]:
    old = before.get(school.school_id)
    if old is None:
        yield FieldChange(field="", before=None, after=school.school_id)
        return
    for name in _FIELDS:
        if getattr(old, name) != getattr(school, name):
            yield FieldChange(field=name, before=_said(getattr(old, name)), after=_said(getattr(school, name)))


def _said(value: object) -> object:
    return " ".join(map(str, value)) if isinstance(value, tuple) else value


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
