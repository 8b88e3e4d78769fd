"""Windows: MSAcpi_ThermalZoneTemperature (administrators only), in tenths of a kelvin.

Many firmwares return constants, so that no single reading is believed to be the processor's: the agent reports a zone
only once it has been seen to move.
"""

from typing import Any

from homeroom_agent.parsers import cim
from homeroom_agent.parsers.thermal.sensors import Sensor, document, plausible
from homeroom_agent.parsers.values import clean, number

_ZERO_CELSIUS = 273.15


def parse(raw: bytes) -> dict[str, Any]:
    """Facts of a ``.cim.json`` capture."""
    return _document(zones(cim.from_json(raw)))


def parse_list(raw: bytes) -> dict[str, Any]:
    """Facts of a ``.wmic-list.txt`` capture."""
    return _document(zones(cim.from_list(raw)))


def _document(found: list[Sensor]) -> dict[str, Any]:
    return document(found, None, zones_celsius=[zone.celsius for zone in found])


def zones(instances: cim.Instances) -> list[Sensor]:
    """Every zone with a plausible temperature."""
    found = [_zone(item, "CurrentTemperature", 10) for item in instances.get("MSAcpi_ThermalZoneTemperature", [])]
    counters = instances.get("Win32_PerfFormattedData_Counters_ThermalZoneInformation", [])
    found += [_zone(item, "HighPrecisionTemperature", 10) for item in counters]
    return [zone for zone in found if zone is not None]


def _zone(item: cim.Instance, key: str, per_kelvin: int) -> Sensor | None:
    celsius = plausible(_celsius(item.get(key), per_kelvin))
    if celsius is None:
        return None
    critical = number(_celsius(item.get("CriticalTripPoint"), per_kelvin), 30, 150)
    name = clean(item.get("InstanceName") or item.get("Name"), 120) or "zone"
    return Sensor(part="zone", chip=name.rpartition("\\")[2][:32], celsius=celsius, critical_celsius=critical)


def _celsius(value: object, per_kelvin: int) -> float | None:
    amount = number(value, 1, 10_000)
    return None if amount is None else round(amount / per_kelvin - _ZERO_CELSIUS, 2)
