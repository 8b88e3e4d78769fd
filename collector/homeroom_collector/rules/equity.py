"""How evenly schools are served: what their students have, how well it runs, and how soon it is mended. Pure.

What is measured away from school is told of groups of at least ten devices only, by school and never by a part of one:
from a school's figure and those of all parts but one, anybody could work out the small part that was left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from statistics import median
from typing import Any

from homeroom_collector.model import School
from homeroom_collector.rules.asset import WORKING, Asset, Assignment
from homeroom_collector.rules.enrollment import Count, in_band
from homeroom_collector.rules.repairs import Repair, typical_days
from homeroom_collector.rules.standards import DeviceVerdict
from homeroom_collector.rules.verdict import Verdict

SMALLEST_HOME_GROUP = 10
_DAYS_PER_YEAR = 365.25
_REPAIR_DAYS = 365
_NOT_STUDENTS = frozenset({Assignment.STAFF, Assignment.SPARE, Assignment.INFRASTRUCTURE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What schools are compared by. ``busy_bps`` and ``gear_up_ratio`` are by school, ``repairs`` by device."""

    schools: Sequence[School]
    judged: Sequence[DeviceVerdict]
    today: date
    home_bps: float
    enrollment: Sequence[Count] = ()
    repairs: Mapping[str, Sequence[Repair]] = field(default_factory=dict)
    busy_bps: Mapping[str, float] = field(default_factory=dict)
    gear_up_ratio: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One school, or one grade band of it. None is unknown, or too few to tell.

    ``devices`` are students' devices in use. ``busy_mbps_per_student`` is what lessons carry over the school's line
    (95th percentile in instruction), ``headroom_mbps_per_student`` what the contract leaves beside it.
    ``gear_up_ratio`` is the share of polls that network gear answered, ``repair_days`` the median of the last year's
    repairs. ``home_adequate_ratio`` is the share of one-to-one devices that reached the collector from away at the
    speed asked for.
    """

    school_id: str
    grade_band: str | None = None
    students: int | None = None
    devices: int = 0
    age_years: float | None = None
    pass_ratio: float | None = None
    devices_per_student: float | None = None
    mbps_per_student: float | None = None
    busy_mbps_per_student: float | None = None
    headroom_mbps_per_student: float | None = None
    gear_up_ratio: float | None = None
    repair_days: float | None = None
    home_adequate_ratio: float | None = None


def by_school(facts: Facts) -> list[Standing]:
    """Every school, in the order given."""
    mine = _students(facts.judged)
    return [_school(facts, school, mine.get(school.school_id, [])) for school in facts.schools]


def by_grade_band(facts: Facts) -> list[Standing]:
    """Every grade band of every school, without what is a whole school's or was measured away from it."""
    found = []
    by_school = _students(facts.judged)
    for school in facts.schools:
        mine = by_school.get(school.school_id, [])
        for band in sorted({each.asset.grade_band for each in mine}):
            group = [each for each in mine if each.asset.grade_band == band]
            students = in_band(facts.enrollment, school.school_id, band)
            found.append(Standing(school_id=school.school_id, grade_band=band, **_group(facts, group, students)))
    return found


def of_students(asset: Asset) -> bool:
    """Whether a device is in use and neither staff's nor a spare nor infrastructure."""
    return asset.state in WORKING and asset.assignment not in _NOT_STUDENTS


def _students(judged: Sequence[DeviceVerdict]) -> dict[str, list[DeviceVerdict]]:
    found: dict[str, list[DeviceVerdict]] = {}
    for each in judged:
        if of_students(each.asset):
            found.setdefault(each.asset.school_id, []).append(each)
    return found


def _school(facts: Facts, school: School, mine: Sequence[DeviceVerdict]) -> Standing:
    students = school.enrollment_students or None
    contracted, used = school.bandwidth_contracted_bps, facts.busy_bps.get(school.school_id)
    free = None if contracted is None or used is None else max(0.0, contracted - used)
    return Standing(
        school_id=school.school_id,
        mbps_per_student=_mbps_each(contracted, students),
        busy_mbps_per_student=_mbps_each(used, students),
        headroom_mbps_per_student=_mbps_each(free, students),
        gear_up_ratio=facts.gear_up_ratio.get(school.school_id),
        home_adequate_ratio=_home(mine, facts.home_bps),
        **_group(facts, mine, students),
    )


def _mbps_each(bps: float | None, students: int | None) -> float | None:
    return None if bps is None or not students else bps / 1_000_000 / students


def _group(facts: Facts, mine: Sequence[DeviceVerdict], students: int | None) -> dict[str, Any]:
    """What a whole school and a part of it have in common."""
    ages = [(facts.today - bought).days / _DAYS_PER_YEAR for each in mine if (bought := each.asset.purchased_on)]
    passed = sum(each.verdict is Verdict.PASS for each in mine)
    failed = sum(each.verdict is Verdict.FAIL for each in mine)
    return {
        "students": students,
        "devices": len(mine),
        "age_years": median(ages) if ages else None,
        "pass_ratio": passed / (passed + failed) if passed + failed else None,
        "devices_per_student": len(mine) / students if students else None,
        "repair_days": typical_days((each.asset.name for each in mine), facts.repairs, facts.today, _REPAIR_DAYS),
    }


def _home(mine: Sequence[DeviceVerdict], home_bps: float) -> float | None:
    """The share that is fast enough, of groups of ten and more; None says nothing about how many there were."""
    away = [each for each in mine if each.asset.assignment is Assignment.ONE_TO_ONE and each.measured.away]
    speeds = [each.measured.download_bps for each in away if each.measured.download_bps is not None]
    if len(speeds) < SMALLEST_HOME_GROUP:
        return None
    return sum(speed >= home_bps for speed in speeds) / len(speeds)
