"""Sensors of the mainboard: LM-SENSORS-MIB of net-snmp, on any host that runs it."""

from __future__ import annotations

from dataclasses import dataclass

from homeroom_agent.report.network import Sensor
from homeroom_collector.snmp.reading.reader import Reader
from homeroom_collector.snmp.reading.tables.readings import reading
from homeroom_collector.snmp.reading.text import text, whole

ROOT = "1.3.6.1.4.1.2021.13.16"
NAME, VALUE = 2, 3
_ABSENT = (-1, 0)
_COLDEST_CELSIUS, _HOTTEST_CELSIUS = -60.0, 300.0


@dataclass(frozen=True, slots=True)
class Group:
    """One of the tables: what it measures, and how many of its steps make our unit."""

    entry: str
    kind: str
    unit: str
    steps: float


GROUPS = (
    Group(f"{ROOT}.2.1", "temperature", "celsius", 1000.0),
    Group(f"{ROOT}.3.1", "fan_speed", "rpm", 1.0),
    Group(f"{ROOT}.4.1", "voltage", "volts", 1000.0),
)


async def read(reader: Reader) -> list[Sensor]:
    """Read temperatures, fans and voltages. One request where the host has none."""
    names = await reader.once("lmSensors", lambda: _names(reader))
    return [sensor for group in GROUPS for sensor in await _read(reader, group, names[group.kind])]


async def _names(reader: Reader) -> dict[str, dict[str, str | None]]:
    found = await reader.column("lmSensors", ROOT)
    named: dict[str, dict[str, str | None]] = {group.kind: {} for group in GROUPS}
    for suffix, value in found.items():
        for group in GROUPS:
            prefix = f"{group.entry}.{NAME}.".removeprefix(f"{ROOT}.")
            if suffix.startswith(prefix):
                named[group.kind][suffix.removeprefix(prefix)] = text(value)
    return named


async def _read(reader: Reader, group: Group, names: dict[str, str | None]) -> list[Sensor]:
    if not names:
        return []
    values = (await reader.rows("lmSensors", group.entry, (VALUE,), names))[VALUE]
    measured = ((index, _signed(whole(value))) for index, value in values.items())
    return [
        reading(f"{group.entry}.{VALUE}.{index}", group.kind, group.unit, raw / group.steps, names[index], "unknown")
        for index, raw in measured
        if raw is not None and _possible(group, raw)
    ]


def _signed(raw: int | None) -> int | None:
    """Read a Gauge32 as what it is: below zero in winter, and on the -5 V rail."""
    return raw - 2**32 if raw is not None and raw >= 2**31 else raw


def _possible(group: Group, raw: int) -> bool:
    """Refuse what a chip says of an input that nothing is wired to."""
    if group.kind == "temperature":
        return raw not in _ABSENT and _COLDEST_CELSIUS <= raw / group.steps <= _HOTTEST_CELSIUS
    return True
