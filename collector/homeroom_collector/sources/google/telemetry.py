"""What one Chromebook uploaded to Google, to a report.

Each block is a list of samples with a time of its own; the newest sample of each counts. The report carries the time of
the newest one, and blocks that are much older are left out where they say how the device is right now.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from homeroom_agent.report import (
    Battery,
    Cpu,
    Disk,
    Filesystem,
    Link,
    Memory,
    OperatingSystem,
    Report,
    Temperature,
    Uptime,
)
from homeroom_collector.sources.google import asked
from homeroom_collector.sources.google.values import moment, share, signed, whole, within, words

Sample = TypeVar("Sample", bound=Any)

_FLEETING_SECONDS = 900.0
_BATTERIES, _DISKS, _TEMPERATURES = 8, 16, 32
_SERVICE = {"BATTERY_REPLACE_SOON": True, "BATTERY_REPLACE_NOW": True, "BATTERY_HEALTH_NORMAL": False}
_STATES = {
    "charging": "charging",
    "discharging": "discharging",
    "full": "full",
    "not charging": "not_charging",
    "unknown": "unknown",
}
_LINKS = {"WIFI": "wifi", "ETHERNET": "ethernet", "CELLULAR": "cellular", "TETHER": "other", "VPN": "other"}
_UP = {"ONLINE": True, "CONNECTED": True, "PORTAL": True, "CONNECTING": False, "NOT_CONNECTED": False}
_DISK_TYPES = {"emmc": "emmc", "nvme": "nvme", "ata": "ssd", "scsi": "unknown", "ufs": "ssd"}
_PLACE = "/home"
"""Where ChromeOS keeps what people store; Google's figures are of that space, as are the extension's."""


def report(device: asked.TelemetryDevice) -> Report | None:
    """Everything a device uploaded, newest samples first. None where nothing in it has a time."""
    at = max(_times(device), default=None)
    if at is None:
        return None
    return Report(
        source="google",
        sequence=int(at * 1000),
        measured_at=at,
        os=_system(device),
        uptime=_uptime(device, at),
        cpu=_cpu(device, at),
        memory=_memory(device, at),
        filesystems=_filesystems(device),
        disks=_disks(device),
        batteries=_batteries(device, at),
        links=_links(device, at),
        temperatures=_temperatures(device, at),
    )


def _times(device: asked.TelemetryDevice) -> Iterator[float]:
    """When each sample was taken. Updates are looked for by the device itself, so that time counts, too."""
    blocks: tuple[Sequence[Any] | None, ...] = (
        device.battery_status_report,
        device.cpu_status_report,
        device.memory_status_report,
        device.storage_status_report,
        device.network_status_report,
        device.boot_performance_report,
    )
    times = [moment(sample.report_time) for block in blocks for sample in block or ()]
    times += [moment(update.last_update_check_time) for update in device.os_update_status or ()]
    return (time for time in times if time is not None)


def _newest(samples: Sequence[Sample] | None) -> Sample | None:
    return max(samples, key=lambda sample: moment(sample.report_time) or 0.0) if samples else None


def _current(samples: Sequence[Sample] | None, at: float) -> Sample | None:
    """The newest sample where it still says how the device is at ``at``."""
    sample = _newest(samples)
    taken = None if sample is None else moment(sample.report_time)
    return sample if taken is not None and at - taken <= _FLEETING_SECONDS else None


def _system(device: asked.TelemetryDevice) -> OperatingSystem | None:
    updates = device.os_update_status or ()
    if not updates:
        return None
    update = max(updates, key=lambda each: moment(each.last_update_check_time) or 0.0)
    state = words(update.update_state, 80)
    return OperatingSystem(
        last_update_at=moment(update.last_update_time),
        pending_reboot=None if state in (None, "UPDATE_STATE_UNSPECIFIED") else state == "OS_UPDATE_NEED_REBOOT",
    )


def _uptime(device: asked.TelemetryDevice, at: float) -> Uptime | None:
    boots = [moment(boot.boot_up_time) for boot in device.boot_performance_report or ()]
    boots += [moment(update.last_reboot_time) for update in device.os_update_status or ()]
    last = max((boot for boot in boots if boot is not None and boot <= at), default=None)
    return None if last is None else Uptime(uptime_seconds=at - last)


def _cpu(device: asked.TelemetryDevice, at: float) -> Cpu | None:
    status, info = _current(device.cpu_status_report, at), next(iter(device.cpu_info or ()), None)
    model = None if info is None else words(info.model, 120)
    usage = None if status is None else share(status.cpu_utilization_pct)
    return None if model is None and usage is None else Cpu(model=model, usage_ratio=usage)


def _memory(device: asked.TelemetryDevice, at: float) -> Memory | None:
    status, info = _current(device.memory_status_report, at), device.memory_info
    total = None if info is None else whole(info.total_ram_bytes)
    free = None if status is None else whole(status.system_ram_free_bytes)
    return None if total is None and free is None else Memory(total_bytes=total, available_bytes=free)


def _filesystems(device: asked.TelemetryDevice) -> list[Filesystem] | None:
    info = device.storage_info
    size = None if info is None else whole(info.total_disk_bytes)
    free = None if info is None else whole(info.available_disk_bytes)
    return None if size is None and free is None else [Filesystem(mount=_PLACE, size_bytes=size, free_bytes=free)]


def _disks(device: asked.TelemetryDevice) -> list[Disk] | None:
    status = _newest(device.storage_status_report)
    if status is None or not status.disk:
        return None
    return [
        Disk(
            name=f"disk{number}" if number else "disk",
            model=words(disk.model, 80),
            type=_DISK_TYPES.get((words(disk.type, 16) or "").lower(), "unknown"),
            capacity_bytes=whole(disk.size_bytes),
        )
        for number, disk in enumerate(status.disk[:_DISKS])
    ]


def _batteries(device: asked.TelemetryDevice, at: float) -> list[Battery] | None:
    """Packs by Google's order; what is measured belongs to the pack with the same serial number, which is not kept."""
    infos, reports = device.battery_info or [], device.battery_status_report or []
    if not infos and not reports:
        return None
    packs = infos or [asked.BatteryInfo(serial_number=None)]
    return [
        _battery("battery" if not number else f"battery{number}", pack, _newest(_of(pack, reports, len(packs))), at)
        for number, pack in enumerate(packs[:_BATTERIES])
    ]


def _of(pack: asked.BatteryInfo, reports: Sequence[asked.BatteryStatus], packs: int) -> list[asked.BatteryStatus]:
    own = [each for each in reports if each.serial_number is not None and each.serial_number == pack.serial_number]
    return own or (list(reports) if packs == 1 else [])


def _battery(name: str, pack: asked.BatteryInfo, status: asked.BatteryStatus | None, at: float) -> Battery:
    design = within(signed(pack.design_capacity), 1, 10_000_000)
    full = None if status is None else within(signed(status.full_charge_capacity), 1, 10_000_000)
    sample = None if status is None else _current(status.sample, at)
    return Battery(
        name=name,
        manufacturer=words(pack.manufacturer, 80),
        design_capacity_mah=design,
        full_charge_capacity_mah=full,
        health_ratio=within(full / design, 0, 2) if full and design else None,
        cycle_count=None if status is None else whole(status.cycle_count),
        charge_ratio=None if sample is None else share(sample.charge_rate),
        state=None if sample is None else _STATES.get((words(sample.status, 32) or "").lower()),
        service_recommended=None if status is None else _SERVICE.get(str(status.battery_health)),
    )


def _links(device: asked.TelemetryDevice, at: float) -> list[Link] | None:
    status = _current(device.network_status_report, at)
    kind = None if status is None else _LINKS.get(str(status.connection_type))
    if status is None or kind is None:
        return None
    rate = whole(status.transmission_bit_rate_mbps)
    up, signal = _UP.get(str(status.connection_state)), within(signed(status.signal_strength_dbm), -150, -1)
    return [
        Link(
            name="default",
            type=kind,
            up=up,
            active=up,
            wifi_signal_dbm=signal if kind == "wifi" else None,
            wifi_rate_bps=rate * 1_000_000 if rate and kind == "wifi" and rate < 1_000_000 else None,
        )
    ]


def _temperatures(device: asked.TelemetryDevice, at: float) -> list[Temperature] | None:
    """The hottest core, as one sensor: the number of cores says nothing about heat."""
    status = _current(device.cpu_status_report, at)
    cores = [] if status is None else status.cpu_temperature_info or []
    celsius = [within(signed(core.temperature_celsius), 1, 150) for core in cores[:_TEMPERATURES]]
    known = [value for value in celsius if value is not None]
    return [Temperature(name="cpu", celsius=max(known))] if known else None
