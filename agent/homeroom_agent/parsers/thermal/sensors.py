"""Temperatures and fans of a machine: which readings are measurements, which belong to the processor."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from homeroom_agent.parsers.values import number

# A classroom is never below freezing; silicon shuts down before 125 degrees.
_COLDEST, _HOTTEST = -40.0, 125.0
# What firmware without a sensor returns: 0, the negative of an overflow, absolute zero.
_NOT_MEASURED = (0.0, -44.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensor:
    """One temperature. ``part`` is cpu, disk, gpu, wifi, board, battery or zone."""

    part: str
    chip: str
    label: str | None = None
    celsius: float
    critical_celsius: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FanSpeed:
    """One fan; 0 is a fan that stands still."""

    name: str
    rpm: float


def plausible(celsius: float | None) -> float | None:
    """The temperature, None where it cannot be one."""
    measured = number(celsius, _COLDEST, _HOTTEST)
    return None if measured in _NOT_MEASURED else measured


def document(sensors: Sequence[Sensor], cpu_celsius: float | None, **more: Any) -> dict[str, Any]:
    """The answer of ``parse thermal``."""
    disks = [sensor.celsius for sensor in sensors if sensor.part == "disk"]
    return {
        "cpu_celsius": cpu_celsius,
        "nvme_celsius": disks[0] if disks else None,
        "max_plausible_celsius": max((sensor.celsius for sensor in sensors), default=None),
        "sensors": [
            {
                "part": s.part,
                "chip": s.chip,
                "label": s.label,
                "celsius": s.celsius,
                "critical_celsius": s.critical_celsius,
            }
            for s in sensors
        ],
    } | more
