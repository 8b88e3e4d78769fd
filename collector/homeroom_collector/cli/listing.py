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
from rich.text import Text

from homeroom_collector.spreadsheet import cell

_WIDEST = 2_000
_MANY = 8
# The word says it; the colour only helps to find it.
_STYLES = {
    **dict.fromkeys(("fail", "critical", "down", "missing", "bad", "refused", "revoked"), "red"),
    **dict.fromkeys(("warning", "overdue", "unreachable", "expired", "used up", "conflict"), "yellow"),
    **dict.fromkeys(("pass", "up", "on_campus", "active", "ok"), "green"),
    **dict.fromkeys(("unknown", "exempt", "quiet", "away"), "dim"),
}


def show(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], style: str) -> None:
    """Print rows; times are columns ending in ``_at`` and are Unix seconds in JSON, ISO 8601 elsewhere."""
    if style == "json":
        print(json.dumps([{name: row[name] for name in columns} for row in rows], indent=2))
    elif style == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([cell(_told(name, row[name])) for name in columns] for row in rows)
    else:
        _table(rows, columns)


def _table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], console: Console | None = None) -> None:
    console = console or Console(markup=False, highlight=False)
    if console.is_terminal:
        console.print(_for_eyes(rows, columns))
        return
    table = Table(box=box.SIMPLE)
    for name in columns:
        table.add_column(_title(name), no_wrap=True)
    for row in rows:
        table.add_row(*(_text(name, row[name]) for name in columns))
    # A row stays one line, for people who pipe it on.
    Console(markup=False, highlight=False, width=_WIDEST).print(table)


def _for_eyes(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> Table:
    """As wide as the terminal: long texts are folded, numbers stand to the right, what deserves a look has a colour."""
    table = Table(box=box.SIMPLE_HEAD, header_style="bold", row_styles=("", "dim") if len(rows) > _MANY else ())
    for name in columns:
        values = [row[name] for row in rows if row[name] is not None]
        number = bool(values) and all(isinstance(value, int | float) for value in values) and not name.endswith("_at")
        table.add_column(_title(name), justify="right" if number else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(text, _STYLES.get(text, "")) for text in (_text(name, row[name]) for name in columns)))
    table.caption = f"{len(rows):,} {'line' if len(rows) == 1 else 'lines'}"
    table.caption_justify = "left"
    return table


def _title(name: str) -> str:
    return name.removesuffix("_at").replace("_", " ")


def _text(name: str, value: Any) -> str:
    """As text for a terminal: what a device says of itself must not move the cursor or change the title."""
    text = "" if value is None else str(_told(name, value))
    return text if text.isprintable() else "".join(sign if sign.isprintable() else "\ufffd" for sign in text)


def _told(name: str, value: Any) -> Any:
    if value is not None and name.endswith("_at"):
        return datetime.fromtimestamp(value, UTC).isoformat(timespec="seconds")
    return value
