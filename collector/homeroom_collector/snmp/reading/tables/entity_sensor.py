"""Sensors: entPhySensorTable (ENTITY-SENSOR-MIB, RFC 3433) and Cisco's older twin, CISCO-ENTITY-SENSOR-MIB.

A value is ``raw * 10^scale / 10^precision`` in the unit of its type. Names come from the entPhysicalTable row of the
same index.
"""

from __future__ import annotations

from dataclasses import dataclass

from homeroom_agent.report.network import ROWS, Sensor
from homeroom_collector.snmp.reading.reader import Column, Reader
from homeroom_collector.snmp.reading.tables import entity
from homeroom_collector.snmp.reading.tables.readings import reading
from homeroom_collector.snmp.reading.text import text, whole

TYPE, SCALE, PRECISION, VALUE, STATUS = 1, 2, 3, 4, 5

KINDS: dict[int, tuple[str, str, float]] = {
    3: ("voltage", "volts", 1.0),
    4: ("voltage", "volts", 1.0),
    5: ("current", "amperes", 1.0),
    6: ("power", "watts", 1.0),
    7: ("frequency", "hertz", 1.0),
    8: ("temperature", "celsius", 1.0),
    9: ("humidity", "ratio", 0.01),
    10: ("fan_speed", "rpm", 1.0),
    11: ("airflow", "m3/min", 1.0),
    12: ("state", "enum", 1.0),
    14: ("signal", "dbm", 1.0),
}
"""EntitySensorDataType: kind, unit, and what turns the MIB's unit into ours. 14 is Cisco's own."""

_EXPONENTS = {n: (n - 9) * 3 for n in range(1, 14)} | {14: 18, 15: 15, 16: 21, 17: 24}
"""EntitySensorDataScale. The MIB really puts exa (14) before peta (15)."""

_OPER_STATUS = {1: "ok", 2: "unknown", 3: "warning"}
_UNAVAILABLE = 2
_TRUE = 1


@dataclass(frozen=True, slots=True)
class Source:
    """One of the two MIBs: name of its table and its entry."""

    table: str
    entry: str


SOURCES = (
    Source("entPhySensorTable", "1.3.6.1.2.1.99.1.1.1"),
    Source("entSensorValueTable", "1.3.6.1.4.1.9.9.91.1.1.1.1"),
)


@dataclass(frozen=True, slots=True)
class Label:
    """What one sensor measures and how its raw value is scaled."""

    kind: str
    unit: str
    factor: float
    description: str | None


async def read(reader: Reader) -> list[Sensor]:
    """Read the sensors of both tables."""
    return [sensor for source in SOURCES for sensor in await _read(reader, source)][:ROWS]


async def _read(reader: Reader, source: Source) -> list[Sensor]:
    labels = await reader.once(source.table, lambda: _labels(reader, source))
    if not labels:
        return []
    measured = await reader.rows(source.table, source.entry, (VALUE, STATUS), labels)
    return [_sensor(source, index, label, measured) for index, label in labels.items()]


async def _labels(reader: Reader, source: Source) -> dict[str, Label]:
    types = await reader.column(source.table, f"{source.entry}.{TYPE}")
    known = {index: KINDS[kind] for index, kind in types.items() if isinstance(kind, int) and kind in KINDS}
    if not known:
        return {}
    scaling = await reader.rows(source.table, source.entry, (SCALE, PRECISION), known)
    names = await reader.rows("entPhysicalTable", entity.ENTRY, (entity.DESCRIPTION, entity.NAME), known)
    return {
        index: Label(kind, unit, _factor(index, scaling, to_ours), _name(index, names))
        for index, (kind, unit, to_ours) in known.items()
    }


def _factor(index: str, scaling: dict[int, Column], to_ours: float) -> float:
    exponent = _EXPONENTS.get(whole(scaling[SCALE].get(index)) or 9, 0)
    precision = whole(scaling[PRECISION].get(index)) or 0
    return float(f"1e{exponent - (precision if -8 <= precision <= 9 else 0)}") * to_ours


def _name(index: str, names: dict[int, Column]) -> str | None:
    return text(names[entity.NAME].get(index)) or text(names[entity.DESCRIPTION].get(index))


def _sensor(source: Source, index: str, label: Label, measured: dict[int, Column]) -> Sensor:
    raw = whole(measured[VALUE].get(index))
    operation = whole(measured[STATUS].get(index))
    status = _OPER_STATUS.get(operation or 0, "unknown")
    if label.kind == "state" and raw is not None:
        status = ("ok" if raw == _TRUE else "critical") if status == "ok" else status
    value = None if raw is None or operation == _UNAVAILABLE else round(raw * label.factor, 9)
    return reading(f"{source.entry}.{VALUE}.{index}", label.kind, label.unit, value, label.description, status)
