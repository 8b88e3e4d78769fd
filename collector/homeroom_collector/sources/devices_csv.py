"""Assets from a CSV file of any system, by a mapping of its columns.

A row that cannot be read is named with its line and reason, and the rest goes on: a stray quote never swallows the rows
below it. An empty cell says nothing, and so changes nothing.
"""

from __future__ import annotations

import csv
import difflib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal, TypeVar

from homeroom_collector import strict
from homeroom_collector.errors import ConfigError
from homeroom_collector.model import School
from homeroom_collector.rules import money
from homeroom_collector.rules.asset import Assignment, LifeState
from homeroom_collector.rules.register_plan import BadRow, Row

_E = TypeVar("_E", bound=StrEnum)
DateStyle = Literal["iso", "us", "eu"]
_DATES: dict[str, tuple[tuple[str, ...], str]] = {
    "iso": (("%Y-%m-%d",), "2024-08-15"),
    "us": (("%m/%d/%Y", "%m/%d/%y", "%m-%d-%Y"), "8/15/2024"),
    "eu": (("%d.%m.%Y", "%d/%m/%Y", "%d-%m-%Y"), "15/08/2024"),
}
_LONGEST_CELL = 200
_MOST_LINES_PER_ROW = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """How another system's file is read.

    ``columns`` are its column names and the columns here that they mean. ``values`` are, for each column here, its
    words and the words here that they mean. ``dates`` says whether 3/4/2024 is in March or in April.
    """

    columns: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    dates: DateStyle = "iso"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """``ignored`` are columns that nothing was taken from."""

    rows: tuple[Row, ...]
    bad: tuple[BadRow, ...]
    ignored: tuple[str, ...]


def load_mapping(path: Path) -> Mapped:
    """Read a mapping file, YAML. Raises ConfigError with everything that is wrong."""
    mapping = strict.load(Mapped, path)
    if problems := [f"{path}: {problem}" for problem in _mapping_problems(mapping)]:
        raise ConfigError(problems)
    return mapping


def _mapping_problems(mapping: Mapped) -> Iterator[str]:
    places = [(f"columns.{name}", column) for name, column in mapping.columns.items()]
    places += [(f"values.{column}", column) for column in mapping.values]
    for place, column in places:
        if column not in COLUMNS:
            yield f"{place}: {_unknown(column)}"


def _unknown(column: str) -> str:
    close = difflib.get_close_matches(column, COLUMNS, n=1, cutoff=0.5)
    hint = f"did you mean {close[0]!r}?" if close else f"known: {', '.join(COLUMNS)}"
    return f"{column!r} is not a column here; {hint}"


def read(path: Path, mapping: Mapped, schools: Sequence[School]) -> Parsed:
    """Read a file. Raises ConfigError where nothing of it can be used."""
    try:
        lines = path.read_bytes().splitlines(keepends=True)
    except OSError as error:
        raise ConfigError([f"{path}: cannot be read: {error.strerror}"]) from None
    return parse(lines, mapping, schools, where=str(path))


def parse(lines: Sequence[bytes], mapping: Mapped, schools: Sequence[School], *, where: str) -> Parsed:
    """Read lines, the first being the header. Raises ConfigError where the header cannot be used."""
    if problems := [f"{where}: {problem}" for problem in _mapping_problems(mapping)]:
        raise ConfigError(problems)
    header = _header(lines[0] if lines else b"", where)
    places, ignored = _places(header, mapping, where)
    reader = _Reader(mapping, schools)
    rows: list[Row] = []
    bad: list[BadRow] = []
    for line, cells in _records(lines, len(header)):
        try:
            if isinstance(cells, ValueError):
                raise cells
            if any(cell.strip() for cell in cells):
                rows.append(Row(line=line, values=reader.values(places, cells)))
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
    given = {_plain(name): column for name, column in mapping.columns.items()}
    places: dict[str, int] = {}
    ignored: list[str] = []
    problems = [
        f"{where}: no column {name!r}, which the mapping names"
        for name in mapping.columns
        if _plain(name) not in map(_plain, header)
    ]
    for place, name in enumerate(header):
        plain = _plain(name)
        column = given.get(plain) or _ALIASES.get(plain) or (plain if plain in COLUMNS else None)
        if column is None or (column in given.values() and plain not in given):
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


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


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


class _Reader:
    """Turns cells into fields of an asset."""

    def __init__(self, mapping: Mapped, schools: Sequence[School]) -> None:
        self._words = {
            column: {_plain(theirs): ours for theirs, ours in words.items()} for column, words in mapping.values.items()
        }
        self._formats, self._example = _DATES[mapping.dates]
        self._schools = {school.name.casefold(): school.school_id for school in schools}
        self._schools |= {school.school_id.casefold(): school.school_id for school in schools}

    def values(self, places: Mapping[str, int], cells: Sequence[str]) -> dict[str, Any]:
        """Fields that a row gives. Raises ValueError with all that is wrong with it."""
        found: dict[str, Any] = {}
        problems = []
        for column, place in places.items():
            text = cells[place].strip()
            text = self._words.get(column, {}).get(_plain(text), text)
            if not text:
                continue
            name, kind = COLUMNS[column]
            try:
                found[name] = self._value(kind, text)
            except ValueError as error:
                problems.append(f"{column}: {error}")
        if problems:
            raise ValueError("; ".join(problems))
        return found

    def _value(self, kind: str, text: str) -> Any:
        if len(text) > _LONGEST_CELL or not text.isprintable():
            raise ValueError(f"at most {_LONGEST_CELL} printable characters")
        if kind == "date":
            return self._date(text)
        if kind == "school":
            return self._school(text)
        return _KINDS[kind](text)

    def _date(self, text: str) -> date:
        for style in self._formats:
            try:
                found = datetime.strptime(text.split("T")[0], style).date()  # noqa: DTZ007 - a day has no zone
            except ValueError:
                continue
            if not 1990 <= found.year <= 2100:
                break
            return found
        raise ValueError(f"{text!r} is not a date; for example {self._example} (see dates in the mapping)")

    def _school(self, text: str) -> str:
        if not self._schools:
            return text
        if found := self._schools.get(text.casefold()):
            return found
        close = difflib.get_close_matches(text.casefold(), self._schools, n=1, cutoff=0.6)
        hint = f"; did you mean {self._schools[close[0]]!r}?" if close else ""
        raise ValueError(f"school {text!r} is not known{hint}")


def _assignment(text: str) -> Assignment:
    word = _plain(text)
    return _member(Assignment, {"1_1": "one_to_one", "1to1": "one_to_one", "student": "one_to_one"}.get(word, word))


def _state(text: str) -> LifeState:
    return _member(LifeState, _plain(text))


def _member(kind: type[_E], word: str) -> _E:
    try:
        return kind(word)
    except ValueError:
        raise ValueError(f"{word!r} is not one of: {', '.join(kind)}") from None


def _funding_year(text: str) -> int:
    """E-rate funding years begin with 1998."""
    found = re.fullmatch(r"(?:FY\s*)?(\d{4})", text, re.IGNORECASE)
    if not found or not 1998 <= int(found[1]) <= 2100:
        raise ValueError(f"{text!r} is not a funding year; for example 2026 or FY2026")
    return int(found[1])


_KINDS: dict[str, Callable[[str], Any]] = {
    "text": str,
    "platform": str.lower,
    "money": money.cents,
    "assignment": _assignment,
    "state": _state,
    "funding year": _funding_year,
}
COLUMNS: dict[str, tuple[str, str]] = {
    "asset_tag": ("asset_tag", "text"),
    "serial": ("serial", "text"),
    "manufacturer": ("manufacturer", "text"),
    "model": ("model", "text"),
    "platform": ("platform", "platform"),
    "school_id": ("school_id", "school"),
    "room": ("room", "text"),
    "cart": ("cart", "text"),
    "grade_band": ("grade_band", "text"),
    "assignment": ("assignment", "assignment"),
    "purchase_date": ("purchased_on", "date"),
    "cost": ("cost_cents", "money"),
    "funding_source": ("funding_source", "text"),
    "warranty_end": ("warranty_end", "date"),
    "support_end": ("support_end", "date"),
    "state": ("state", "state"),
    "state_date": ("state_on", "date"),
    "erate_year": ("erate_year", "funding year"),
    "erate_frn": ("erate_frn", "text"),
    "erate_install_date": ("erate_installed_on", "date"),
}
"""Columns here, each with the field of Asset it fills and how it is read."""

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
