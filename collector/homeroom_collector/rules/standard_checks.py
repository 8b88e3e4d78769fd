"""The single rules of a standard: one fact against one floor. Pure.

Each function gives None where the standard does not ask or the device has no such part, else a finding: the rule's
name, whether it is met (None: unknown), what was measured and what is required, in words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from homeroom_collector.rules.figures import figure, percent
from homeroom_collector.rules.measured import Measured

Finding = tuple[str, bool | None, str, str]

_GIB = 2**30
_GB = 10**9
# Firmware and graphics keep up to an eighth of what is fitted: a 4 GB laptop shows 3.5 to 3.9 GiB.
_VISIBLE_SHARE = 7 / 8
# Flash is sold by its raw size; makers keep a few per cent for spare blocks: a "64 GB" eMMC has 62.5 GB.
_STORAGE_SHARE = 15 / 16
_WITHOUT_BATTERY = frozenset({"desktop", "all-in-one", "server", "vm"})
_NOT_MEASURED = "not measured"


def memory(measured: Measured, floor_gb: float | None) -> Finding | None:
    """Installed memory; where only the visible part is known, an eighth may be missing."""
    if floor_gb is None:
        return None
    required = f"at least {figure(floor_gb)} GB"
    if measured.memory_installed_bytes is not None:
        size = measured.memory_installed_bytes / _GIB
        return "memory", size >= floor_gb, f"{figure(size)} GB installed", required
    if measured.memory_visible_bytes is None:
        return "memory", None, _NOT_MEASURED, required
    size = measured.memory_visible_bytes / _GIB
    return "memory", size >= floor_gb * _VISIBLE_SHARE, f"{figure(size)} GB visible to the system", required


def storage(measured: Measured, floor_gb: float | None) -> Finding | None:
    """Size of the largest built-in disk, by the makers' count."""
    if floor_gb is None:
        return None
    required = f"at least {figure(floor_gb)} GB"
    if measured.storage_bytes is None:
        return "storage", None, _NOT_MEASURED, required
    size = measured.storage_bytes / _GB
    return "storage", size >= floor_gb * _STORAGE_SHARE, f"{figure(size)} GB", required


def storage_free(measured: Measured, floor_gb: float | None) -> Finding | None:
    """Free space on the system's own file system."""
    if floor_gb is None:
        return None
    required = f"at least {figure(floor_gb)} GB free"
    if measured.storage_free_bytes is None:
        return "free storage", None, _NOT_MEASURED, required
    size = measured.storage_free_bytes / _GB
    return "free storage", size >= floor_gb, f"{figure(size)} GB free", required


def screen_size(measured: Measured, floor_inches: float | None) -> Finding | None:
    """Diagonal of the built-in screen; panels say it to a tenth."""
    if floor_inches is None:
        return None
    required = f'at least {figure(floor_inches)}"'
    if measured.screen_inches is None:
        return "screen size", None, _NOT_MEASURED, required
    inches = round(measured.screen_inches, 1)
    return "screen size", inches >= floor_inches, f'{figure(inches)}"', required


def screen_pixels(measured: Measured, floor: tuple[int, int] | None) -> Finding | None:
    """Resolution, whichever way the screen is turned."""
    if floor is None:
        return None
    required = f"at least {floor[0]}x{floor[1]}"
    if measured.screen_pixels is None:
        return "screen resolution", None, _NOT_MEASURED, required
    width, height = measured.screen_pixels
    met = max(width, height) >= max(floor) and min(width, height) >= min(floor)
    return "screen resolution", met, f"{width}x{height}", required


def has_battery(measured: Measured) -> bool | None:
    """Whether it runs on a battery; None where nobody said."""
    if measured.batteries is not None:
        return measured.batteries > 0
    return False if measured.form_factor in _WITHOUT_BATTERY else None


def battery(measured: Measured, floor: float | None) -> Finding | None:
    """Health of the weakest battery; what the system itself condemns has failed."""
    if floor is None or has_battery(measured) is False:
        return None
    required = f"at least {percent(floor)} of the capacity when new"
    health = measured.battery_health_ratio
    if measured.battery_service:
        said = "the system asks for service" + (f" at {percent(health)}" if health is not None else "")
        return "battery", False, said, required
    if health is None:
        return "battery", None, _NOT_MEASURED, required
    return "battery", health >= floor, percent(health), required


def disk_wear(measured: Measured, most: float | None) -> Finding | None:
    """Share of the rated life used, of the most worn disk."""
    if most is None:
        return None
    required = f"at most {percent(most)} of the rated life used"
    if measured.disk_wear_ratio is None:
        return "disk wear", None, _NOT_MEASURED, required
    return "disk wear", measured.disk_wear_ratio <= most, percent(measured.disk_wear_ratio), required


def disk_sound(measured: Measured, *, asked: bool) -> Finding | None:
    """The disk's own verdict, media errors and warnings."""
    if not asked:
        return None
    if measured.disk_failing is None:
        return "disk health", None, _NOT_MEASURED, "not failing"
    return "disk health", not measured.disk_failing, "failing" if measured.disk_failing else "sound", "not failing"


def support(end: date | None, today: date, until: date | None) -> Finding | None:
    """Security updates, from today until at least a day."""
    if until is None:
        return None
    required = f"supported on {until}"
    if end is None:
        return "support", None, "support end not known", required
    said = f"ended on {end}" if end < today else f"until {end}"
    return "support", end >= until, said, required


def os_version(measured: Measured, platform: str | None, floors: Mapping[str, str]) -> Finding | None:
    """Version of the operating system, by its numbers."""
    floor = floors.get(platform or "")
    if floor is None:
        return None
    required = f"at least {floor}"
    mine, least = _numbers(measured.os_version), _numbers(floor)
    if not mine or not least:
        return "OS version", None, measured.os_version or _NOT_MEASURED, required
    return "OS version", mine >= least, str(measured.os_version), required


def _numbers(version: str | None) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version or ""))


def windows11(measured: Measured, platform: str | None, *, asked: bool) -> Finding | None:
    """Whether a Windows computer runs Windows 11, or could."""
    if not asked or platform != "windows":
        return None
    required = "able to run Windows 11"
    if "windows 11" in (measured.os_name or "").lower():
        return "Windows 11", True, "runs it", required
    if measured.windows11_ready is None:
        return "Windows 11", None, _NOT_MEASURED, required
    missing = ", ".join(measured.windows11_reasons) or "does not meet the minimum"
    return "Windows 11", measured.windows11_ready, "ready" if measured.windows11_ready else missing, required


def wifi_5ghz(measured: Measured, *, asked: bool) -> Finding | None:
    """Whether it was seen on a modern band. Seen on 2.4 GHz only says nothing about what it can do."""
    if not asked:
        return None
    seen = ", ".join(sorted(measured.wifi_bands)) or "not seen on Wi-Fi"
    return "Wi-Fi", True if measured.wifi_bands & {"5GHz", "6GHz"} else None, seen, "able to use 5 GHz"
