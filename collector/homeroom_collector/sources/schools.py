"""Schools from a CSV file. ``configs/schools.csv`` shows every column.

Strict: unknown columns, missing ids, numbers that are none and schools written twice are all said at once, with their
line.
"""

from __future__ import annotations

import csv
import difflib
import ipaddress
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from homeroom_collector.errors import ConfigError
from homeroom_collector.model import School

LEVELS = ("elementary", "middle", "high", "other")


def read(path: Path) -> list[School]:
    """Read the file. Raises ConfigError with everything that is wrong."""
    try:
        # utf-8-sig: spreadsheets write a byte order mark.
        with path.open(encoding="utf-8-sig", newline="") as file:
            return parse(file, where=str(path))
    except OSError as error:
        raise ConfigError([f"{path}: cannot be read: {error.strerror}"]) from None
    except UnicodeDecodeError:
        raise ConfigError([f"{path}: not UTF-8; save it as 'CSV UTF-8'"]) from None


def parse(lines: Iterable[str], *, where: str) -> list[School]:
    """Parse CSV lines, the first being the header."""
    table = csv.DictReader(lines, strict=True)
    problems: list[str] = []
    schools: dict[str, School] = {}
    try:
        problems += _header_problems(table.fieldnames or [], where)
        if not problems:
            for row in table:
                _take(row, schools, problems, f"{where}:{table.line_num}")
    except csv.Error as error:
        problems.append(f"{where}:{table.line_num}: not CSV: {error}")
    if problems:
        raise ConfigError(problems)
    return list(schools.values())


def _header_problems(names: Iterable[str], where: str) -> list[str]:
    names = [name.strip() for name in names]
    problems = []
    for name in names:
        if name not in _COLUMNS:
            close = difflib.get_close_matches(name, _COLUMNS, n=1, cutoff=0.5)
            hint = f"did you mean {close[0]!r}?" if close else f"known: {', '.join(_COLUMNS)}"
            problems.append(f"{where}: {name}: unknown column; {hint}")
    return problems + [f"{where}: {name}: missing column" for name in ("school_id", "name") if name not in names]


def _take(row: dict[str, Any], schools: dict[str, School], problems: list[str], where: str) -> None:
    if None in row:
        problems.append(f"{where}: more values than columns")
        return
    values: dict[str, Any] = {}
    for name, text in row.items():
        field, convert = _COLUMNS[name.strip()]
        try:
            if cut := (text or "").strip():
                values[field] = convert(cut)
        except ValueError as error:
            problems.append(f"{where}: {name}: {error}")
    school_id = values.get("school_id")
    if school_id is None or "name" not in values:
        problems.append(f"{where}: a school needs school_id and name")
    elif school_id in schools:
        problems.append(f"{where}: school {school_id} is written twice")
    else:
        schools[school_id] = School(**values)


def _id(text: str) -> str:
    if len(text) > 64 or not text.isprintable():
        raise ValueError("at most 64 printable characters")
    return text


def _level(text: str) -> str:
    if text.lower() not in LEVELS:
        raise ValueError(f"{text!r} is not one of: {', '.join(LEVELS)}")
    return text.lower()


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise ValueError(f"{text!r} is not a whole number")
    return int(text)


def _megabits(text: str) -> int:
    """Mbit/s, as a contract says it, in bit/s."""
    try:
        bps = round(float(text) * 1_000_000)
    except (ValueError, OverflowError):
        raise ValueError(f"{text!r} is not a number") from None
    if bps < 0:
        raise ValueError("must not be negative")
    return bps


def _networks(text: str) -> tuple[str, ...]:
    """CIDR blocks, parted by blanks or semicolons."""
    return tuple(str(ipaddress.ip_network(block)) for block in text.replace(";", " ").split())


def _entity(text: str) -> str:
    """USAC's number of a school, the billed entity number."""
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise ValueError(f"{text!r} is not USAC's number of a school; for example 17001234")
    return text


def _timezone(text: str) -> str:
    try:
        return ZoneInfo(text).key
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError(f"{text!r} is not known; for example America/Chicago") from None


_COLUMNS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "school_id": ("school_id", _id),
    "name": ("name", str),
    "level": ("level", _level),
    "grades": ("grades", str),
    "enrollment_students": ("enrollment_students", _count),
    "bandwidth_contracted_mbps": ("bandwidth_contracted_bps", _megabits),
    "networks": ("networks", _networks),
    "timezone": ("timezone", _timezone),
    "erate_entity": ("erate_entity", _entity),
}
