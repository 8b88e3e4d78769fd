"""From Snipe-IT's assets to rows of the register.

Its own words are read by the same mapping as a CSV file's. Whom an asset is checked out to, its name and its notes are
never looked at: they may name a person.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from homeroom_collector.errors import ConfigError
from homeroom_collector.model import School
from homeroom_collector.rules.register_plan import BadRow, Row
from homeroom_collector.sources.asset_fields import Mapped, Parsed, Reader, mapping_problems, plain

_NAMED = ("model", "manufacturer", "category", "supplier", "company", "location", "rtd_location")
_DATED = ("purchase_date", "warranty_expires", "asset_eol_date")
_PLAIN = ("asset_tag", "serial", "model_number", "order_number", "purchase_cost")
FIELDS = (*_PLAIN, *_NAMED, *_DATED, "status")
"""What may be mapped, beside ``custom_fields.NAME``."""

_USUAL = {
    "asset_tag": "asset_tag", "serial": "serial", "manufacturer": "manufacturer", "model": "model",
    "location": "school_id", "purchase_date": "purchase_date", "purchase_cost": "cost",
    "warranty_expires": "warranty_end", "status": "state",
}  # fmt: skip
# The five meanings that a status label can have (status_meta), for labels that the mapping does not name.
_META = {
    "deployed": "in_use", "deployable": "spare", "pending": "stored", "undeployable": "repair", "archived": "retired",
}  # fmt: skip


def parsed(assets: Iterable[Mapping[str, Any]], mapping: Mapped, schools: Sequence[School]) -> Parsed:
    """Read assets; the line of each is its number in Snipe-IT. Raises ConfigError for a mapping that cannot be."""
    columns = _columns(mapping)
    reader = Reader(mapping, schools)
    rows: list[Row] = []
    bad: list[BadRow] = []
    for asset in assets:
        number = asset.get("id")
        line = number if isinstance(number, int) else 0
        try:
            rows.append(Row(line=line, values=reader.values(_texts(asset, columns, mapping))))
        except ValueError as error:
            bad.append(BadRow(line=line, reason=str(error)))
    return Parsed(rows=tuple(rows), bad=tuple(bad), ignored=())


def _columns(mapping: Mapped) -> dict[str, str]:
    """What each of Snipe-IT's fields means; what the mapping says of a column here goes before what is usual."""
    problems = list(mapping_problems(mapping))
    problems += [
        f"columns.{name}: Snipe-IT's fields are {', '.join(FIELDS)} and custom_fields.NAME"
        for name in mapping.columns
        if name not in FIELDS and not name.startswith("custom_fields.")
    ]
    if problems:
        raise ConfigError(problems)
    taken = set(mapping.columns.values())
    usual = {name: column for name, column in _USUAL.items() if column not in taken and name not in mapping.columns}
    return usual | mapping.columns


def _texts(asset: Mapping[str, Any], columns: Mapping[str, str], mapping: Mapped) -> Iterator[tuple[str, str]]:
    for name, column in columns.items():
        if name == "status":
            yield column, _state(asset.get("status_label"), mapping.values.get(column, {}))
        else:
            # Snipe-IT escapes texts for a web page: R&amp;D.
            yield column, html.unescape(_text(asset, name))


def _text(asset: Mapping[str, Any], name: str) -> str:
    if name.startswith("custom_fields."):
        fields = asset.get("custom_fields")
        found = fields.get(name.partition(".")[2]) if isinstance(fields, dict) else None
        return _said(found, "value")
    if name in _NAMED:
        return _said(asset.get(name), "name")
    if name in _DATED:
        return _said(asset.get(name), "date")
    value = asset.get(name)
    return "" if value is None else str(value)


def _said(value: Any, key: str) -> str:
    """One member of an object, or the text itself where an older Snipe-IT gives it."""
    if isinstance(value, dict):
        inner = value.get(key)
        return _said(inner, "date") if isinstance(inner, dict) else "" if inner is None else str(inner)
    return value if isinstance(value, str) else ""


def _state(label: Any, named: Mapping[str, str]) -> str:
    if not isinstance(label, dict):
        return ""
    name = html.unescape(str(label.get("name") or ""))
    if plain(name) in {plain(theirs) for theirs in named}:
        return name  # the reader turns it into the word that the mapping gives
    meta = str(label.get("status_meta") or label.get("status_type") or "")
    return _META.get(meta.lower(), name)
