"""The whole document of one scrape: which families of which schools, in which order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from homeroom_collector.fleet import Fleet, SchoolState, Table
from homeroom_collector.fleet.member import TABLES
from homeroom_collector.views.metrics import render
from homeroom_collector.views.metrics.aggregates import AGGREGATES, rows
from homeroom_collector.views.metrics.formats import Format

_ALL_TABLES: dict[str, Table] = {table.name: table for tables in TABLES.values() for table in tables}


def pieces(form: Format, schools: Sequence[SchoolState], *, per_device: bool) -> Iterator[bytes]:
    """The fleet's part of a scrape, family by family. The state may change between pieces, never within one."""
    for declared, read in AGGREGATES:
        yield from render.family(form, declared, [render.samples(declared, rows(read, schools))])
    if per_device:
        for table in _ALL_TABLES.values():
            yield from _table(form, table, schools)


def _table(form: Format, table: Table, schools: Sequence[SchoolState]) -> Iterator[bytes]:
    for place, declared in enumerate(table.columns):
        blocks = (
            render.column(state.columns[table.name], place, state.school.school_id)
            for state in schools
            if table.name in state.columns
        )
        yield from render.family(form, declared.family, blocks)


def series(fleet: Fleet) -> int:
    """Series that the fleet's devices have room for: an upper bound that costs nothing to know."""
    return sum(
        len(columns.prefixes) * len(columns.values) for state in fleet.schools for columns in state.columns.values()
    )
