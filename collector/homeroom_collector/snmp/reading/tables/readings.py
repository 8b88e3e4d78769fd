"""Sensors as rows of a report. The index of a sensor is the OID of its value, so that it is one over all tables."""

from __future__ import annotations

from collections.abc import Mapping

from homeroom_agent.report.network import Sensor

_LONGEST_INDEX = 128


def reading(oid: str, kind: str, unit: str, value: float | None, description: str | None, status: str = "ok") -> Sensor:
    """Make a measurement, already in ``unit``."""
    return Sensor(
        index=oid[-_LONGEST_INDEX:], kind=kind, description=description, value=value, unit=unit, status=status
    )


def state(oid: str, number: int | None, description: str | None, meanings: Mapping[int, str]) -> Sensor:
    """Make a state out of the device's own number; what ``meanings`` does not name is unknown."""
    return reading(oid, "state", "enum", number, description, meanings.get(number or 0, "unknown"))
