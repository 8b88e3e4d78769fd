"""The whole document of one scrape: which families of which schools, in which order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from homeroom_collector.fleet import SchoolState, Table
from homeroom_collector.fleet.member import TABLES
from homeroom_collector.views.metrics import render
from homeroom_collector.views.metrics.aggregates import AGGREGATES, rows
from homeroom_collector.views.metrics.decided import Shown
from homeroom_collector.views.metrics.formats import Format

ALL_TABLES: dict[str, Table] = {table.name: table for tables in TABLES.values() for table in tables}
"""Tables of both classes of devices; those that both have come once."""


@dataclass(slots=True)
class Tally:
    """How many series a document had, once it is written."""

    series: int = 0

    def count(self, piece: bytes, series: int) -> bytes:
        """Count the series of a piece and hand it on."""
        self.series += series
        return piece


def pieces(
    form: Format,
    schools: Sequence[SchoolState],
    *,
    per_device: bool,
    tally: Tally | None = None,
    decided: Shown = (),
) -> Iterator[bytes]:
    """The fleet's part of a scrape, family by family. The state may change between pieces, never within one.

    ``decided`` are samples of these schools that were worked out before.
    """
    tally = tally or Tally()
    for declared, read in AGGREGATES:
        samples = list(rows(read, schools))
        yield from render.family(form, declared, [tally.count(render.samples(declared, samples), len(samples))])
    for declared, found in decided:
        yield from render.family(form, declared, [tally.count(render.samples(declared, found), len(found))])
    if per_device:
        labelled = [(render.school_label(state.school.school_id), state) for state in schools]
        for table in ALL_TABLES.values():
            yield from _table(form, table, labelled, tally)


def _table(form: Format, table: Table, schools: Sequence[tuple[str, SchoolState]], tally: Tally) -> Iterator[bytes]:
    for place, declared in enumerate(table.columns):
        blocks = (
            tally.count(*render.column(state.columns[table.name], place, label))
            for label, state in schools
            if table.name in state.columns
        )
        yield from render.family(form, declared.family, blocks)
