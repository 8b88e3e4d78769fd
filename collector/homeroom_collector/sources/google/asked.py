"""Everything that is ever asked of Google, and therefore everything that is ever read from its answers.

The classes are the allow-list. What they name goes into ``fields`` and ``readMask``, so that Google sends nothing else;
whatever comes all the same is dropped while the answer is decoded and never becomes an object of this program. There is
no class for a user, a network's address, or a measured application. Every field may be missing.

Names and types: the discovery documents of admin.directory_v1 and chromemanagement.v1.
"""

from __future__ import annotations

import typing
from typing import Any

import msgspec

Text = Any
"""A leaf as it came: text, number or truth. Google writes 64-bit numbers as text; ``values.py`` reads them."""


class _Asked(msgspec.Struct, kw_only=True, rename="camel", gc=False):
    """A part of an answer."""


class DirectoryDevice(_Asked):
    """One row of Google's register (ChromeOsDevice)."""

    device_id: Text = None
    serial_number: Text = None
    annotated_asset_id: Text = None
    annotated_location: Text = None
    model: Text = None
    status: Text = None
    org_unit_path: Text = None
    chrome_os_type: Text = None
    os_version: Text = None
    platform_version: Text = None
    firmware_version: Text = None
    last_sync: Text = None
    last_enrollment_time: Text = None
    auto_update_through: Text = None
    auto_update_expiration: Text = None
    extended_support_eligible: Text = None
    extended_support_enabled: Text = None
    extended_support_start: Text = None
    system_ram_total: Text = None


class BatteryInfo(_Asked):
    """The pack as made."""

    design_capacity: Text = None
    design_min_voltage: Text = None
    manufacturer: Text = None
    serial_number: Text = None


class BatterySample(_Asked):
    """One look at the charge."""

    report_time: Text = None
    charge_rate: Text = None
    status: Text = None
    temperature: Text = None


class BatteryStatus(_Asked):
    """The pack as it is."""

    report_time: Text = None
    serial_number: Text = None
    battery_health: Text = None
    cycle_count: Text = None
    full_charge_capacity: Text = None
    sample: list[BatterySample] | None = None


class CpuInfo(_Asked):
    """Processor."""

    model: Text = None


class CpuTemperature(_Asked):
    """One core."""

    label: Text = None
    temperature_celsius: Text = None


class CpuStatus(_Asked):
    """Load and heat."""

    report_time: Text = None
    cpu_utilization_pct: Text = None
    cpu_temperature_info: list[CpuTemperature] | None = None


class MemoryInfo(_Asked):
    """Memory fitted."""

    total_ram_bytes: Text = None


class MemoryStatus(_Asked):
    """Memory free."""

    report_time: Text = None
    system_ram_free_bytes: Text = None


class StorageInfo(_Asked):
    """Space for what pupils store."""

    total_disk_bytes: Text = None
    available_disk_bytes: Text = None


class Disk(_Asked):
    """One disk."""

    health: Text = None
    model: Text = None
    size_bytes: Text = None
    type: Text = None


class StorageStatus(_Asked):
    """Disks."""

    report_time: Text = None
    disk: list[Disk] | None = None


class NetworkStatus(_Asked):
    """The link in use, without addresses and names."""

    report_time: Text = None
    connection_state: Text = None
    connection_type: Text = None
    signal_strength_dbm: Text = None
    transmission_bit_rate_mbps: Text = None


class BootPerformance(_Asked):
    """The last start."""

    report_time: Text = None
    boot_up_time: Text = None


class OsUpdate(_Asked):
    """Updates."""

    last_reboot_time: Text = None
    last_update_time: Text = None
    last_update_check_time: Text = None
    update_state: Text = None


class TelemetryDevice(_Asked):
    """What one device uploaded (TelemetryDevice)."""

    device_id: Text = None
    serial_number: Text = None
    battery_info: list[BatteryInfo] | None = None
    battery_status_report: list[BatteryStatus] | None = None
    cpu_info: list[CpuInfo] | None = None
    cpu_status_report: list[CpuStatus] | None = None
    memory_info: MemoryInfo | None = None
    memory_status_report: list[MemoryStatus] | None = None
    storage_info: StorageInfo | None = None
    storage_status_report: list[StorageStatus] | None = None
    network_status_report: list[NetworkStatus] | None = None
    boot_performance_report: list[BootPerformance] | None = None
    os_update_status: list[OsUpdate] | None = None


def fields(cls: type[msgspec.Struct]) -> str:
    """Write a class in the language of ``fields``: ``deviceId,batteryInfo(designCapacity,…)``."""
    return ",".join(name + (f"({fields(inner)})" if inner else "") for name, inner in _members(cls))


def mask(cls: type[msgspec.Struct]) -> str:
    """The outermost names alone, as a ``readMask`` (a FieldMask does not reach into lists)."""
    return ",".join(name for name, _ in _members(cls))


def _members(cls: type[msgspec.Struct]) -> list[tuple[str, type[msgspec.Struct] | None]]:
    hints = typing.get_type_hints(cls)
    return [(item.encode_name, _inner(hints[item.name])) for item in msgspec.structs.fields(cls)]


def _inner(hint: Any) -> type[msgspec.Struct] | None:
    options = [hint, *typing.get_args(hint)]
    options += [each for option in options for each in typing.get_args(option)]
    return next((each for each in options if isinstance(each, type) and issubclass(each, msgspec.Struct)), None)
