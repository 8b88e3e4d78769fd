"""macOS: ``system_profiler -json SPPowerDataType``. Slow (seconds), so a fallback; Apple's own health percentage.

JSON says "Good" and "Check Battery" where the text report says "Normal" and "Service Recommended".
"""

from collections.abc import Mapping
from typing import Any

from homeroom_agent.parsers import system_profiler_text
from homeroom_agent.parsers.battery.ioreg import NAME
from homeroom_agent.parsers.battery.pack import Pack, charge, document, milliampere_hours
from homeroom_agent.parsers.placeholders import real_text
from homeroom_agent.parsers.system_profiler import percent, sections
from homeroom_agent.parsers.values import clean, flag, number, whole

# Apple changed the words in macOS 10.15 and 11; all of the last three mean "have it looked at".
_CONDITIONS = {
    "good": "Normal",
    "normal": "Normal",
    "fair": "Service Recommended",
    "poor": "Service Recommended",
    "service": "Service Recommended",
    "check battery": "Service Recommended",
    "service battery": "Service Recommended",
    "service recommended": "Service Recommended",
    "replace soon": "Service Recommended",
    "replace now": "Service Recommended",
}


def parse(raw: bytes) -> dict[str, Any]:
    """Facts of a ``.system_profiler.json`` capture."""
    power = sections(raw).get("SPPowerDataType", [])
    values, online = _battery(power), charger_connected(power)
    installed = values and flag(values.get("sppower_battery_installed")) is not False
    return document(
        [_pack(values, online=online)] if installed else [],
        ac_online=online,
        condition=condition(values.get("sppower_battery_health")),
    )


def parse_text(raw: bytes) -> dict[str, Any]:
    """Facts of a ``.system_profiler.txt`` capture."""
    power = system_profiler_text.section(raw, "Power")
    charger = flag(system_profiler_text.find(power, "Connected"))
    cycle_count = system_profiler_text.find(power, "Cycle Count")
    health = system_profiler_text.find(power, "Condition")
    values = {
        "sppower_battery_is_charging": system_profiler_text.find(power, "Charging"),
        "sppower_battery_fully_charged": system_profiler_text.find(power, "Fully Charged"),
        "sppower_battery_state_of_charge": system_profiler_text.find(power, "State of Charge (%)"),
        "sppower_battery_cycle_count": cycle_count,
        "sppower_battery_health_maximum_capacity": system_profiler_text.find(power, "Maximum Capacity"),
        "sppower_battery_serial_number": system_profiler_text.find(power, "Serial Number"),
        "sppower_battery_manufacturer": system_profiler_text.find(power, "Manufacturer"),
        "sppower_battery_current_capacity": system_profiler_text.find(power, "Charge Remaining (mAh)"),
        "sppower_battery_max_capacity": system_profiler_text.find(power, "Full Charge Capacity (mAh)"),
    }
    packs = [_pack(values, online=charger)] if cycle_count or health else []
    return document(packs, ac_online=charger, condition=condition(health))


def condition(value: object) -> str | None:
    """Apple's verdict in the words of the text report."""
    word = clean(value, 40)
    return _CONDITIONS.get(word.lower(), word) if word else None


def _battery(power: list[dict[str, Any]]) -> dict[str, Any]:
    """The battery's groups (model, charge, health) as one; the charger's item has keys of the same names."""
    for item in power:
        groups = [group for group in item.values() if isinstance(group, dict) and any(map(_is_battery_key, group))]
        if groups:
            plain = {key: value for key, value in item.items() if _is_battery_key(key) and not isinstance(value, dict)}
            return {key: value for group in (plain, *groups) for key, value in group.items()}
    return {}


def _is_battery_key(key: object) -> bool:
    return isinstance(key, str) and key.startswith("sppower_battery_")


def charger_connected(power: list[dict[str, Any]]) -> bool | None:
    """Whether the charger's item says that it is connected; None where there is no such item."""
    for item in power:
        if (connected := flag(item.get("sppower_battery_charger_connected"))) is not None:
            return connected
    return None


def service_recommended(power: list[dict[str, Any]]) -> bool | None:
    """Apple's verdict; None where the report holds none."""
    stated = condition(_battery(power).get("sppower_battery_health"))
    return None if stated is None else stated != "Normal"


def _pack(values: Mapping[str, Any], *, online: bool | None) -> Pack:
    full = milliampere_hours(number(values.get("sppower_battery_max_capacity"), 101))
    now = number(values.get("sppower_battery_current_capacity"), 0)
    return Pack(
        name=NAME,
        full_mah=full,
        stated_health_ratio=percent(values.get("sppower_battery_health_maximum_capacity")),
        cycle_count=whole(values.get("sppower_battery_cycle_count"), 0, 100_000),
        charge_ratio=charge(now, full, percent(values.get("sppower_battery_state_of_charge"))),
        state=_state(values, online=online),
        manufacturer=real_text(values.get("sppower_battery_manufacturer"), 80),
        model=None,
        serial_present=real_text(values.get("sppower_battery_serial_number")) is not None,
        service_recommended=None
        if (stated := condition(values.get("sppower_battery_health"))) is None
        else stated != "Normal",
    )


def _state(values: Mapping[str, Any], *, online: bool | None) -> str:
    charging = flag(values.get("sppower_battery_is_charging"))
    if charging:
        return "charging"
    if flag(values.get("sppower_battery_fully_charged")) and online is not False:
        return "full"
    if charging is None or online is None:
        return "unknown"
    return "not_charging" if online else "discharging"
