"""Printing lists: a table for people, CSV and JSON for programs."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

_WIDEST = 2_000


def show(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], style: str) -> None:
    """Print rows; times are columns ending in ``_at`` and are Unix seconds in JSON, ISO 8601 elsewhere."""
    if style == "json":
        print(json.dumps([{name: row[name] for name in columns} for row in rows], indent=2))
    elif style == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([_text(name, row[name]) for name in columns] for row in rows)
    else:
        _table(rows, columns)


def _table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    table = Table(box=box.SIMPLE)
    for name in columns:
        table.add_column(name.removesuffix("_at").replace("_", " "), no_wrap=True)
    for row in rows:
        table.add_row(*(_text(name, row[name]) for name in columns))
    # A row stays one line, for people who pipe it on.
    Console(markup=False, highlight=False, width=_WIDEST).print(table)


def _text(name: str, value: Any) -> str:
    if value is None:
        return ""
    if name.endswith("_at"):
        return datetime.fromtimestamp(value, UTC).isoformat(timespec="seconds")
    return str(value)
