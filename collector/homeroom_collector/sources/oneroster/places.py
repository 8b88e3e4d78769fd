"""Which school of the register a school of the export is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from homeroom_collector.model import School
from homeroom_collector.rules.enrollment import Count
from homeroom_collector.sources.oneroster.counting import Counted, Org


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Counts of schools that are known, and schools of the export that are not."""

    counts: tuple[Count, ...]
    unknown: tuple[Org, ...]


def placed(counted: Counted, schools: Sequence[School], named: Mapping[str, str], *, source: str, day: date) -> Placed:
    """Find each school by what was ``named`` for it, its identifier, its number in the export, or its name."""
    known = {school.name.casefold(): school.school_id for school in schools}
    known |= {school.school_id.casefold(): school.school_id for school in schools}
    where = {org.sourced_id: _school(org, known, named) for org in counted.orgs}
    counts = [
        Count(school_id=school_id, grade=grade, students=students, source=source, counted_on=day)
        for (org, grade), students in sorted(counted.students.items())
        if (school_id := where.get(org))
    ]
    return Placed(counts=tuple(_added(counts)), unknown=tuple(o for o in counted.orgs if not where[o.sourced_id]))


def _school(org: Org, known: Mapping[str, str], named: Mapping[str, str]) -> str | None:
    for word in (org.identifier, org.sourced_id, org.name):
        if word and word in named:
            return known.get(named[word].casefold())
    words = (org.identifier, org.sourced_id, org.name)
    return next((known[word.casefold()] for word in words if word and word.casefold() in known), None)


def _added(counts: Iterable[Count]) -> list[Count]:
    """Two schools of the export may be one of the register: a campus and its annexe."""
    found: dict[tuple[str, str], Count] = {}
    for count in counts:
        key = (count.school_id, count.grade)
        before = found[key].students if key in found else 0
        found[key] = Count(
            school_id=count.school_id,
            grade=count.grade,
            students=before + count.students,
            source=count.source,
            counted_on=count.counted_on,
        )
    return list(found.values())


def as_schools(orgs: Iterable[Org]) -> list[School]:
    """Schools to add to the register, under their identifier where they have one."""
    return [School(school_id=org.identifier or org.sourced_id, name=org.name or org.sourced_id) for org in orgs]
