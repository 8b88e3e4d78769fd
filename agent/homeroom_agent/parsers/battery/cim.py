r"""Windows: ``root\wmi`` Battery* classes and Win32_Battery. A last resort: starting PowerShell costs up to a second.

The ``root\wmi`` classes are joined by InstanceName and count in milliwatt hours. Win32_Battery usually leaves both
capacities empty; its BatteryStatus 2 means "on mains", not "charging".
"""

from collections.abc import Mapping
from typing import Any

from homeroom_agent.parsers import cim
from homeroom_agent.parsers.battery.pack import Pack, charge, cycles, document, idle_state, watt_hours
from homeroom_agent.parsers.placeholders import real_text
from homeroom_agent.parsers.values import clean, flag, number, whole

# Win32_Battery.BatteryStatus. 2 only says that there is mains power; 10 is undefined, 11 partially charged.
_STATES = {1: "discharging", 3: "full", 4: "discharging", 5: "discharging", **dict.fromkeys((6, 7, 8, 9), "charging")}
_ONLINE = {1: False, 2: True, 3: True, 4: False, 5: False, 6: True, 7: True, 8: True, 9: True}
_RELATIVE, _SHORT_TERM = 0x40000000, 0x20000000


def parse(raw: bytes) -> dict[str, Any]:
    """Facts of a ``.cim.json`` capture."""
    return facts(cim.from_json(raw))


def parse_list(raw: bytes) -> dict[str, Any]:
    """Facts of a ``.wmic-list.txt`` capture."""
    return facts(cim.from_list(raw))


def facts(instances: cim.Instances) -> dict[str, Any]:
    """The answer of ``parse battery``."""
    win32 = instances.get("Win32_Battery", [])
    statics = [item for item in instances.get("BatteryStaticData", []) if not _is_ups(item)]
    # Each class may fail by itself; whichever answered names the packs.
    others = ("BatteryFullChargedCapacity", "BatteryStatus", "BatteryCycleCount")
    named = statics or next((instances[name] for name in others if instances.get(name)), [])
    names = [_key(item) for item in named] if statics or not instances.get("BatteryStaticData") else []
    if names:
        packs = [_joined(name, index, instances, win32 if len(names) == 1 else []) for index, name in enumerate(names)]
    else:
        packs = [_from_win32(item, index) for index, item in enumerate(win32)]
    return document(packs, ac_online=_online(instances))


def _is_ups(static: Mapping[str, Any]) -> bool:
    return bool((whole(static.get("Capabilities")) or 0) & _SHORT_TERM)


def _key(item: Mapping[str, Any]) -> str:
    return clean(item.get("InstanceName"), 120) or ""


def _of(instances: cim.Instances, name: str, key: str, index: int) -> Mapping[str, Any]:
    """The instance of a class with the same InstanceName; by its place where the capture has none."""
    items = instances.get(name, [])
    same = [item for item in items if _key(item) == key] if key else items[index : index + 1]
    return same[0] if same else {}


def _joined(key: str, index: int, instances: cim.Instances, win32: list[cim.Instance]) -> Pack:
    static = _of(instances, "BatteryStaticData", key, index)
    status = _of(instances, "BatteryStatus", key, index)
    simple = win32[0] if win32 else {}
    relative = bool((whole(static.get("Capabilities")) or 0) & _RELATIVE)
    design = number(static.get("DesignedCapacity"), 1, 2**31) or number(simple.get("DesignCapacity"), 1, 2**31)
    full = number(_of(instances, "BatteryFullChargedCapacity", key, index).get("FullChargedCapacity"), 0, 2**31)
    stated = number(simple.get("EstimatedChargeRemaining"), 0)
    now = number(status.get("RemainingCapacity"), 0, 2**31)
    ratio = charge(now, full, None if stated is None else stated / 100)
    return Pack(
        name=clean(static.get("DeviceName"), 32) or clean(key, 32) or f"battery {index + 1}",
        design_wh=None if relative else watt_hours(design, 1e3),
        full_wh=None if relative else watt_hours(full, 1e3),
        stated_health_ratio=number(full / design, 0, 2) if design and full is not None else None,
        cycle_count=cycles(whole(_of(instances, "BatteryCycleCount", key, index).get("CycleCount"), 0, 100_000)),
        charge_ratio=ratio,
        state=_state(status, simple, ratio),
        manufacturer=real_text(static.get("ManufactureName"), 80),
        model=real_text(static.get("DeviceName"), 80),
        serial_present=real_text(static.get("SerialNumber")) is not None,
    )


def _from_win32(item: Mapping[str, Any], index: int) -> Pack:
    stated = number(item.get("EstimatedChargeRemaining"), 0)
    name = real_text(item.get("Name"), 80)
    return Pack(
        name=clean(name, 32) or f"battery {index + 1}",
        design_wh=watt_hours(number(item.get("DesignCapacity"), 1), 1e3),
        full_wh=watt_hours(number(item.get("FullChargeCapacity"), 1), 1e3),
        charge_ratio=charge(None, None, None if stated is None else stated / 100),
        state=_STATES.get(whole(item.get("BatteryStatus")) or 0, "unknown"),
        model=name,
    )


def _state(status: Mapping[str, Any], simple: Mapping[str, Any], ratio: float | None) -> str:
    charging, discharging, online = (flag(status.get(key)) for key in ("Charging", "Discharging", "PowerOnline"))
    if charging:
        return "charging"
    if discharging:
        return "discharging"
    if stated := _STATES.get(whole(simple.get("BatteryStatus")) or 0):
        return stated
    return idle_state(ratio) if online and charging is False and discharging is False else "unknown"


def _online(instances: cim.Instances) -> bool | None:
    live = [flag(item.get("PowerOnline")) for item in instances.get("BatteryStatus", [])]
    simple = [_ONLINE.get(whole(item.get("BatteryStatus")) or 0) for item in instances.get("Win32_Battery", [])]
    known = [state for state in (live or simple) if state is not None]
    return any(known) if known else None
