"""One row of Google's register to what we keep: an inventory row and a report."""

from __future__ import annotations

from dataclasses import dataclass

from homeroom_agent.report import Identity, Memory, OperatingSystem, Report
from homeroom_collector.sources.google.asked import DirectoryDevice
from homeroom_collector.sources.google.values import day, moment, whole, words

_NAMES = {"chromeOsFlex": "ChromeOS Flex"}
GONE = "DEPROVISIONED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What the register says of a device beside its facts. ``status`` as Google writes it, such as ACTIVE."""

    directory_id: str
    serial: str | None
    model: str | None
    org_unit: str
    status: str
    location: str | None
    last_sync_at: float | None


def listed(device: DirectoryDevice) -> Listed | None:
    """Read the row itself. None without the id by which Google knows the device."""
    directory_id = words(device.device_id, 128)
    if directory_id is None:
        return None
    return Listed(
        directory_id=directory_id,
        serial=words(device.serial_number, 80),
        model=words(device.model, 120),
        org_unit=words(device.org_unit_path, 1000) or "/",
        status=(words(device.status, 40) or "").upper(),
        location=words(device.annotated_location, 200),
        last_sync_at=moment(device.last_sync),
    )


def report(device: DirectoryDevice) -> Report | None:
    """Facts of the register, as measured when the device last synchronised. None for one that never did."""
    at = moment(device.last_sync) or moment(device.last_enrollment_time)
    if at is None:
        return None
    total = whole(device.system_ram_total)
    return Report(
        source="google",
        sequence=int(at * 1000),
        measured_at=at,
        identity=Identity(
            platform="chromeos",
            model=words(device.model, 120),
            serial=words(device.serial_number, 80),
            asset_tag=words(device.annotated_asset_id, 80),
            bios_version=words(device.firmware_version, 80),
        ),
        os=OperatingSystem(
            name=_NAMES.get(str(device.chrome_os_type), "ChromeOS"),
            version=words(device.os_version, 80),
            build=words(device.platform_version, 80),
            support_end_date=support_end(device),
        ),
        memory=None if total is None else Memory(total_bytes=total),
    )


def support_end(device: DirectoryDevice) -> str | None:
    """Last day of automatic updates (AUE), ISO 8601.

    Where a device needs the district to opt in to extended support and it did not, updates end when the extended
    support would start (support.google.com/chrome/a/answer/6220366).
    """
    through = day(device.auto_update_through) or day(device.auto_update_expiration)
    extended = day(device.extended_support_start)
    if device.extended_support_eligible is True and device.extended_support_enabled is not True and extended:
        return min(extended, through) if through else extended
    return through
