"""A district of any size, grown from a seed. Pure; the same arguments give the same district on every machine.

Shares and sizes are of the order of public schools in the United States (NCES Digest of Education Statistics 2023,
tables 105.50 and 216.45): six schools of ten are elementary, and high schools are the large ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from homeroom_collector.simulate.chance import between, mixed, pick, unit, weighted
from homeroom_collector.simulate.district import (
    GRADE_BANDS,
    Assignment,
    District,
    Gear,
    Laptop,
    LaptopModel,
    SimulatedSchool,
    numbered,
)

OFFICE = "district-office"
"""School id of the district's own building: the routers that lead to all schools stand there."""

_NAMES = (
    "Lincoln", "Roosevelt", "Washington", "Jefferson", "Franklin", "Madison", "Monroe", "Jackson", "Adams", "Grant",
    "Riverside", "Hillcrest", "Oakwood", "Maplewood", "Lakeview", "Fairview", "Westside", "Eastside", "Northgate",
    "Southfield", "Cedar Grove", "Pine Ridge", "Willow Creek", "Meadowbrook", "Sunnyside", "Valley View", "Prairie",
    "Highland", "Parkside", "Bayview",
)  # fmt: skip
_LEVELS = (("elementary", "K-5", "Elementary School", "es"), ("middle", "6-8", "Middle School", "ms"),
           ("high", "9-12", "High School", "hs"))  # fmt: skip
_LEVEL_WEIGHTS = (0.6, 0.18, 0.22)
_ENROLLMENT = {"elementary": (280, 640), "middle": (420, 900), "high": (600, 2200)}
_RATES_BPS = tuple(rate * 1_000_000 for rate in (100, 200, 500, 1_000, 2_000, 5_000, 10_000))
_MEGABITS_PER_STUDENT = (0.3, 2.2)
_ASSIGNMENTS: tuple[Assignment, ...] = ("one_to_one", "cart", "lab", "staff")
_ASSIGNMENT_WEIGHTS = (0.66, 0.21, 0.05, 0.08)
_SCHOOLS_PER_ROUTER = 24
_CORE_PORTS, _CLOSET_PORTS = 52, 52
_MOST_LINKS = 48
_NOW_YEAR = 2026

MODELS = (
    LaptopModel(
        manufacturer="Northfield", model="Classbook 11 G1", bought=2019, memory_bytes=4 * 2**30, disk_bytes=32 * 10**9,
        disk_type="emmc", battery_wh=38.0, cpu="Northfield N4000", cores=2, os_version="11",
        support_end="2026-08-31", screen_inches=11.6, price_cents=24_900,
    ),
    LaptopModel(
        manufacturer="Northfield", model="Classbook 14 G3", bought=2023, memory_bytes=8 * 2**30, disk_bytes=128 * 10**9,
        disk_type="nvme", battery_wh=47.0, cpu="Northfield N100", cores=4, price_cents=36_900,
    ),
    LaptopModel(
        manufacturer="Harbor", model="Learnbook 13", bought=2021, memory_bytes=8 * 2**30, disk_bytes=256 * 10**9,
        disk_type="ssd", battery_wh=42.0, cpu="Harbor H2", cores=4, platform="windows", os_name="Windows 10 Pro",
        os_version="10.0", support_end="2025-10-14", screen_inches=13.3, price_cents=54_900,
    ),
    LaptopModel(
        manufacturer="Harbor", model="Staffbook 15", bought=2025, memory_bytes=16 * 2**30, disk_bytes=512 * 10**9,
        disk_type="nvme", battery_wh=60.0, cpu="Harbor H5", cores=8, platform="windows", os_name="Windows 11 Pro",
        os_version="10.0", support_end="2028-10-10", screen_inches=15.6, price_cents=89_900,
    ),
)  # fmt: skip
_MODEL_WEIGHTS: dict[Assignment, tuple[int, ...]] = {
    "one_to_one": (3, 5, 1, 0), "cart": (5, 3, 2, 0), "lab": (0, 1, 6, 3), "staff": (0, 1, 3, 6),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much of everything. Access points stand in the closets; each school has a UPS and a printer."""

    schools: int = 12
    devices: int = 9_000
    switches: int = 120
    access_points: int = 120

    def __post_init__(self) -> None:
        """Raise ValueError where it is no district."""
        if self.schools < 1 or self.switches < self.schools:
            raise ValueError("a district has at least one school, and each school at least one switch")
        if self.devices < 0 or not 0 <= self.access_points <= (_MOST_LINKS - 1) * self.switches:
            raise ValueError("devices and access points: too few, or more than the switches have ports for")


def grow(size: Size, *, seed: int) -> District:
    """Grow a district."""
    schools = tuple(_school(seed, number) for number in range(size.schools))
    pupils = [school.enrollment_students for school in schools]
    fleet = tuple(_fleet(seed, schools, shared(size.devices, pupils)))
    extra = shared(size.switches - size.schools, pupils)
    gear = numbered(_gear(schools, extra, shared(size.access_points, [1 + more for more in extra])))
    return District(schools=(*schools, _office()), laptops=fleet, gear=tuple(gear), seed=seed)


def shared(total: int, weights: Sequence[float]) -> list[int]:
    """Whole shares by weight that add up to ``total``."""
    sums = list(accumulate(weights, initial=0.0))
    marks = [int(total * each / sums[-1]) for each in sums]
    return [after - before for before, after in zip(marks, [*marks[1:-1], total], strict=False)]


def _office() -> SimulatedSchool:
    return SimulatedSchool(
        school_id=OFFICE, name="District Office", level="other", grades="", enrollment_students=0,
        bandwidth_bps=_RATES_BPS[-1], network="10.255.0.0/20",
    )  # fmt: skip


def _school(seed: int, number: int) -> SimulatedSchool:
    level, grades, kind, suffix = _LEVELS[weighted(_LEVEL_WEIGHTS, seed, 1, number)]
    name = _NAMES[number % len(_NAMES)]
    turn = number // len(_NAMES)
    words, low_high = f"{name} {kind}" + (f" {turn + 1}" if turn else ""), _ENROLLMENT[level]
    students = int(between(*low_high, seed, 2, number))
    wanted = students * between(*_MEGABITS_PER_STUDENT, seed, 3, number) * 1_000_000
    return SimulatedSchool(
        school_id=f"{name.lower().replace(' ', '-')}-{suffix}" + (f"-{turn + 1}" if turn else ""),
        name=words,
        level=level,
        grades=grades,
        enrollment_students=students,
        bandwidth_bps=min(_RATES_BPS, key=lambda rate: abs(rate - wanted)),
        network=f"10.{number // 16}.{number % 16 * 16}.0/20",
    )


def _fleet(seed: int, schools: Sequence[SimulatedSchool], counts: Iterable[int]) -> Iterator[Laptop]:
    number = 0
    for school, count in zip(schools, counts, strict=True):
        for _ in range(count):
            yield _laptop(seed, school, number)
            number += 1


def _laptop(seed: int, school: SimulatedSchool, number: int) -> Laptop:
    assignment = _ASSIGNMENTS[weighted(_ASSIGNMENT_WEIGHTS, seed, 4, number)]
    model = MODELS[weighted(_MODEL_WEIGHTS[assignment], seed, 5, number)]
    years = _NOW_YEAR - model.bought + unit(seed, 6, number)
    bands = ("staff",) if assignment == "staff" else GRADE_BANDS[school.level]
    return Laptop(
        serial=f"{model.manufacturer[:2].upper()}{model.bought % 100}{number:06d}",
        asset_tag=f"{100_000 + number}",
        school_id=school.school_id,
        grade_band=pick(bands, seed, 7, number),
        model=model,
        battery_health_ratio=round(max(0.62, 1.02 - 0.045 * years - unit(seed, 8, number) * 0.08), 3),
        battery_cycles=int(150 * years * between(0.6, 1.1, seed, 9, number)),
        disk_wear_ratio=round(min(0.7, years * between(0.01, 0.06, seed, 10, number)), 3),
        unexpected_shutdowns=mixed(seed, 11, number) % (1 + int(years)),
        number=number,
        assignment=assignment,
    )


def _gear(schools: Sequence[SimulatedSchool], extra: Sequence[int], points: Sequence[int]) -> Iterator[Gear]:
    for start in range(0, len(schools), _SCHOOLS_PER_ROUTER):
        cores = tuple(f"{school.school_id}-core" for school in schools[start : start + _SCHOOLS_PER_ROUTER])
        name = f"wan-router-{start // _SCHOOLS_PER_ROUTER + 1}"
        yield Gear(name=name, kind="router", school_id=OFFICE, ports=len(cores) + 1, links=cores)
    for number, (school, closets, access) in enumerate(zip(schools, extra, points, strict=True)):
        router = f"wan-router-{number // _SCHOOLS_PER_ROUTER + 1}"
        yield from _school_gear(school.school_id, closets, access, router)


def _school_gear(school_id: str, closets: int, access: int, router: str) -> Iterator[Gear]:
    """One core switch, closets behind it (and behind each other, where it has no port left), and what they feed."""
    core = f"{school_id}-core"
    names = [core, *(f"{school_id}-idf{number}" for number in range(1, closets + 1))]
    above = {name: names[max(0, (place - 1) // _MOST_LINKS)] for place, name in enumerate(names) if place}
    feeding = names[1:] or names
    wireless = [(f"{school_id}-ap{number + 1}", feeding[number % len(feeding)]) for number in range(access)]
    wired = [(f"{school_id}-ups1", core), (f"{school_id}-printer1", feeding[-1])]
    below: dict[str, list[str]] = {}
    for name, parent in (*above.items(), *wireless):
        below.setdefault(parent, []).append(name)
    for name in names:
        links, ports = tuple(below.get(name, ())), _CORE_PORTS if name == core else _CLOSET_PORTS
        uplink = above.get(name, router)
        yield Gear(
            name=name, kind="switch", school_id=school_id, ports=max(ports, len(links) + 2), uplink=uplink, links=links
        )
    for name, parent in wireless:
        yield Gear(name=name, kind="access_point", school_id=school_id, ports=2, uplink=parent)
    yield Gear(name=wired[0][0], kind="ups", school_id=school_id, uplink=core)
    yield Gear(name=wired[1][0], kind="printer", school_id=school_id, uplink=wired[1][1])
