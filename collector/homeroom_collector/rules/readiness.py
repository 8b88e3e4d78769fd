"""Whether a school can hold a state test today: devices that meet the floor, bandwidth, and access points. Pure.

A school can test as many students at once as the scarcest of the three bears. What nobody knows is unknown, never
enough: such a school is not said to be ready.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from homeroom_collector.rules.figures import figure
from homeroom_collector.rules.verdict import Reason, Verdict, combined


@dataclass(frozen=True, slots=True, kw_only=True)
class TestDay:
    """What a test asks of a school; None is not asked for.

    ``preset`` names the published standard that devices are held to. ``kbps_per_tester`` is what each student at the
    test needs of the school's line, ``testers_per_access_point`` how many one access point carries.
    """

    __test__ = False  # a day, not a test case

    preset: str = "state-testing-2026"
    kbps_per_tester: float | None = 200.0
    testers_per_access_point: int | None = 30
    source: str = "College Board, SAT School Day: 200 kbit/s a student, https://bluebook.collegeboard.org/technology/networks/prepare"


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolMeans:
    """What a school has. ``failing`` devices miss the floor, of ``unknown`` ones nobody can say.

    ``contracted_bps`` is its line, ``busy_bps`` what lessons carry over it in all but the busiest twentieth of
    instruction (None: not measured, and then nothing is taken off). ``access_points`` None: no gear was ever polled.
    """

    school_id: str
    testers: int | None
    ready: int
    failing: int
    unknown: int
    contracted_bps: float | None
    busy_bps: float | None
    access_points: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """One school's verdict. ``at_once`` is how many can test at once, None where no part of it is known."""

    means: SchoolMeans
    verdict: Verdict
    at_once: int | None
    reasons: tuple[Reason, ...]


def readiness(means: SchoolMeans, day: TestDay) -> Readiness:
    """Judge one school. Without a number of testers nothing can be judged, but what it bears is told all the same."""
    parts = list(_parts(means, day))
    known = [part.least for part in parts if part.least is not None]
    reasons = tuple(_reason(part, means.testers, day.source) for part in parts)
    return Readiness(means=means, verdict=combined(reasons), at_once=min(known) if known else None, reasons=reasons)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """How many students one part bears for certain, and at most; None where nobody knows."""

    rule: str
    said: str
    least: int | None
    most: int | None


def _parts(means: SchoolMeans, day: TestDay) -> Iterator[_Part]:
    yield _devices(means)
    if day.kbps_per_tester:
        yield _bandwidth(means, day.kbps_per_tester)
    if day.testers_per_access_point:
        yield _access_points(means.access_points, day.testers_per_access_point)


def _devices(means: SchoolMeans) -> _Part:
    total = means.ready + means.failing + means.unknown
    doubt = f", {means.unknown} not known" if means.unknown else ""
    said = f"{means.ready} of {total} devices meet the floor{doubt}"
    return _Part(rule="devices", said=said, least=means.ready, most=means.ready + means.unknown)


def _bandwidth(means: SchoolMeans, kbps: float) -> _Part:
    if means.contracted_bps is None:
        return _Part(rule="bandwidth", said="contracted bandwidth not known", least=None, most=None)
    free = max(0.0, means.contracted_bps - (means.busy_bps or 0.0))
    taken = "" if means.busy_bps is None else f" less {figure(means.busy_bps / 1e6)} Mbps that lessons carry"
    said = f"{figure(means.contracted_bps / 1e6)} Mbps{taken}, {figure(kbps)} kbit/s a student"
    room = int(free / (kbps * 1000))
    return _Part(rule="bandwidth", said=said, least=room, most=room)


def _access_points(points: int | None, each: int) -> _Part:
    if points is None:
        return _Part(rule="access points", said="access points not known", least=None, most=None)
    room = points * each
    said = f"{points} access point{'s' * (points != 1)} for {each} students each"
    return _Part(rule="access points", said=said, least=room, most=room)


def _reason(part: _Part, testers: int | None, source: str) -> Reason:
    required = "number of testers not known" if testers is None else f"{testers} students at once"
    if testers is None or part.least is None or part.most is None:
        verdict = Verdict.UNKNOWN
    elif part.least >= testers:
        verdict = Verdict.PASS
    else:
        verdict = Verdict.UNKNOWN if part.most >= testers else Verdict.FAIL
    measured = part.said if part.least is None else f"{part.least} students: {part.said}"
    return Reason(rule=part.rule, verdict=verdict, measured=measured, required=required, source=source)
