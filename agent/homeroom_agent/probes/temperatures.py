"""Temperatures that are measurements, and fans. A constant typed into the firmware is left out."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from homeroom_agent.parsers.thermal.sensors import FanSpeed, Sensor
from homeroom_agent.probes import Facts
from homeroom_agent.report import Fan, Temperature, Unavailable

NAME = "temperatures"
INTERVAL = 0.0
_MOST_TEMPERATURES, _MOST_FANS = 8, 8


def read() -> Facts:
    """The processor's temperature first, then disks and boards; and every fan."""
    if sys.platform == "linux":
        from homeroom_agent.parsers.battery import sysfs as batteries
        from homeroom_agent.parsers.thermal import sysfs
        from homeroom_agent.probes._linux import LiveTree

        tree = LiveTree()
        found = [*sysfs.sensors(tree), *of_batteries(batteries.celsius(tree))]
        return facts(found, sysfs.cpu_celsius(found), sysfs.fans(tree))
    if sys.platform == "darwin":
        from homeroom_agent.parsers import plist
        from homeroom_agent.parsers.battery import ioreg
        from homeroom_agent.probes import _macos

        services = plist.rows(_macos.ioreg("-n", "AppleSmartBattery"))
        degrees = [value for service in services if (value := ioreg.celsius(service)) is not None]
        return facts(of_batteries(degrees), None, [])
    return facts([], None, [])


def of_batteries(degrees: Sequence[float]) -> list[Sensor]:
    """Temperatures of packs as sensors."""
    return [Sensor(part="battery", chip="battery", celsius=value) for value in degrees]


def facts(sensors: Sequence[Sensor], cpu_celsius: float | None, fans: Sequence[FanSpeed]) -> Facts:
    """One processor temperature, the hottest of every other part, and the fans."""
    rows = [] if cpu_celsius is None else [Temperature(name="cpu", celsius=round(cpu_celsius, 1))]
    for part in ("disk", "gpu", "battery", "board"):
        of_part = [sensor for sensor in sensors if sensor.part == part]
        if of_part:
            hottest = max(of_part, key=lambda sensor: sensor.celsius)
            critical = hottest.critical_celsius
            rows.append(Temperature(name=part, celsius=round(hottest.celsius, 1), critical_celsius=critical))
    missing = [
        Unavailable(path="temperatures.cpu", reason="no sensor of this machine measures it without special rights")
    ]
    return Facts(
        {
            "temperatures": rows[:_MOST_TEMPERATURES],
            "fans": [Fan(name=fan.name, rpm=fan.rpm) for fan in fans][:_MOST_FANS],
        },
        missing if cpu_celsius is None else [],
    )
