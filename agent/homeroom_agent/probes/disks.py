"""Built-in disks: what they are, and how worn."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

from homeroom_agent.parsers.disk.drive import Drive
from homeroom_agent.probes import Facts
from homeroom_agent.probes._missing import missing
from homeroom_agent.report import Disk, Unavailable

NAME = "disks"
INTERVAL = 3600.0
_MOST = 64  # bound of the wire format
_EXPLAINED = ("smart_passed", "wear_ratio", "temperature_celsius")


def read() -> Facts:
    """Every built-in disk. What a student plugs in is not the district's and is not named."""
    return facts(_drives(), "needs administrator rights and smartctl, or is not reported by this disk")


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


def _drives() -> list[Drive]:
    if sys.platform == "linux":
        from homeroom_agent.parsers.disk import sysfs
        from homeroom_agent.probes._linux import LiveTree

        return sysfs.drives(LiveTree())
    return []
