"""Built-in disks: what they are, and how worn."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from homeroom_agent.parsers.disk.drive import Drive
from homeroom_agent.probes import Facts, _smartctl
from homeroom_agent.probes._missing import missing
from homeroom_agent.report import Disk, Unavailable

NAME = "disks"
INTERVAL = 3600.0
_MOST = 64  # bound of the wire format
_PROFILE_SECONDS = 86_400.0
# How smartctl names the disks that the system names disk0, sda, nvme0n1.
_DEVICE_PREFIX = {"linux": "/dev/", "darwin": "/dev/", "win32": "/dev/pd"}
_EXPLAINED = ("smart_passed", "wear_ratio", "temperature_celsius")


def read(memory: dict[str, Any]) -> Facts:
    """Every built-in disk. What a student plugs in is not the district's and is not named."""
    allowed = _may_use_smartctl()
    program = _smartctl.find() if allowed else None
    drives = _smartctl.detailed(_drives(memory), memory, program, device_prefix=_DEVICE_PREFIX.get(sys.platform, ""))
    if program is not None:
        return facts(drives, "this disk does not report it")
    return facts(drives, "smartctl is not installed" if allowed else "needs administrator rights")


def facts(drives: Sequence[Drive], reason: str) -> Facts:
    """Rows of the built-in disks and the reason for what is missing."""
    rows = [row(drive) for drive in drives if not drive.external and drive.type not in ("usb", "optical")][:_MOST]
    return Facts({"disks": rows}, list(_reasons(rows, reason)))


def row(drive: Drive) -> Disk:
    """The wire form of a drive."""
    hours = drive.power_on_hours
    return Disk(
        name=drive.name or "disk",
        model=drive.model,
        type=drive.type,
        capacity_bytes=drive.capacity_bytes,
        smart_passed=drive.smart_passed,
        wear_ratio=None if drive.percent_used is None else min(drive.percent_used / 100, 10.0),
        available_spare_ratio=None if drive.available_spare_percent is None else drive.available_spare_percent / 100,
        media_errors_total=drive.media_errors,
        reallocated_total=drive.reallocated,
        pending_total=drive.pending,
        power_on_seconds=None if hours is None else hours * 3600.0,
        temperature_celsius=drive.temperature_celsius,
        failing=drive.failing,
    )


def _reasons(rows: Iterable[Disk], reason: str) -> Iterable[Unavailable]:
    for disk in rows:
        virtual = "a virtual disk has none" if disk.type == "virtual" else reason
        yield from missing(f"disks.{disk.name}", disk, _EXPLAINED, virtual)


def _may_use_smartctl() -> bool:
    """NVMe on Windows needs no rights; elsewhere smartctl needs root to open a disk."""
    return sys.platform == "win32" or os.geteuid() == 0


def _drives(memory: dict[str, Any]) -> list[Drive]:
    if sys.platform == "linux":
        from homeroom_agent.parsers.disk import sysfs
        from homeroom_agent.probes._linux import LiveTree

        return sysfs.drives(LiveTree())
    if sys.platform == "win32":
        from homeroom_agent.probes._windows import kernel, storage

        return list(storage.drives(kernel.opened))
    if sys.platform == "darwin":
        from homeroom_agent.parsers.disk import system_profiler
        from homeroom_agent.probes import _macos

        if _macos.is_due(memory, "profiled_at", _PROFILE_SECONDS):
            types = ("SPNVMeDataType", "SPSerialATADataType", "SPStorageDataType")
            found = system_profiler.drives(_macos.profile(*types))
            memory["drives"] = [asdict(drive) for drive in found]
        return [Drive(**{**kept, "alarms": tuple(kept["alarms"])}) for kept in memory.get("drives", [])]
    return []
