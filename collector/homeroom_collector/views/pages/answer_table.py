"""Rows of an answer as a table: columns as people say them, and one page of cells. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from homeroom_collector.views.pages import cells
from homeroom_collector.views.pages.cells import Cell
from homeroom_collector.views.pages.query import Page, page

SIZE = 25


@dataclass(frozen=True, slots=True)
class Column:
    """One column; ``number`` stands to the right, ``breadth`` is a style."""

    heading: str
    number: bool
    breadth: str


@dataclass(frozen=True, slots=True)
class AnswerTable:
    """What the template ``tables.html`` draws."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    shown: Page


def answer_table(
    rows: Sequence[Mapping[str, Any]], names: Sequence[str], wanted: int, schools: Mapping[str, str]
) -> AnswerTable:
    """One page of ``rows``: their values of ``names``, those that no row has left out; ``schools`` by id."""
    shown = page(wanted, len(rows), SIZE)
    used = [name for name in names if any(row.get(name) not in (None, "") for row in rows)]
    window = rows[shown.first : shown.end]
    return AnswerTable(
        columns=tuple(
            Column(
                cells.heading(name),
                cells.is_number(name, next((row[name] for row in rows if row.get(name) is not None), None)),
                cells.breadth(row.get(name) for row in window),
            )
            for name in used
        ),
        rows=tuple(tuple(cells.cell(name, row.get(name), schools) for name in used) for row in window),
        shown=shown,
    )
