"""Which schools, laptops and network gear the pretended district has. Pure: a seed goes in, facts come out.

``build`` makes the small one of the demo; ``growth.py`` makes one of any size.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

GearKind = Literal["switch", "router", "access_point", "ups", "printer"]
Assignment = Literal["one_to_one", "cart", "lab", "staff"]

# Names of schools and makers are made up; sizes are those of a small district.
_SCHOOLS = (
    ("lincoln", "Lincoln Elementary", "elementary", "K-5", 412, 500_000_000),
    ("roosevelt", "Roosevelt Middle School", "middle", "6-8", 588, 1_000_000_000),
    ("washington", "Washington High School", "high", "9-12", 1104, 2_000_000_000),
)
GRADE_BANDS = {"elementary": ("K-2", "3-5"), "middle": ("6-8",), "high": ("9-12",)}


@dataclass(frozen=True, slots=True, kw_only=True)
class LaptopModel:
    """A model as bought: memory and disk in bytes, battery in watt hours, price in cents."""

    manufacturer: str
    model: str
    bought: int
    memory_bytes: int
    disk_bytes: int
    disk_type: str
    battery_wh: float
    cpu: str
    cores: int
    platform: str = "linux"
    os_name: str = "Debian GNU/Linux"
    os_version: str = "12"
    support_end: str = "2028-06-30"
    screen_inches: float = 14.0
    price_cents: int = 39_900


_MODELS = (
    LaptopModel(
        manufacturer="Northfield", model="Classbook 11 G1", bought=2019, memory_bytes=4 * 2**30, disk_bytes=32 * 10**9,
        disk_type="emmc", battery_wh=38.0, cpu="Northfield N4000", cores=2,
    ),
    LaptopModel(
        manufacturer="Northfield", model="Classbook 14 G3", bought=2023, memory_bytes=8 * 2**30, disk_bytes=128 * 10**9,
        disk_type="nvme", battery_wh=47.0, cpu="Northfield N100", cores=4,
    ),
    LaptopModel(
        manufacturer="Harbor", model="Staffbook 15", bought=2025, memory_bytes=16 * 2**30, disk_bytes=512 * 10**9,
        disk_type="nvme", battery_wh=60.0, cpu="Harbor H5", cores=8,
    ),
)  # fmt: skip
_FOREIGN = LaptopModel(
    manufacturer="Gable", model="Chromebook 314", bought=2022, memory_bytes=4 * 2**30, disk_bytes=64 * 10**9,
    disk_type="emmc", battery_wh=48.0, cpu="Gable G1", cores=4, platform="chromeos", os_name="ChromeOS",
    os_version="126", support_end="2029-06-30",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedSchool:
    """One school; ``bandwidth_bps`` is the contracted rate of its WAN circuit, ``network`` where its computers are."""

    school_id: str
    name: str
    level: str
    grades: str
    enrollment_students: int
    bandwidth_bps: int
    network: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Laptop:
    """One laptop and how it has aged. ``battery_health_ratio`` and ``disk_wear_ratio`` follow from its age.

    ``number`` is its place in the district; what happens to it is drawn by that.
    """

    serial: str
    asset_tag: str
    school_id: str
    grade_band: str
    model: LaptopModel
    battery_health_ratio: float
    battery_cycles: int
    disk_wear_ratio: float
    unexpected_shutdowns: int
    number: int = 0
    assignment: Assignment = "one_to_one"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gear:
    """One device that speaks SNMP. ``uplink`` names what it hangs from; None is the way out of the district.

    ``links`` are the devices that hang from it, each on a port of its own, from port 1 on; its own uplink is the last
    port. ``number`` is its place in the district.
    """

    name: str
    kind: GearKind
    school_id: str
    ports: int = 0
    uplink: str | None = None
    links: tuple[str, ...] = ()
    number: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class District:
    """The whole pretended district. ``seed`` is what it, and all that happens in it, was drawn from."""

    schools: tuple[SimulatedSchool, ...]
    laptops: tuple[Laptop, ...]
    gear: tuple[Gear, ...]
    seed: int = 7


def build(*, laptops: int = 60, seed: int = 7) -> District:
    """Build the district. The same arguments give the same district on every machine."""
    schools = tuple(
        SimulatedSchool(school_id=i, name=name, level=level, grades=grades, enrollment_students=n, bandwidth_bps=bps)
        for i, name, level, grades, n, bps in _SCHOOLS
    )
    chance = random.Random(seed)  # noqa: S311 - a simulation must repeat itself
    fleet = tuple(_laptop(chance, schools[number % len(schools)], number) for number in range(laptops))
    return District(schools=schools, laptops=fleet, gear=tuple(numbered(_gear(schools))), seed=seed)


def strangers(district: District) -> tuple[Laptop, ...]:
    """Chromebooks that somebody brings in, and that are in no register."""
    chance = random.Random(f"{district.seed}/strangers")  # noqa: S311 - a simulation must repeat itself
    made = (_laptop(chance, school, 9_000 + number) for number, school in enumerate(district.schools[:2]))
    return tuple(
        replace(each, serial=f"GB{each.number:06d}", asset_tag="", model=_FOREIGN, disk_wear_ratio=0.0) for each in made
    )


def _laptop(chance: random.Random, school: SimulatedSchool, number: int) -> Laptop:
    model = chance.choices(_MODELS, weights=(3, 5, 2))[0]
    years = 2026 - model.bought + chance.random()
    return Laptop(
        serial=f"{model.manufacturer[:2].upper()}{model.bought % 100}{number:06d}",
        asset_tag=f"{school.school_id[:3].upper()}-{1000 + number}",
        school_id=school.school_id,
        grade_band=chance.choice(GRADE_BANDS[school.level]),
        model=model,
        battery_health_ratio=round(max(0.3, 1.02 - 0.065 * years - chance.random() * 0.12), 3),
        battery_cycles=int(150 * years * chance.uniform(0.6, 1.1)),
        disk_wear_ratio=round(min(1.0, years * chance.uniform(0.01, 0.06)), 2),
        unexpected_shutdowns=int(chance.expovariate(1.0) * years / 2),
        number=number,
    )


def numbered(gear: Iterable[Gear]) -> Iterator[Gear]:
    """Give each device its place."""
    return (replace(each, number=number) for number, each in enumerate(gear))


def _gear(schools: tuple[SimulatedSchool, ...]) -> Iterator[Gear]:
    """A core, two closets and what hangs from them, in every school."""
    for school in schools:
        made = partial(Gear, school_id=school.school_id)
        core, first, second = (f"{school.school_id}-{name}" for name in ("core", "idf1", "idf2"))
        points = tuple(f"{school.school_id}-ap{number}" for number in (1, 2, 3))
        yield made(name=core, kind="switch", ports=28, links=(first, second))
        yield made(name=first, kind="switch", ports=52, uplink=core, links=points[:2])
        yield made(name=second, kind="switch", ports=28, uplink=core, links=points[2:])
        for point, above in zip(points, (first, first, second), strict=True):
            yield made(name=point, kind="access_point", ports=2, uplink=above)
    yield Gear(name="washington-ups1", kind="ups", school_id="washington", uplink="washington-core")
    yield Gear(name="lincoln-office-printer", kind="printer", school_id="lincoln", uplink="lincoln-idf2")
