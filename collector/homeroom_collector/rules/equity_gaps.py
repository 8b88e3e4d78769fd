"""The gap between schools in one measure, and what would narrow it most: a purchase, or a transfer. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from statistics import fmean, median

from homeroom_collector.rules.equity import Standing


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
    """One way to compare schools. ``more_is_better`` is false for age and for the time that repairs take."""

    name: str
    value: Callable[[Standing], float | None]
    more_is_better: bool = True


MEASURES = (
    Measure("age_years", lambda each: each.age_years, more_is_better=False),
    Measure("pass_ratio", lambda each: each.pass_ratio),
    Measure("devices_per_student", lambda each: each.devices_per_student),
    Measure("mbps_per_student", lambda each: each.mbps_per_student),
    Measure("headroom_mbps_per_student", lambda each: each.headroom_mbps_per_student),
    Measure("gear_up_ratio", lambda each: each.gear_up_ratio),
    Measure("repair_days", lambda each: each.repair_days, more_is_better=False),
)
"""What is measured away from school is not among them: a gap would tell of the school with the worst homes."""


def gaps(standings: Sequence[Standing]) -> list[Gap]:
    """The gap in each measure that two schools or more have, the widest first."""
    found = [gap for measure in MEASURES if (gap := _gap(measure, standings))]
    return sorted(found, key=lambda gap: (gap.ratio, gap.measure))


Values = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class _Remedy:
    """Something to do, and where the schools then stand."""

    said: str
    values: Values


def _gap(measure: Measure, standings: Sequence[Standing]) -> Gap | None:
    values = {each.school_id: value for each in standings if (value := measure.value(each)) is not None}
    if len(values) < 2:
        return None
    worst_first = _worst_first(measure, values)
    schools = {each.school_id: each for each in standings}
    best = max(
        _remedies(measure, schools, values, worst_first), key=lambda remedy: _quartiles(measure, remedy.values)[2]
    )
    worst, most, ratio = _quartiles(measure, values)
    return Gap(
        measure=measure.name,
        schools=len(values),
        worst=worst,
        best=most,
        ratio=ratio,
        worst_school=worst_first[0],
        remedy=best.said,
        ratio_after=_quartiles(measure, best.values)[2],
    )


def _worst_first(measure: Measure, values: Values) -> list[str]:
    return sorted(values, key=lambda school: (values[school] * (1 if measure.more_is_better else -1), school))


def _quartiles(measure: Measure, values: Values) -> tuple[float, float, float]:
    """The worst and the best quartile, and the smaller over the larger of them."""
    worst_first = _worst_first(measure, values)
    size = max(1, len(worst_first) // 4)
    worst = fmean(values[school] for school in worst_first[:size])
    best = fmean(values[school] for school in worst_first[-size:])
    less, more = (worst, best) if measure.more_is_better else (best, worst)
    return worst, best, less / more if more else 1.0


def _remedies(
    measure: Measure, schools: Mapping[str, Standing], values: Values, worst_first: Sequence[str]
) -> Iterator[_Remedy]:
    """What brings the worst school to the district's median, or nearer to it. Free ones come first."""
    poor, rich, middle = schools[worst_first[0]], schools[worst_first[-1]], median(values.values())
    if measure.name == "devices_per_student":
        yield from _transfer(poor, rich, values, middle)
    name = poor.school_id
    said, value = _PURCHASES[measure.name](poor, middle)
    yield _Remedy(said, {**values, name: value})


def _transfer(poor: Standing, rich: Standing, values: Values, middle: float) -> Iterator[_Remedy]:
    """Devices from the best-equipped school, for as long as it stays at the median itself."""
    short = ceil(middle * (poor.students or 0)) - poor.devices
    spare = rich.devices - ceil(middle * (rich.students or 0))
    moved = min(short, spare)
    if moved > 0 and poor.students and rich.students:
        after = {
            poor.school_id: (poor.devices + moved) / poor.students,
            rich.school_id: (rich.devices - moved) / rich.students,
        }
        yield _Remedy(f"move {moved} devices from {rich.school_id} to {poor.school_id}", {**values, **after})


def _devices(school: Standing, middle: float) -> tuple[str, float]:
    students = school.students or 1
    wanted = ceil(middle * students)
    return f"{wanted - school.devices} more devices at {school.school_id}", wanted / students


def _bandwidth(school: Standing, middle: float) -> tuple[str, float]:
    students = school.students or 1
    mbps = ceil(middle * students)
    return f"{mbps} Mbps for {school.school_id}", mbps / students


def _headroom(school: Standing, middle: float) -> tuple[str, float]:
    students = school.students or 1
    mbps = ceil((middle + (school.busy_mbps_per_student or 0.0)) * students)
    return f"{mbps} Mbps for {school.school_id}", mbps / students - (school.busy_mbps_per_student or 0.0)


_PURCHASES: dict[str, Callable[[Standing, float], tuple[str, float]]] = {
    "age_years": lambda school, middle: (
        f"replace the oldest devices at {school.school_id} until half are below {middle:.1f} years",
        middle,
    ),
    "pass_ratio": lambda school, middle: (
        f"replace failing devices at {school.school_id} until {middle:.0%} pass",
        middle,
    ),
    "devices_per_student": _devices,
    "mbps_per_student": _bandwidth,
    "headroom_mbps_per_student": _headroom,
    "gear_up_ratio": lambda school, middle: (
        f"repair or replace network gear at {school.school_id} until it answers {middle:.1%} of the time",
        middle,
    ),
    "repair_days": lambda school, middle: (
        f"spares at {school.school_id}, or repairs there in {middle:.0f} days",
        middle,
    ),
}
