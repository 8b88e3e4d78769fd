"""Batteries and mains: UPS-MIB (RFC 1628).

Many cards do not keep to its units. Mains voltages above any that exist are tenths of a volt; frequencies are read by
their size, whether in tenths (the RFC), whole hertz or hundredths.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from homeroom_agent.report.network import GearIdentity, Sensor, Ups
from homeroom_collector.snmp.reading.reader import Column, Reader
from homeroom_collector.snmp.reading.tables.numbers import percent, within
from homeroom_collector.snmp.reading.tables.readings import reading, state
from homeroom_collector.snmp.reading.text import text, whole

ROOT = "1.3.6.1.2.1.33.1"

MAKER, MODEL, FIRMWARE, AGENT = "1.1.0", "1.2.0", "1.3.0", "1.4.0"
BATTERY_STATUS, ON_BATTERY_SECONDS, MINUTES_LEFT, CHARGE = "2.1.0", "2.2.0", "2.3.0", "2.4.0"
BATTERY_VOLTAGE, BATTERY_CURRENT, BATTERY_TEMPERATURE = "2.5.0", "2.6.0", "2.7.0"
OUTPUT_SOURCE, OUTPUT_FREQUENCY, BYPASS_FREQUENCY, ALARMS, TEST_RESULT = "4.1.0", "4.2.0", "5.1.0", "6.1.0", "7.3.0"
INPUT, OUTPUT, BYPASS, ALARM = "3.3.1", "4.4.1", "5.3.1", "6.2.1.2"
_MEASURED = ("2.", "3.", "4.")

_HIGHEST_MAINS_VOLTS = 700
_SOURCE_BATTERY = 5
_ALARM_BATTERY_BAD = f"{ROOT}.6.3.1"

BATTERY_STATES = {2: "ok", 3: "critical", 4: "critical"}
"""upsBatteryStatus: batteryNormal, batteryLow, batteryDepleted. 1 is unknown."""
SOURCE_STATES = {3: "ok", 4: "warning", 5: "critical", 6: "warning", 7: "warning"}
"""upsOutputSource: normal, bypass, battery, booster, reducer. 1 is other and 2 none: unknown."""
TEST_STATES = {1: "ok", 2: "warning", 3: "critical", 4: "warning", 5: "warning"}
"""upsTestResultsSummary: donePass, doneWarning, doneError, aborted, inProgress. 6 is noTestsInitiated."""


@dataclass(frozen=True, slots=True)
class Line:
    """A column of the input, output or bypass table: what it measures and one of its steps in our unit."""

    prefix: str
    kind: str
    unit: str
    step: float
    name: str


LINES = (
    Line(f"{INPUT}.2", "frequency", "hertz", 0.1, "Input frequency"),
    Line(f"{INPUT}.3", "voltage", "volts", 1.0, "Input voltage"),
    Line(f"{INPUT}.4", "current", "amperes", 0.1, "Input current"),
    Line(f"{INPUT}.5", "power", "watts", 1.0, "Input power"),
    Line(f"{OUTPUT}.2", "voltage", "volts", 1.0, "Output voltage"),
    Line(f"{OUTPUT}.3", "current", "amperes", 0.1, "Output current"),
    Line(f"{OUTPUT}.4", "power", "watts", 1.0, "Output power"),
    Line(f"{OUTPUT}.5", "load", "ratio", 0.01, "Output load"),
    Line(f"{BYPASS}.2", "voltage", "volts", 1.0, "Bypass voltage"),
    Line(f"{BYPASS}.3", "current", "amperes", 0.1, "Bypass current"),
    Line(f"{BYPASS}.4", "power", "watts", 1.0, "Bypass power"),
)
SINGLES = (
    (ON_BATTERY_SECONDS, "runtime", "seconds", 1.0, "Time on battery"),
    (MINUTES_LEFT, "runtime", "seconds", 60.0, "Battery runtime left"),
    (CHARGE, "charge", "ratio", 0.01, "Battery charge"),
    (BATTERY_VOLTAGE, "voltage", "volts", 0.1, "Battery voltage"),
    (BATTERY_CURRENT, "current", "amperes", 0.1, "Battery current"),
    (BATTERY_TEMPERATURE, "temperature", "celsius", 1.0, "Battery temperature"),
    (OUTPUT_FREQUENCY, "frequency", "hertz", 0.1, "Output frequency"),
    (BYPASS_FREQUENCY, "frequency", "hertz", 0.1, "Bypass frequency"),
)
STATES = (
    (BATTERY_STATUS, "Battery status", BATTERY_STATES),
    (OUTPUT_SOURCE, "Output source", SOURCE_STATES),
    (TEST_RESULT, "Last test", TEST_STATES),
)


@dataclass(frozen=True, slots=True)
class Battery:
    """What UPS-MIB says: the UPS itself, its measurements as sensors, and who made it."""

    ups: Ups | None
    sensors: tuple[Sensor, ...]
    identity: GearIdentity


NOTHING = Battery(None, (), GearIdentity())


async def read(reader: Reader) -> Battery:
    """Read the UPS; None and nothing where there is no UPS-MIB."""
    values = await reader.column("upsMIB", ROOT)
    if not any(name.startswith(_MEASURED) for name in values):
        return NOTHING
    alarms = await _alarms(reader, values)
    return Battery(_ups(values, alarms), (*_singles(values), *_lines(values), *_states(values)), _identity(values))


def _identity(values: Column) -> GearIdentity:
    return GearIdentity(
        kind="ups",
        vendor=text(values.get(MAKER), limit=120),
        model=text(values.get(MODEL), limit=200),
        version=text(values.get(FIRMWARE)) or text(values.get(AGENT)),
    )


async def _alarms(reader: Reader, values: Column) -> list[str]:
    """Read which alarms there are: rows that come and go, so walked, but only where the count says there are some."""
    if not whole(values.get(ALARMS)):
        return []
    with reader.growing():
        return [str(alarm) for alarm in (await reader.column("upsAlarmTable", f"{ROOT}.{ALARM}")).values()]


def _ups(values: Column, alarms: list[str]) -> Ups:
    loads = [whole(value) for name, value in values.items() if name.startswith(f"{OUTPUT}.5.")]
    volts = [mains_volts(whole(value)) for name, value in values.items() if name.startswith(f"{INPUT}.3.")]
    minutes = within(values.get(MINUTES_LEFT), 0, 10_000_000)
    source = whole(values.get(OUTPUT_SOURCE))
    return Ups(
        battery_charge_ratio=percent(values.get(CHARGE)),
        battery_runtime_seconds=None if minutes is None else minutes * 60.0,
        output_load_ratio=max((load / 100 for load in loads if load is not None and 0 <= load <= 1000), default=None),
        input_volts=max((volt for volt in volts if volt is not None), default=None),
        on_battery=None if source is None or source <= 1 else source == _SOURCE_BATTERY,
        replace_battery=_ALARM_BATTERY_BAD in alarms if ALARMS in values else None,
    )


def mains_volts(raw: int | None) -> float | None:
    """Give a mains voltage from whole volts, or from tenths where no mains is that high."""
    if raw is None or raw < 0:
        return None
    return raw / 10 if raw > _HIGHEST_MAINS_VOLTS else float(raw)


def hertz(raw: int) -> float:
    """Give a frequency by its size: 40 to 70 are hertz, 4,000 to 7,000 hundredths, all else tenths (the RFC)."""
    if 40 <= raw <= 70:
        return float(raw)
    return raw / 100 if 4_000 <= raw <= 7_000 else raw / 10


def _scaled(kind: str, raw: int, step: float) -> float | None:
    if kind == "frequency":
        return hertz(raw)
    if kind == "voltage" and step == 1.0:
        return mains_volts(raw)
    return round(raw * step, 3)


def _singles(values: Column) -> Iterator[Sensor]:
    for name, kind, unit, step, description in SINGLES:
        raw = whole(values.get(name))
        if raw is not None:
            yield reading(f"{ROOT}.{name}", kind, unit, _scaled(kind, raw, step), description)


def _lines(values: Column) -> Iterator[Sensor]:
    for line in LINES:
        rows = [(name, whole(value)) for name, value in values.items() if name.startswith(f"{line.prefix}.")]
        for name, raw in rows:
            if raw is not None:
                number = name.removeprefix(f"{line.prefix}.")
                label = f"{line.name} {number}" if len(rows) > 1 else line.name
                yield reading(f"{ROOT}.{name}", line.kind, line.unit, _scaled(line.kind, raw, line.step), label)


def _states(values: Column) -> Iterator[Sensor]:
    for name, description, meanings in STATES:
        raw = whole(values.get(name))
        if raw is not None:
            yield state(f"{ROOT}.{name}", raw, description, meanings)
