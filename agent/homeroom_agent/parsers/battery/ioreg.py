"""macOS: ``ioreg -a -r -n AppleSmartBattery``. No rights needed.

On Apple silicon MaxCapacity and CurrentCapacity are per cent; the milliampere hours are in AppleRaw*, and on newer
systems only inside BatteryData. On Intel they are milliampere hours. The battery's serial number is not reported.
"""

from collections.abc import Mapping
from typing import Any

from homeroom_agent.errors import CaptureError
from homeroom_agent.parsers import plist
from homeroom_agent.parsers.battery.pack import Pack, charge, document, milliampere_hours
from homeroom_agent.parsers.placeholders import real_text
from homeroom_agent.parsers.values import flag, number, whole

NAME = "InternalBattery-0"
# Keys that AppleSmartBattery always has one of; without them it is another service's list.
_KNOWN = ("BatteryData", "CurrentCapacity", "MaxCapacity", "DesignCapacity", "BatteryInstalled", "CycleCount")
# A pack of under 100 mAh is a percentage, or the "1" that stands for a key without a value.
_SMALLEST_MAH = 100


def parse(raw: bytes) -> dict[str, Any]:
    """Facts of an ``.ioreg.plist`` capture; no output at all means no battery."""
    services = plist.rows(raw)
    if raw.strip() and not any(key in service for service in services for key in _KNOWN):
        raise CaptureError("not AppleSmartBattery: none of its keys is there")
    return facts(services)


def packs(raw: bytes) -> list[Pack]:
    """The machine's packs; a Mac without one answers nothing. Raises CaptureError."""
    return [pack(service, index) for index, service in enumerate(_installed(plist.rows(raw)))]


def facts(services: list[dict[str, Any]]) -> dict[str, Any]:
    """The answer of ``parse battery`` for the properties of each AppleSmartBattery."""
    installed = _installed(services)
    first = installed[0] if installed else {}
    online = flag(first.get("ExternalConnected")) if installed else None
    return document(
        [pack(service, index) for index, service in enumerate(installed)],
        ac_online=online,
        battery_temperature_celsius=celsius(first),
        amperage_ma=signed(first.get("Amperage")),
    )


def _installed(services: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [service for service in services if flag(service.get("BatteryInstalled")) is not False]


def pack(service: Mapping[str, Any], index: int = 0) -> Pack:
    """One battery."""
    nested = service.get("BatteryData")
    values = {**nested, **service} if isinstance(nested, dict) else dict(service)
    design = _mah(values, "DesignCapacity")
    full = _mah(values, "AppleRawMaxCapacity", "FullChargeCapacity", "NominalChargeCapacity", "MaxCapacity")
    return Pack(
        name=NAME if index == 0 else f"InternalBattery-{index}",
        design_mah=design,
        full_mah=full,
        cycle_count=whole(values.get("CycleCount"), 0, 100_000),
        charge_ratio=_charge(service, values),
        state=_state(service),
        manufacturer=real_text(values.get("Manufacturer"), 80),
        model=None,  # DeviceName is the gauge chip, not the pack
        service_recommended=_failed(values),
        serial_present=any(real_text(values.get(key)) for key in ("Serial", "BatterySerialNumber")),
    )


def celsius(service: Mapping[str, Any]) -> float | None:
    """Temperature is in hundredths of a degree (AverageTemperature of LifetimeData, not read here, in tenths)."""
    hundredths = number(service.get("Temperature"), -2_000, 10_000)
    return hundredths / 100 if hundredths else None


def signed(value: object) -> int | None:
    """A current in milliamperes; the text form prints a negative one as 2^64 minus it."""
    amount = whole(value, -(2**31), 2**64 - 1)
    if amount is not None and amount >= 2**63:
        amount -= 2**64
    return None if amount is None or abs(amount) > 1_000_000 else amount


def _failed(values: Mapping[str, Any]) -> bool | None:
    """The gauge's own verdict that the pack has failed for good; None where it does not say."""
    status = whole(values.get("PermanentFailureStatus"))
    return None if status is None else status != 0


def _mah(values: Mapping[str, Any], *keys: str) -> float | None:
    amounts = (number(values.get(key), _SMALLEST_MAH + 1) for key in keys)
    return milliampere_hours(next((amount for amount in amounts if amount is not None), None))


def _charge(service: Mapping[str, Any], values: Mapping[str, Any]) -> float | None:
    """Charge as the menu bar shows it: Current over Max, both per cent or both milliampere hours."""
    current, largest = number(service.get("CurrentCapacity"), 0), number(service.get("MaxCapacity"), 1)
    if current is not None and largest is not None:
        return charge(current, largest, None)
    raw = _mah(values, "AppleRawMaxCapacity", "FullChargeCapacity")
    now = next(
        (n for key in ("AppleRawCurrentCapacity", "RemainingCapacity") if (n := number(values.get(key), 0))), None
    )
    stated = number(values.get("StateOfCharge"), 0, 100)
    return charge(now, raw, None if stated is None else stated / 100)


def _state(service: Mapping[str, Any]) -> str:
    charging, full, online = (flag(service.get(key)) for key in ("IsCharging", "FullyCharged", "ExternalConnected"))
    if charging:
        return "charging"
    if full and online is not False:
        return "full"
    if online is False:
        return "discharging"
    return "not_charging" if online and charging is False else "unknown"
