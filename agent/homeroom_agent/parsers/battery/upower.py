"""Linux: ``upower -d`` or ``upower -i``. Its numbers are in the language of the user, decimal comma included."""

import re
from collections.abc import Mapping
from typing import Any

from homeroom_agent.errors import CaptureError
from homeroom_agent.parsers import capture
from homeroom_agent.parsers.battery.pack import Pack, charge, cycles, document, watt_hours
from homeroom_agent.parsers.placeholders import real_text
from homeroom_agent.parsers.values import clean, flag, number, whole

_STATES = {
    "charging": "charging",
    "discharging": "discharging",
    "fully-charged": "full",
    "pending-charge": "not_charging",
    "pending-discharge": "not_charging",
    "empty": "empty",
}
_NOT_BATTERIES = ("line-power", "ups")


def parse(raw: bytes) -> dict[str, Any]:
    """Facts of an ``.upower.txt`` capture."""
    devices = [_fields(block) for block in re.split(r"(?m)^Device:", capture.text(raw))]
    devices = [device for device in devices if "native-path" in device and device["native-path"] != "(null)"]
    if not devices:
        raise CaptureError("not upower's output: no device has a native-path")
    batteries = [device for device in devices if "percentage" in device and not device.keys() & set(_NOT_BATTERIES)]
    own = [device for device in batteries if flag(device.get("power supply")) and device.get("present") != "no"]
    return document(
        [_pack(device) for device in own],
        ac_online=_online(devices),
        peripherals=[clean(d["native-path"], 64) or "" for d in batteries if not flag(d.get("power supply"))],
    )


def _fields(block: str) -> dict[str, str]:
    """Lines ``key: value``, and the heading of the device's kind as a key of its own."""
    rows = (line.strip().partition(":") for line in block.splitlines())
    return {key.strip(): value.strip() for key, _, value in rows if key}


def _amount(device: Mapping[str, str], key: str) -> float | None:
    match = re.match(r"-?\d{1,9}(?:[.,]\d{1,9})?", device.get(key, ""))
    return number(match[0].replace(",", "."), 0) if match else None


def _pack(device: Mapping[str, str]) -> Pack:
    full, percentage = _amount(device, "energy-full"), _amount(device, "percentage")
    stated = None if percentage is None else percentage / 100
    return Pack(
        name=clean(device["native-path"].rpartition("/")[2], 32) or "battery",
        design_wh=watt_hours(_amount(device, "energy-full-design") or None, 1),
        full_wh=watt_hours(full or None, 1),
        cycle_count=cycles(whole(device.get("charge-cycles"))),
        charge_ratio=charge(_amount(device, "energy"), full, stated),
        state=_STATES.get(device.get("state", ""), "unknown"),
        manufacturer=real_text(device.get("vendor"), 80),
        model=real_text(device.get("model"), 80),
        serial_present=real_text(device.get("serial")) is not None,
    )


def _online(devices: list[dict[str, str]]) -> bool | None:
    states = [state for device in devices if (state := flag(device.get("online"))) is not None]
    return any(states) if states else None
