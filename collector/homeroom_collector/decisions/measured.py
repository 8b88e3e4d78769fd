"""From the newest report of a computer to the few facts that decisions need."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from homeroom_collector.rules.measured import Measured

_SYSTEM_MOUNTS = ("/", "C:", "C:\\", "/System/Volumes/Data", "/mnt/stateful_partition", "/home")
_NOT_BUILT_IN = frozenset({"usb"})


def measured(report: str, measured_at: float | None, *, on_campus: bool | None = None) -> Measured:
    """Read a report as the store has it, JSON. A fact that is not there is None."""
    document: dict[str, Any] = json.loads(report)

    def section(name: str) -> dict[str, Any]:
        return document.get(name) or {}

    batteries: list[dict[str, Any]] | None = document.get("batteries")
    disks = [disk for disk in document.get("disks") or [] if disk.get("type") not in _NOT_BUILT_IN]
    system, memory, display, windows = (section(name) for name in ("os", "memory", "display", "windows11"))
    download = section("connectivity").get("download_bytes_per_second")
    width, height = display.get("width_pixels"), display.get("height_pixels")
    return Measured(
        measured_on=None if measured_at is None else datetime.fromtimestamp(measured_at, UTC).date(),
        platform=section("identity").get("platform"),
        form_factor=section("identity").get("form_factor"),
        os_name=system.get("name"),
        os_version=system.get("version"),
        support_end=_date(system.get("support_end_date")),
        memory_installed_bytes=memory.get("installed_bytes"),
        memory_visible_bytes=memory.get("total_bytes"),
        memory_pressure_ratio=memory.get("pressure_ratio"),
        storage_bytes=_most(disk.get("capacity_bytes") for disk in disks),
        storage_free_bytes=_free(document.get("filesystems") or []),
        screen_inches=display.get("diagonal_inches"),
        screen_pixels=(width, height) if width and height else None,
        batteries=None if batteries is None else len(batteries),
        battery_health_ratio=_least(each.get("health_ratio") for each in batteries or []),
        battery_service=_any(each.get("service_recommended") for each in batteries or []),
        disk_wear_ratio=_most(disk.get("wear_ratio") for disk in disks),
        disk_failing=_any(_failing(disk) for disk in disks),
        windows11_ready=windows.get("ready"),
        windows11_reasons=tuple(windows.get("reasons") or ()),
        wifi_bands=frozenset(link["wifi_band"] for link in document.get("links") or [] if link.get("wifi_band")),
        away=None if on_campus is None else not on_campus,
        download_bps=None if download is None else download * 8,
    )


def _failing(disk: dict[str, Any]) -> bool | None:
    """The agent's own sum of all signs, else the disk's verdict alone."""
    if disk.get("failing") is not None:
        return bool(disk["failing"])
    return None if disk.get("smart_passed") is None else not disk["smart_passed"]


def _date(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None  # the wire format bounds its length only


def _free(filesystems: list[dict[str, Any]]) -> int | None:
    free = {each.get("mount"): each.get("free_bytes") for each in filesystems}
    return next((free[mount] for mount in _SYSTEM_MOUNTS if free.get(mount) is not None), None)


def _known(values: Iterable[Any]) -> list[Any]:
    return [value for value in values if value is not None]


def _most(values: Iterable[Any]) -> Any:
    return max(_known(values), default=None)


def _least(values: Iterable[Any]) -> Any:
    return min(_known(values), default=None)


def _any(values: Iterable[bool | None]) -> bool | None:
    known = _known(values)
    return any(known) if known else None
