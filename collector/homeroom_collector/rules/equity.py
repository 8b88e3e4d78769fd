"""How evenly schools are served: age and fitness of devices, devices and bandwidth for each student. Pure.

What is measured away from school is told of groups of at least ten devices only, by school and never by a part of one:
from a school's figure and those of all parts but one, anybody could work out the small part that was left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil
from statistics import fmean, median

from homeroom_collector.model import School
from homeroom_collector.rules.asset import WORKING, Asset, Assignment
from homeroom_collector.rules.standards import DeviceVerdict
from homeroom_collector.rules.verdict import Verdict

SMALLEST_HOME_GROUP = 10
_DAYS_PER_YEAR = 365.25
_NOT_STUDENTS = frozenset({Assignment.STAFF, Assignment.SPARE, Assignment.INFRASTRUCTURE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One school, or one grade band of it. None is unknown, or too few to tell.

    ``devices`` are students' devices in use. ``home_adequate_ratio`` is the share of one-to-one devices that reached
    the collector from away at the speed asked for.
    """

    school_id: str
    grade_band: str | None
    students: int | None
    devices: int
    age_years: float | None
    pass_ratio: float | None
    devices_per_student: float | None
    mbps_per_student: float | None
    home_adequate_ratio: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Worst against best quartile of schools in one measure: 1 is even, 0 is as uneven as can be."""

    measure: str
    schools: int
    worst: float
    best: float
    ratio: float
    worst_school: str
    remedy: str
    ratio_after: float | None


@dataclass(frozen=True, slots=True)
class Measure:
    """One way to compare schools. ``more_is_better`` is false for age."""

    name: str
    value: Callable[[Standing], float | None]
    more_is_better: bool = True


MEASURES = (
    Measure("age_years", lambda each: each.age_years, more_is_better=False),
    Measure("pass_ratio", lambda each: each.pass_ratio),
    Measure("devices_per_student", lambda each: each.devices_per_student),
    Measure("mbps_per_student", lambda each: each.mbps_per_student),
)


def by_school(
    schools: Sequence[School], judged: Sequence[DeviceVerdict], today: date, *, home_bps: float
) -> list[Standing]:
    """Every school, in the order given."""
    return [_school(school, _students(judged, school.school_id), today, home_bps) for school in schools]


def by_grade_band(schools: Sequence[School], judged: Sequence[DeviceVerdict], today: date) -> list[Standing]:
    """Every grade band of every school, without what needs students or was measured away from school."""
    found = []
    for school in schools:
        mine = _students(judged, school.school_id)
        for band in sorted({each.asset.grade_band for each in mine}):
            group = [each for each in mine if each.asset.grade_band == band]
            found.append(_standing(school.school_id, band, None, group, today))
    return found


def _students(judged: Sequence[DeviceVerdict], school_id: str) -> list[DeviceVerdict]:
    return [each for each in judged if each.asset.school_id == school_id and _of_students(each.asset)]


def _of_students(asset: Asset) -> bool:
    return asset.state in WORKING and asset.assignment not in _NOT_STUDENTS


def _school(school: School, mine: Sequence[DeviceVerdict], today: date, home_bps: float) -> Standing:
    bps = school.bandwidth_contracted_bps
    mbps = None if bps is None else bps / 1_000_000
    return _standing(
        school.school_id, None, school.enrollment_students or None, mine, today, mbps=mbps, home=_home(mine, home_bps)
    )


def _standing(
    school_id: str,
    grade_band: str | None,
    students: int | None,
    mine: Sequence[DeviceVerdict],
    today: date,
    *,
    mbps: float | None = None,
    home: float | None = None,
) -> Standing:
    ages = [(today - bought).days / _DAYS_PER_YEAR for each in mine if (bought := each.asset.purchased_on)]
    passed = sum(each.verdict is Verdict.PASS for each in mine)
    failed = sum(each.verdict is Verdict.FAIL for each in mine)
    return Standing(
        school_id=school_id,
        grade_band=grade_band,
        students=students,
        devices=len(mine),
        age_years=median(ages) if ages else None,
        pass_ratio=passed / (passed + failed) if passed + failed else None,
        devices_per_student=None if students is None else len(mine) / students,
        mbps_per_student=None if students is None or mbps is None else mbps / students,
        home_adequate_ratio=home,
    )


def _home(mine: Sequence[DeviceVerdict], home_bps: float) -> float | None:
    """The share that is fast enough, of groups of ten and more; None says nothing about how many there were."""
    away = [each for each in mine if each.asset.assignment is Assignment.ONE_TO_ONE and each.measured.away]
    speeds = [each.measured.download_bps for each in away if each.measured.download_bps is not None]
    if len(speeds) < SMALLEST_HOME_GROUP:
        return None
    return sum(speed >= home_bps for speed in speeds) / len(speeds)


def gaps(standings: Sequence[Standing]) -> list[Gap]:
    """The gap in each measure that two schools or more have, the widest first."""
    found = [gap for measure in MEASURES if (gap := _gap(measure, standings))]
    return sorted(found, key=lambda gap: (gap.ratio, gap.measure))


def _gap(measure: Measure, standings: Sequence[Standing]) -> Gap | None:
    values = {each.school_id: value for each in standings if (value := measure.value(each)) is not None}
    if len(values) < 2:
        return None
    worst_first = sorted(values, key=lambda school: (values[school] * (1 if measure.more_is_better else -1), school))
    (school,) = [each for each in standings if each.school_id == worst_first[0]]
    middle = median(values.values())
    worst, best, ratio = _quartiles(measure, values, worst_first)
    remedy, after = _remedy(measure, school, middle)
    raised = values | ({} if after is None else {school.school_id: after})
    return Gap(
        measure=measure.name,
        schools=len(values),
        worst=worst,
        best=best,
        ratio=ratio,
        worst_school=school.school_id,
        remedy=remedy,
        ratio_after=None if after is None else _evenness(measure, raised),
    )


def _evenness(measure: Measure, values: Mapping[str, float]) -> float:
    order = sorted(values, key=lambda school: (values[school] * (1 if measure.more_is_better else -1), school))
    return _quartiles(measure, values, order)[2]


def _quartiles(measure: Measure, values: Mapping[str, float], worst_first: Sequence[str]) -> tuple[float, float, float]:
    size = max(1, len(worst_first) // 4)
    worst = fmean(values[school] for school in worst_first[:size])
    best = fmean(values[school] for school in worst_first[-size:])
    less, more = (worst, best) if measure.more_is_better else (best, worst)
    return worst, best, less / more if more else 1.0


def _remedy(measure: Measure, school: Standing, middle: float) -> tuple[str, float | None]:
    """What brings the worst school to the district's median, and where it then stands."""
    students = school.students or 0
    if measure.name == "devices_per_student":
        wanted = ceil(middle * students)
        return f"{wanted - school.devices} more devices at {school.school_id}", wanted / students
    if measure.name == "mbps_per_student":
        mbps = ceil(middle * students)
        return f"{mbps} Mbps for {school.school_id}", mbps / students
    if measure.name == "pass_ratio":
        return f"replace failing devices at {school.school_id} until {middle:.0%} pass", middle
    return f"replace the oldest devices at {school.school_id} until half are below {middle:.1f} years", middle
