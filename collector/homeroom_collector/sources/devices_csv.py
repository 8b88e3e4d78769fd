"""Assets from a CSV file of any system, by a mapping of its columns.

A row that cannot be read is named with its line and reason, and the rest goes on: a stray quote never swallows the rows
below it. An empty cell says nothing, and so changes nothing.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from homeroom_collector.errors import ConfigError
from homeroom_collector.model import School
from homeroom_collector.rules.register_plan import BadRow, Row
from homeroom_collector.sources.asset_fields import COLUMNS, Mapped, Parsed, Reader, mapping_problems, plain

_MOST_LINES_PER_ROW = 8


def read(path: Path, mapping: Mapped, schools: Sequence[School]) -> Parsed:
    """Read a file. Raises ConfigError where nothing of it can be used."""
    try:
        lines = path.read_bytes().splitlines(keepends=True)
    except OSError as error:
        raise ConfigError([f"{path}: cannot be read: {error.strerror}"]) from None
    return parse(lines, mapping, schools, where=str(path))


def parse(lines: Sequence[bytes], mapping: Mapped, schools: Sequence[School], *, where: str) -> Parsed:
    """Read lines, the first being the header. Raises ConfigError where the header cannot be used."""
    if problems := [f"{where}: {problem}" for problem in mapping_problems(mapping)]:
        raise ConfigError(problems)
    header = _header(lines[0] if lines else b"", where)
    places, ignored = _places(header, mapping, where)
    reader = Reader(mapping, schools)
    rows: list[Row] = []
    bad: list[BadRow] = []
    for line, cells in _records(lines, len(header)):
        try:
            if isinstance(cells, ValueError):
                raise cells
            if any(cell.strip() for cell in cells):
                found = reader.values((column, cells[place]) for column, place in places.items())
                rows.append(Row(line=line, values=found))
        except ValueError as error:
            bad.append(BadRow(line=line, reason=str(error)))
    return Parsed(rows=tuple(rows), bad=tuple(bad), ignored=ignored)


def _header(line: bytes, where: str) -> list[str]:
    try:
        # utf-8-sig: spreadsheets write a byte order mark.
        cells = next(csv.reader([line.decode("utf-8-sig")], strict=True), [])
    except (UnicodeDecodeError, csv.Error) as error:
        raise ConfigError([f"{where}:1: the header is not CSV in UTF-8: {error}"]) from None
    if not any(cell.strip() for cell in cells):
        raise ConfigError([f"{where}:1: no header"])
    return [cell.strip() for cell in cells]


def _places(header: Sequence[str], mapping: Mapped, where: str) -> tuple[dict[str, int], tuple[str, ...]]:
    """Where each column here is found in a row."""
    given = {plain(name): column for name, column in mapping.columns.items()}
    places: dict[str, int] = {}
    ignored: list[str] = []
    problems = [
        f"{where}: no column {name!r}, which the mapping names"
        for name in mapping.columns
        if plain(name) not in map(plain, header)
    ]
    for place, name in enumerate(header):
        named = plain(name)
        column = given.get(named) or _ALIASES.get(named) or (named if named in COLUMNS else None)
        if column is None or (column in given.values() and named not in given):
            ignored.append(name)
        elif column in places:
            problems.append(f"{where}: columns {header[places[column]]!r} and {name!r} both mean {column}")
        else:
            places[column] = place
    if not {"asset_tag", "serial"} & set(places):
        problems.append(f"{where}: no column for asset_tag or serial; say which with --map 'Your Column=asset_tag'")
    if problems:
        raise ConfigError(problems)
    return places, tuple(ignored)


def _records(lines: Sequence[bytes], width: int) -> Iterator[tuple[int, list[str] | ValueError]]:
    """Rows with the number of their first line. A cell may hold line ends, where the quotes bear it out."""
    place = 1
    while place < len(lines):
        taken, cells = 1, _cells(lines[place : place + 1], width)
        if isinstance(cells, _OpenQuoteError):
            for more in range(2, min(_MOST_LINES_PER_ROW, len(lines) - place) + 1):
                longer = _cells(lines[place : place + more], width)
                if isinstance(longer, list):
                    taken, cells = more, longer
                    break
        if cells:
            yield place + 1, cells
        place += taken


class _OpenQuoteError(ValueError):
    """A quote that is not closed on its line."""


def _cells(lines: Sequence[bytes], width: int) -> list[str] | ValueError:
    try:
        text = b"".join(lines).decode("utf-8")
        rows = list(csv.reader(text.splitlines(keepends=True), strict=True))
    except UnicodeDecodeError:
        return ValueError("not UTF-8; save the file as 'CSV UTF-8'")
    except csv.Error as error:
        if "unexpected end of data" in str(error):
            return _OpenQuoteError("a quote is opened and not closed")
        return ValueError(f"not CSV: {error}")
    if not rows or not rows[0]:
        return []
    if len(rows) > 1 or len(rows[0]) != width:
        return ValueError(f"{len(rows[0])} values in {width} columns")
    return rows[0]


_ALIASES = {
    "asset": "asset_tag", "tag": "asset_tag", "asset_id": "asset_tag", "asset_number": "asset_tag",
    "serial_number": "serial", "make": "manufacturer", "brand": "manufacturer", "os": "platform",
    "school": "school_id", "site": "school_id", "building": "school_id", "location": "room", "grade": "grade_band",
    "purchased": "purchase_date", "purchased_on": "purchase_date", "date_purchased": "purchase_date",
    "purchase_cost": "cost", "price": "cost", "purchase_price": "cost", "fund": "funding_source",
    "warranty_expiration": "warranty_end", "warranty_expires": "warranty_end", "aue": "support_end",
    "auto_update_expiration": "support_end", "status": "state", "frn": "erate_frn",
    "funding_year": "erate_year", "install_date": "erate_install_date",
}  # fmt: skip
