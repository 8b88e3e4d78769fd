"""Students by grade meet a new count of them: what is new, what changes, and where two sources disagree. Pure.

A source may change what it counted itself and add what nobody counted. What another source counted it may not change:
that is listed, and kept as it was, unless somebody lets it through. A grade that its source no longer counts has
nobody in it any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from homeroom_collector.model import School
from homeroom_collector.rules.grades import of_band


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """Students of one grade of a school, who said so, and of which day."""

    school_id: str
    grade: str
    students: int
    source: str
    counted_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """A count that was not taken, because another source or the register of schools says otherwise."""

    school_id: str
    grade: str
    kept: int
    kept_source: str
    refused: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """``changed`` are to be written, each with what was there before (None: nothing)."""

    changed: tuple[tuple[Count, int | None], ...]
    disagreements: tuple[Disagreement, ...]
    same: int


def taken(known: Iterable[Count], new: Sequence[Count], *, overwrite: bool = False) -> Taken:
    """Hold new counts of one source against those that are kept."""
    held = {(count.school_id, count.grade): count for count in known}
    changed: list[tuple[Count, int | None]] = []
    found: list[Disagreement] = []
    same = 0
    for count in (*new, *_emptied(held.values(), new)):
        old = held.get((count.school_id, count.grade))
        if old is not None and old.students == count.students:
            same += 1
        elif old is not None and old.source != count.source and not overwrite:
            found.append(
                Disagreement(
                    school_id=count.school_id,
                    grade=count.grade,
                    kept=old.students,
                    kept_source=old.source,
                    refused=count.students,
                )
            )
        else:
            changed.append((count, None if old is None else old.students))
    return Taken(changed=tuple(changed), disagreements=tuple(found), same=same)


def _emptied(held: Iterable[Count], new: Sequence[Count]) -> list[Count]:
    """Grades that this source counted before and does not name now, of the schools it speaks of."""
    named = {(count.school_id, count.grade) for count in new}
    days = {(count.school_id, count.source): count.counted_on for count in new}
    return [
        Count(
            school_id=old.school_id,
            grade=old.grade,
            students=0,
            source=old.source,
            counted_on=days[old.school_id, old.source],
        )
        for old in held
        if (old.school_id, old.source) in days and (old.school_id, old.grade) not in named and old.students
    ]


def against_register(schools: Iterable[School], totals: Mapping[str, int], source: str) -> list[Disagreement]:
    """Schools whose enrolment in the register is not the sum of their grades; the register's is the one used."""
    return [
        Disagreement(
            school_id=school.school_id,
            grade="",
            kept=school.enrollment_students,
            kept_source=source,
            refused=totals[school.school_id],
        )
        for school in schools
        if school.enrollment_students is not None
        and school.school_id in totals
        and school.enrollment_students != totals[school.school_id]
    ]


def in_band(counts: Iterable[Count], school_id: str, band: str) -> int | None:
    """Students of a school in a grade band; None where its grades were not counted, or the band is no range."""
    mine = {count.grade: count.students for count in counts if count.school_id == school_id}
    wanted = of_band(band)
    return sum(mine.get(each, 0) for each in wanted) if mine and wanted else None
