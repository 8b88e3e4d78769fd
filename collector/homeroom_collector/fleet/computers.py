"""Metrics of computers, each with the fact of the report it is read from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from operator import attrgetter
from typing import Any

from homeroom_agent.report import Link, OperatingSystem, Report
from homeroom_collector.fleet.families import Column, Number, Table, counter, gauge
from homeroom_collector.fleet.labels import Key, distinct

_name, _mount = attrgetter("name"), attrgetter("mount")


def _names(facts: Sequence[Any]) -> tuple[Key, ...]:
    if len(facts) == 1:  # as nearly everywhere
        return (facts[0].name,)
    return distinct(tuple(map(_name, facts)), range(len(facts)))


def _mounts(facts: Sequence[Any]) -> tuple[Key, ...]:
    if len(facts) == 1:
        return (facts[0].mount,)
    return distinct(tuple(map(_mount, facts)), range(len(facts)))


@lru_cache(maxsize=256)
def _end_of_day(iso_date: str) -> float | None:
    """Unix time at which a day ends in UTC, None where the text is not a date."""
    try:
        day = date.fromisoformat(iso_date)
    except ValueError:
        return None
    return datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() + timedelta(days=1).total_seconds()


def _support_end(os: OperatingSystem) -> Number:
    return None if os.support_end_date is None else _end_of_day(os.support_end_date)


def _wifi(report: Report) -> Sequence[Link] | None:
    """The Wi-Fi link in use: the one that carries the default route, else the first with a signal."""
    links = report.links
    if links is None:
        return None
    heard = [link for link in links if link.wifi_signal_dbm is not None and link.up is not False]
    return heard if len(heard) < 2 else ([link for link in heard if link.active] or heard)[:1]


def _failed_probes(report: Report) -> Number:
    return None if report.probes is None else sum(run.error is not None for run in report.probes)


_REPORT = Table(
    name="report",
    facts=lambda report: report,
    single=True,
    columns=(
        Column(
            counter("device_lost_reports", "Reports lost to a full spool since enrolment.", lasting=True),
            "lost_reports_total",
        ),
        Column(gauge("device_failed_probes", "Probes that failed in the latest report."), _failed_probes),
    ),
)

_OS = Table(
    name="os",
    section="os",
    single=True,
    columns=(
        Column(
            gauge(
                "device_support_end_timestamp_seconds",
                "When security updates of the operating system end, Unix time.",
                lasting=True,
            ),
            _support_end,
        ),
        Column(
            gauge("device_pending_reboot", "1 if an update waits for a restart.", lasting=True),
            "pending_reboot",
        ),
    ),
)

_UPTIME = Table(
    name="uptime",
    section="uptime",
    single=True,
    columns=(
        Column(gauge("device_uptime_seconds", "Time since the last boot."), "uptime_seconds"),
        Column(counter("device_boots", "Boots seen by the agent.", lasting=True), "boots_total"),
        Column(
            counter("device_unexpected_shutdowns", "Boots that no clean shutdown preceded.", lasting=True),
            "unexpected_shutdowns_total",
        ),
        Column(counter("device_crashes", "Kernel panics and blue screens.", lasting=True), "crashes_total"),
    ),
)

_CPU = Table(
    name="cpu",
    section="cpu",
    single=True,
    columns=(
        Column(gauge("device_cpu_usage_ratio", "Share of processor time in use."), "usage_ratio"),
        Column(gauge("device_cpu_load_ratio", "Load divided by hardware threads."), "load_ratio"),
    ),
)

_MEMORY = Table(
    name="memory",
    section="memory",
    single=True,
    columns=(
        Column(
            gauge("device_memory_total_bytes", "Memory visible to the system.", lasting=True),
            "total_bytes",
        ),
        Column(
            gauge("device_memory_available_bytes", "Memory that programs can still get."),
            "available_bytes",
        ),
    ),
)

_FILESYSTEMS = Table(
    name="filesystem",
    section="filesystems",
    labels=("mount",),
    keys=_mounts,
    columns=(
        Column(gauge("device_filesystem_size_bytes", "Size of the file system.", lasting=True), "size_bytes"),
        Column(gauge("device_filesystem_free_bytes", "Free space.", lasting=True), "free_bytes"),
    ),
)

_DISKS = Table(
    name="disk",
    section="disks",
    labels=("disk",),
    keys=_names,
    columns=(
        Column(
            gauge("device_disk_wear_ratio", "Share of the disk's rated life used; may pass 1.", lasting=True),
            "wear_ratio",
        ),
        Column(
            gauge("device_disk_smart_passed", "1 if the disk's own verdict is good, 0 if it is not.", lasting=True),
            "smart_passed",
        ),
        Column(
            gauge("device_disk_failing", "1 if the disk's evidence together says: replace.", lasting=True),
            "failing",
        ),
    ),
)

_BATTERIES = Table(
    name="battery",
    section="batteries",
    labels=("battery",),
    keys=_names,
    columns=(
        Column(
            gauge("device_battery_health_ratio", "Capacity now over capacity when new.", lasting=True),
            "health_ratio",
        ),
        Column(gauge("device_battery_charge_ratio", "Charge."), "charge_ratio"),
        Column(gauge("device_battery_cycles", "Charge cycles.", lasting=True), "cycle_count"),
    ),
)

_LINKS = Table(
    name="link",
    section="links",
    labels=("link",),
    keys=_names,
    columns=(
        Column(counter("device_network_receive_bytes", "Bytes received since boot."), "receive_bytes"),
        Column(counter("device_network_transmit_bytes", "Bytes sent since boot."), "transmit_bytes"),
    ),
)

_WIFI = Table(
    name="wifi",
    facts=_wifi,
    columns=(Column(gauge("device_wifi_signal_dbm", "Signal strength of the Wi-Fi link in use."), "wifi_signal_dbm"),),
)

_TEMPERATURES = Table(
    name="temperature",
    section="temperatures",
    labels=("sensor",),
    keys=_names,
    columns=(Column(gauge("device_temperature_celsius", "Temperature."), "celsius"),),
)

_CONNECTIVITY = Table(
    name="connectivity",
    section="connectivity",
    single=True,
    columns=(
        Column(
            gauge("device_collector_latency_seconds", "Median round trip to the collector."),
            "latency_seconds",
        ),
        Column(
            gauge("device_download_bytes_per_second", "Measured throughput from the collector."),
            "download_bytes_per_second",
        ),
        Column(
            gauge("device_upload_bytes_per_second", "Measured throughput to the collector."),
            "upload_bytes_per_second",
        ),
    ),
)

COMPUTER_TABLES: tuple[Table, ...] = (
    _REPORT, _OS, _UPTIME, _CPU, _MEMORY, _FILESYSTEMS, _DISKS, _BATTERIES, _LINKS, _WIFI, _TEMPERATURES, _CONNECTIVITY,
)  # fmt: skip
