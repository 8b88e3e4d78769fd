"""From classes and who is enrolled in them to students by school and grade.

Where a school has homerooms, each student is in one of them, and they are counted. Where it has none, a student is in
many classes: to count each once, the export's opaque number of a student is turned into a random-keyed hash that nobody
can turn back, held in memory while the file is read, and kept nowhere. The grade is that of most of the student's
classes.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from pathlib import Path

from homeroom_collector.errors import ConfigError
from homeroom_collector.rules.grades import GRADES, grade
from homeroom_collector.sources.oneroster.archive import Archive, Record

_UNGRADED = "UG"


@dataclass(frozen=True, slots=True, kw_only=True)
class Org:
    """A school of the export, by its number there."""

    sourced_id: str
    name: str
    identifier: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Schools of the export, and students by school (its number there) and grade."""

    orgs: tuple[Org, ...]
    students: Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class _Class:
    school: str
    grades: tuple[str, ...]
    homeroom: bool


def read(path: Path, day: date) -> Counted:
    """Count the students who are enrolled on a day. Raises ConfigError where nothing can be counted."""
    with Archive(path) as archive:
        orgs = tuple(_org(row) for row in archive.rows("orgs") if row["type"].lower() == "school")
        current = _sessions(archive.rows("academicSessions"), day, path)
        classes = {row["sourcedId"]: found for row in archive.rows("classes") if (found := _class(row, current))}
        with_homerooms = {each.school for each in classes.values() if each.homeroom}
        students = _Students()
        for row in archive.rows("enrollments"):
            of = classes.get(row["classSourcedId"])
            if of is None or row["role"].lower() != "student" or not _covers(row["beginDate"], row["endDate"], day):
                continue
            if of.homeroom or of.school not in with_homerooms:
                students.add(of, row["userSourcedId"])
    return Counted(orgs=orgs, students=students.counts())


def _org(row: Record) -> Org:
    return Org(sourced_id=row["sourcedId"], name=row["name"], identifier=row["identifier"])


def _sessions(rows: Iterable[Record], day: date, path: Path) -> frozenset[str]:
    """Sessions that the day lies in. Without any, an empty school year would look like an empty school."""
    found = frozenset(row["sourcedId"] for row in rows if _covers(row["startDate"], row["endDate"], day))
    if not found:
        raise ConfigError([f"{path}: no academic session of it has {day} in it; name a day with --day"])
    return found


def _covers(first: str, last: str, day: date) -> bool:
    """Whether a day lies between two; an end that nobody set is open, and so is a date that is none."""
    return (_date(first) or date.min) <= day <= (_date(last) or date.max)


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        return None


def _class(row: Record, current: frozenset[str]) -> _Class | None:
    """A class that takes place now; None for one of another term."""
    terms = {term.strip() for term in row["termSourcedIds"].split(",")} - {""}
    if terms and not terms & current:
        return None
    found = dict.fromkeys(name for text in row["grades"].split(",") if (name := grade(text)))
    return _Class(row["schoolSourcedId"], tuple(found), row["classType"].lower() == "homeroom")


class _Students:
    """Each student once in each school, and which grades the student's classes are of."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._votes: dict[tuple[str, bytes], Counter[str]] = {}

    def add(self, of: _Class, user: str) -> None:
        """Count one enrolment. A class for several grades says less of each."""
        who = blake2b(user.encode(), key=self._key, digest_size=12).digest()
        votes = self._votes.setdefault((of.school, who), Counter())
        for name in of.grades:
            votes[name] += 60 // len(of.grades)

    def counts(self) -> dict[tuple[str, str], int]:
        """Students by school and grade; of two grades with as many classes the lower one counts."""
        found: Counter[tuple[str, str]] = Counter()
        for (school, _), votes in self._votes.items():
            found[school, min(votes, key=lambda name: (-votes[name], GRADES.index(name)), default=_UNGRADED)] += 1
        return dict(found)
