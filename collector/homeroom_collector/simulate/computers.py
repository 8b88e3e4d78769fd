"""What a pretended computer would measure at an instant, as sections of a report. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from homeroom_agent.report import (
    Battery,
    Connectivity,
    Cpu,
    Disk,
    Display,
    Filesystem,
    Identity,
    Link,
    Memory,
    OperatingSystem,
    Report,
    Temperature,
    Uptime,
    Windows11,
)
from homeroom_collector.simulate.district import Laptop

_WIFI_RATE_BPS = 433_300_000
_WINDOWS_11_READY_SINCE = 2022


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Everything about one computer at one instant that moves. Ratios are 0 to 1; counters count from the boot."""

    uptime_seconds: float
    awake_seconds: float | None = None
    boots_total: int
    unexpected_shutdowns_total: int
    cpu_usage_ratio: float
    throttled_total: int = 0
    memory_available_ratio: float
    disk_free_ratio: float
    disk_wear_ratio: float
    disk_pending_total: int = 0
    disk_reallocated_total: int = 0
    battery_health_ratio: float
    battery_cycles: int
    battery_charge_ratio: float
    charging: bool
    wifi_signal_dbm: float
    receive_bytes: int
    transmit_bytes: int
    cpu_celsius: float = 48.0
    latency_seconds: float
    loss_ratio: float = 0.0
    download_bytes_per_second: float | None = None


def report(
    laptop: Laptop,
    measured: Measured,
    *,
    device_id: str | None,
    sequence: int,
    measured_at: float,
    sent_at: float | None = None,
    lost: int = 0,
    slow: bool,
) -> Report:
    """A report of what was measured; slow facts, such as the disk's health, only where ``slow``.

    ``lost`` reports before it did not fit on its disk.
    """
    return Report(
        source="agent",
        device_id=device_id,
        agent_version="simulated",
        sequence=sequence,
        measured_at=measured_at,
        sent_at=sent_at,
        lost_reports_total=lost,
        uptime=_uptime(measured),
        cpu=Cpu(
            model=laptop.model.cpu,
            logical_cores=laptop.model.cores,
            usage_ratio=measured.cpu_usage_ratio,
            throttled_total=measured.throttled_total,
        ),
        memory=_memory(laptop, measured),
        batteries=[_battery(laptop, measured)],
        links=[_link(measured)],
        temperatures=[Temperature(name="cpu", celsius=measured.cpu_celsius, critical_celsius=105.0)],
        connectivity=Connectivity(
            latency_seconds=measured.latency_seconds,
            loss_ratio=measured.loss_ratio,
            download_bytes_per_second=measured.download_bytes_per_second,
        ),
        **(_slow(laptop, measured) if slow else {}),
    )


def identity(laptop: Laptop) -> Identity:
    """What the firmware would say."""
    model = laptop.model
    return Identity(
        platform=model.platform,
        manufacturer=model.manufacturer,
        model=model.model,
        serial=laptop.serial,
        asset_tag=laptop.asset_tag,
        form_factor="laptop",
    )


def _uptime(measured: Measured) -> Uptime:
    return Uptime(
        uptime_seconds=measured.uptime_seconds,
        awake_seconds=measured.awake_seconds,
        boots_total=measured.boots_total,
        unexpected_shutdowns_total=measured.unexpected_shutdowns_total,
        crashes_total=0,
    )


def _memory(laptop: Laptop, measured: Measured) -> Memory:
    total = laptop.model.memory_bytes * 95 // 100
    return Memory(
        total_bytes=total,
        installed_bytes=laptop.model.memory_bytes,
        available_bytes=int(total * measured.memory_available_ratio),
    )


def _slow(laptop: Laptop, measured: Measured) -> dict[str, Any]:
    model = laptop.model
    size = model.disk_bytes * 9 // 10
    root = Filesystem(
        mount="C:" if model.platform == "windows" else "/",
        filesystem="ntfs" if model.platform == "windows" else "ext4",
        size_bytes=size,
        free_bytes=int(size * measured.disk_free_ratio),
    )
    found: dict[str, Any] = {
        "identity": identity(laptop),
        "os": OperatingSystem(name=model.os_name, version=model.os_version, support_end_date=model.support_end),
        "disks": [_disk(laptop, measured)],
        "filesystems": [root],
        "display": Display(width_pixels=1366, height_pixels=768, diagonal_inches=model.screen_inches),
    }
    if model.platform == "windows":
        found["windows11"] = _windows11(laptop)
    return found


def _windows11(laptop: Laptop) -> Windows11:
    ready = laptop.model.bought >= _WINDOWS_11_READY_SINCE
    return Windows11(
        ready=ready,
        tpm_version="2.0",
        secure_boot=True,
        uefi=True,
        reasons=[] if ready else ["the processor is not on Microsoft's list"],
    )


def _disk(laptop: Laptop, measured: Measured) -> Disk:
    failing = measured.disk_pending_total > 0
    return Disk(
        name="mmcblk0" if laptop.model.disk_type == "emmc" else "nvme0n1",
        type=laptop.model.disk_type,
        capacity_bytes=laptop.model.disk_bytes,
        smart_passed=not failing,
        wear_ratio=measured.disk_wear_ratio,
        reallocated_total=measured.disk_reallocated_total,
        pending_total=measured.disk_pending_total,
        media_errors_total=measured.disk_pending_total,
        failing=failing,
    )


def _battery(laptop: Laptop, measured: Measured) -> Battery:
    new = laptop.model.battery_wh
    return Battery(
        name="BAT0",
        design_capacity_wh=new,
        full_charge_capacity_wh=round(new * measured.battery_health_ratio, 2),
        health_ratio=measured.battery_health_ratio,
        cycle_count=measured.battery_cycles,
        charge_ratio=measured.battery_charge_ratio,
        state="charging" if measured.charging else "discharging",
    )


def _link(measured: Measured) -> Link:
    return Link(
        name="wlan0",
        type="wifi",
        up=True,
        active=True,
        wifi_band="5GHz",
        wifi_signal_dbm=measured.wifi_signal_dbm,
        wifi_rate_bps=_WIFI_RATE_BPS,
        receive_bytes=measured.receive_bytes,
        transmit_bytes=measured.transmit_bytes,
        receive_errors=0,
        transmit_errors=0,
    )
