"""``standards.yml``: the district's minimum, in its own words and by published presets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from functools import cache
from pathlib import Path

from homeroom_collector import strict
from homeroom_collector.errors import ConfigError
from homeroom_collector.rules.readiness import TestDay
from homeroom_collector.rules.school_standards import SchoolStandard
from homeroom_collector.rules.standards import Standard

_PRESETS = Path(__file__).with_name("data") / "standards.yml"


@dataclass(frozen=True, slots=True, kw_only=True)
class StandardsSettings:
    """The whole file. ``home_mbps`` is what counts as an adequate connection away from school.

    25 Mbps is the FCC's benchmark of 2015 for fixed broadband, which video lessons and homework need; that of 2024 is
    100.
    """

    presets: list[str] = field(default_factory=lambda: ["security-updates", "windows-11", "bandwidth-1-mbps"])
    standards: list[Standard] = field(default_factory=list)
    schools: SchoolStandard = field(default_factory=SchoolStandard)
    testing: TestDay = field(default_factory=TestDay)
    home_mbps: float = 25.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A published minimum, when it was published or read, and where."""

    dated: date
    source: str
    standards: list[Standard] = field(default_factory=list)
    schools: SchoolStandard = field(default_factory=SchoolStandard)


@dataclass(frozen=True, slots=True, kw_only=True)
class Minimum:
    """What devices and schools are held to, and what a state test asks; ``testing_standards`` are its floor."""

    standards: tuple[Standard, ...]
    school: SchoolStandard
    testing: TestDay
    testing_standards: tuple[Standard, ...]
    home_bps: float


@cache
def presets() -> dict[str, Preset]:
    """The published minimums that come with Homeroom, by name."""
    return {
        name: strict.decode(Preset, document, where=f"{_PRESETS.name}: {name}.")
        for name, document in strict.read_yaml(_PRESETS).items()
    }


def load(path: Path | None) -> Minimum:
    """Read and check the file; None is the default presets. Raises ConfigError with everything that is wrong."""
    settings = strict.load(StandardsSettings, path) if path else StandardsSettings()
    if problems := [f"{path}: {problem}" for problem in _problems(settings)]:
        raise ConfigError(problems)
    chosen = [presets()[name] for name in settings.presets]
    published = [each for name in settings.presets for each in _published(name)]
    own = [_sourced(each, f"{path}: {each.name}") for each in settings.standards]
    return Minimum(
        standards=(*published, *own),
        school=_school(chosen, settings.schools),
        testing=settings.testing,
        testing_standards=tuple(_published(settings.testing.preset)),
        home_bps=settings.home_mbps * 1e6,
    )


def _published(name: str) -> list[Standard]:
    preset = presets()[name]
    return [_sourced(each, preset.source) for each in preset.standards]


def _sourced(standard: Standard, source: str) -> Standard:
    return replace(standard, source=standard.source or source)


def _school(chosen: Sequence[Preset], own: SchoolStandard) -> SchoolStandard:
    """The district's own floor goes before a published one."""
    school = SchoolStandard()
    for floors, source in (*((preset.schools, preset.source) for preset in chosen), (own, own.source)):
        given = {f.name: getattr(floors, f.name) for f in fields(floors) if getattr(floors, f.name) is not None}
        del given["source"]
        school = replace(school, **given, source=source if given else school.source)
    return school


def _problems(settings: StandardsSettings) -> Iterator[str]:
    known = ", ".join(presets())
    for number, name in enumerate(settings.presets):
        if name not in presets():
            yield f"presets[{number}]: {name!r} is not known; known: {known}"
    yield from _testing_problems(settings.testing)
    if settings.home_mbps <= 0:
        yield "home_mbps: must be more than 0"
    for number, each in enumerate(settings.standards):
        for share in ("battery_health", "disk_wear"):
            value = getattr(each, share)
            if value is not None and not 0 <= value <= 1:
                yield f"standards[{number}].{share}: a share from 0 to 1, such as 0.6; got {value:g}"
        for amount in ("memory_gb", "storage_gb", "storage_free_gb", "screen_inches", "supported_days"):
            if (getattr(each, amount) or 0) < 0:
                yield f"standards[{number}].{amount}: must not be negative"


def _testing_problems(day: TestDay) -> Iterator[str]:
    if day.preset not in presets():
        yield f"testing.preset: {day.preset!r} is not known; known: {', '.join(presets())}"
    for name in ("kbps_per_tester", "testers_per_access_point"):
        value = getattr(day, name)
        if value is not None and value <= 0:
            yield f"testing.{name}: must be more than 0; null where it is not asked for"
