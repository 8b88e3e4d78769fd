"""The district's minimum for a school: devices and bandwidth for each student, and its uplink. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from homeroom_collector.model import School
from homeroom_collector.rules.figures import figure
from homeroom_collector.rules.verdict import Reason, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolStandard:
    """Floors of a school, None where there is none. Bandwidth is what the contract says."""

    devices_per_student: float | None = None
    mbps_per_student: float | None = None
    uplink_mbps: float | None = None
    source: str = ""


def judge(school: School, student_devices: int, standard: SchoolStandard) -> tuple[Reason, ...]:
    """Hold a school to the standard; ``student_devices`` are those in use that are not staff's."""
    students = school.enrollment_students or None
    mbps = None if school.bandwidth_contracted_bps is None else school.bandwidth_contracted_bps / 1_000_000
    found = (
        _reason(
            "devices per student",
            _ratio(student_devices, students),
            standard.devices_per_student,
            standard,
            "",
            _MISSING,
        ),
        _reason(
            "bandwidth per student", _ratio(mbps, students), standard.mbps_per_student, standard, " Mbps", _MISSING
        ),
        _reason("uplink", mbps, standard.uplink_mbps, standard, " Mbps", "contracted bandwidth not known"),
    )
    return tuple(reason for reason in found if reason)


_MISSING = "enrolment or contract not known"


def _ratio(amount: float | None, students: int | None) -> float | None:
    return None if amount is None or students is None else amount / students


def _reason(
    rule: str, value: float | None, floor: float | None, standard: SchoolStandard, unit: str, missing: str
) -> Reason | None:
    if floor is None:
        return None
    if value is None:
        verdict, measured = Verdict.UNKNOWN, missing
    else:
        verdict, measured = (Verdict.PASS if value >= floor else Verdict.FAIL), f"{figure(value)}{unit}"
    required = f"at least {figure(floor)}{unit}"
    return Reason(rule=rule, verdict=verdict, measured=measured, required=required, source=standard.source)
