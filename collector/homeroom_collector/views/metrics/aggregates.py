"""Families of whole schools: always there, whatever becomes of the series of single devices."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from homeroom_collector.fleet import Family, SchoolState
from homeroom_collector.fleet.families import counter, gauge, info
from homeroom_collector.views.metrics.bandwidth import BANDWIDTH
from homeroom_collector.views.metrics.render import Sample

Rows = Callable[[SchoolState], Iterator[Sample]]


def _devices(state: SchoolState) -> Iterator[Sample]:
    for group, number in sorted(state.counts.items()):
        labels = {
            "school": state.school.school_id,
            "class": group.device_class,
            "grade_band": group.grade_band,
            "model": group.model,
            "state": group.state.value,
        }
        yield labels, number


def _info(state: SchoolState) -> Iterator[Sample]:
    school = state.school
    yield {"school": school.school_id, "name": school.name, "level": school.level}, 1


def _enrollment(state: SchoolState) -> Iterator[Sample]:
    if state.school.enrollment_students is not None:
        yield {"school": state.school.school_id}, state.school.enrollment_students


def _bandwidth(state: SchoolState) -> Iterator[Sample]:
    if state.school.bandwidth_contracted_bps is not None:
        yield {"school": state.school.school_id}, state.school.bandwidth_contracted_bps / 8


def _in_session(state: SchoolState) -> Iterator[Sample]:
    if state.passed_at is not None:
        yield {"school": state.school.school_id}, int(state.calendar.in_session(state.passed_at))


def _instruction(state: SchoolState) -> Iterator[Sample]:
    yield {"school": state.school.school_id}, state.instructional_seconds


def _uptime(state: SchoolState) -> Iterator[Sample]:
    for device_class, ratio in sorted(state.uptime.items()):
        if ratio is not None:
            yield {"school": state.school.school_id, "class": device_class}, ratio


AGGREGATES: tuple[tuple[Family, Rows], ...] = (
    (gauge("devices", "Devices by school, class, grade band, model and state."), _devices),
    (info("school", "A school of the register."), _info),
    (gauge("school_in_session", "1 while there is instruction by the school's calendar."), _in_session),
    (
        counter("school_instructional_seconds", "Instruction that passed since the collector started."),
        _instruction,
    ),
    (
        gauge("school_uptime_ratio", "Share of the last four weeks' instruction in which the devices were up."),
        _uptime,
    ),
    (gauge("school_enrollment_students", "Students enrolled."), _enrollment),
    (gauge("school_bandwidth_contracted_bytes_per_second", "Bandwidth that the school pays for."), _bandwidth),
    *BANDWIDTH,
)


def rows(read: Rows, schools: Iterable[SchoolState]) -> Iterator[Sample]:
    """The samples of one family over several schools."""
    for state in schools:
        yield from read(state)
