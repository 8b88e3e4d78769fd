"""Fields of an asset from the words of another system: which there are, and how each is read.

A value that cannot be read is said in words; nothing is guessed.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
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
    if problems := [f"{path}: {problem}" for problem in mapping_problems(mapping)]:
        raise ConfigError(problems)
    return mapping


def mapping_problems(mapping: Mapped) -> Iterator[str]:
    """What a mapping names that is not there."""
    places = [(f"columns.{name}", column) for name, column in mapping.columns.items()]
    places += [(f"values.{column}", column) for column in mapping.values]
    for place, column in places:
        if column not in COLUMNS:
            yield f"{place}: {_unknown(column)}"


def _unknown(column: str) -> str:
    close = difflib.get_close_matches(column, COLUMNS, n=1, cutoff=0.5)
    hint = f"did you mean {close[0]!r}?" if close else f"known: {', '.join(COLUMNS)}"
    return f"{column!r} is not a column here; {hint}"


def plain(name: str) -> str:
    """A name without regard to capitals and signs."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


class Reader:
    """Turns words into fields of an asset."""

    def __init__(self, mapping: Mapped, schools: Sequence[School]) -> None:
        self._words = {
            column: {plain(theirs): ours for theirs, ours in words.items()} for column, words in mapping.values.items()
        }
        self._formats, self._example = _DATES[mapping.dates]
        self._schools = {school.name.casefold(): school.school_id for school in schools}
        self._schools |= {school.school_id.casefold(): school.school_id for school in schools}

    def values(self, row: Iterable[tuple[str, str]]) -> dict[str, Any]:
        """Fields that a row gives, by pairs of column and text. Raises ValueError with all that is wrong with it."""
        found: dict[str, Any] = {}
        problems = []
        for column, written in row:
            text = written.strip()
            text = self._words.get(column, {}).get(plain(text), text)
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
    word = plain(text)
    return _member(Assignment, {"1_1": "one_to_one", "1to1": "one_to_one", "student": "one_to_one"}.get(word, word))


def _state(text: str) -> LifeState:
    return _member(LifeState, plain(text))


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
