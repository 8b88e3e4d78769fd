"""Students by school and grade from a CSV file with the columns school_id, grade and students.

A row that cannot be read is named with its line and reason, and the rest goes on.
"""

from __future__ import annotations

import csv
import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from homeroom_collector.errors import ConfigError
from homeroom_collector.model import School
from homeroom_collector.rules.enrollment import Count
from homeroom_collector.rules.grades import GRADES, grade

COLUMNS = ("school_id", "grade", "students")


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What was read, and lines that could not be, with the reason."""

    counts: tuple[Count, ...]
    bad: tuple[tuple[int, str], ...]


def read(path: Path, schools: Sequence[School], *, source: str, day: date) -> Counts:
    """Read a file. Raises ConfigError where nothing of it can be used."""
    try:
        # utf-8-sig: spreadsheets write a byte order mark.
        with path.open(encoding="utf-8-sig", newline="") as file:
            return _parsed(file, schools, source, day, str(path))
    except OSError as error:
        raise ConfigError([f"{path}: cannot be read: {error.strerror}"]) from None
    except UnicodeDecodeError:
        raise ConfigError([f"{path}: not UTF-8; save it as 'CSV UTF-8'"]) from None


def _parsed(lines: Iterable[str], schools: Sequence[School], source: str, day: date, where: str) -> Counts:
    table = csv.DictReader(lines, strict=True)
    known = {school.name.casefold(): school.school_id for school in schools}
    known |= {school.school_id.casefold(): school.school_id for school in schools}
    found: dict[tuple[str, str], Count] = {}
    bad: list[tuple[int, str]] = []
    try:
        if missing := [name for name in COLUMNS if name not in (table.fieldnames or ())]:
            raise ConfigError([f"{where}: missing column {name}" for name in missing])
        for row in table:
            try:
                _take(_count(row, known, source, day), found)
            except ValueError as error:
                bad.append((table.line_num, str(error)))
    except csv.Error as error:
        raise ConfigError([f"{where}:{table.line_num}: not CSV: {error}"]) from None
    return Counts(counts=tuple(found.values()), bad=tuple(bad))


def _take(count: Count, found: dict[tuple[str, str], Count]) -> None:
    if (count.school_id, count.grade) in found:
        raise ValueError(f"grade {count.grade} of {count.school_id} is written twice")
    found[count.school_id, count.grade] = count


def _count(row: Mapping[str, str | None], known: Mapping[str, str], source: str, day: date) -> Count:
    school, level, students = ((row.get(name) or "").strip() for name in COLUMNS)
    if school.casefold() not in known:
        close = difflib.get_close_matches(school.casefold(), known, n=1, cutoff=0.6)
        raise ValueError(f"school {school!r} is not known" + (f"; did you mean {known[close[0]]!r}?" if close else ""))
    meant = grade(level)
    if meant is None:
        raise ValueError(f"{level!r} is not a grade; known: {', '.join(GRADES)}")
    if not (students.isascii() and students.isdigit() and len(students) <= 6):
        raise ValueError(f"{students!r} is not a number of students")
    return Count(school_id=known[school.casefold()], grade=meant, students=int(students), source=source, counted_on=day)
