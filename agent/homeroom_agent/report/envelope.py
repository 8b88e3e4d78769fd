"""One report: who measured what, when, and how well the probes ran."""

from __future__ import annotations

from dataclasses import dataclass

from homeroom_agent.report.bounds import count, fact, rows
from homeroom_agent.report.computer import (
    Battery,
    Connectivity,
    Cpu,
    Disk,
    Display,
    Fan,
    Filesystem,
    Identity,
    Link,
    Memory,
    OperatingSystem,
    Temperature,
    Uptime,
    Windows11,
)
from homeroom_agent.report.network import NetworkGear
from homeroom_agent.report.satellite import Satellite

VERSION = 1
SOURCES = ("agent", "extension", "google", "snmp")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeRun:
    """How one probe fared: a failing probe is data, not a crash."""

    name: str = fact("probe", max_length=32, required=True)
    duration_seconds: float = fact("what the probe cost", minimum=0, required=True)
    error: str | None = fact("why it failed, without paths of people", max_length=200)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unavailable:
    """Why a fact is missing; ``path`` is dotted, such as ``disks.nvme0n1.smart_passed``."""

    path: str = fact("dotted path", max_length=96, required=True)
    reason: str = fact("reason", max_length=160, required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One JSON document of the wire format, version 1.

    ``sequence`` grows by one with every report a device makes and never repeats: with the device it is the key by
    which the collector recognises a report it already has. ``measured_at`` and ``sent_at`` are Unix seconds of the
    device's own clock; ``sent_at`` is written when the report leaves the device, so the collector can measure how
    wrong that clock is. A section that is None was not measured this time.
    """

    version: int = fact("version of this format", minimum=1, maximum=VERSION, default=VERSION)
    device_id: str | None = fact("id given at enrolment", max_length=64, concern="device identifier")
    source: str = fact("which program measured: agent, extension, google, snmp", max_length=16, required=True)
    agent_version: str | None = fact("version of that program", max_length=32)
    sequence: int = fact("number of this report", minimum=0, maximum=2**63 - 1, required=True)
    measured_at: float = fact("when it was measured, Unix seconds", minimum=0, maximum=1e11, required=True)
    sent_at: float | None = fact("when it was sent, Unix seconds", minimum=0, maximum=1e11)
    lost_reports_total: int | None = count("reports lost to a full spool since enrolment")
    probes: list[ProbeRun] | None = rows("how the probes fared")
    unavailable: list[Unavailable] | None = rows("why facts are missing", max_items=128)
    identity: Identity | None = fact("which machine")
    os: OperatingSystem | None = fact("operating system")
    uptime: Uptime | None = fact("uptime and boots")
    cpu: Cpu | None = fact("processor")
    memory: Memory | None = fact("memory")
    filesystems: list[Filesystem] | None = rows("file systems")
    disks: list[Disk] | None = rows("disks")
    batteries: list[Battery] | None = rows("batteries", max_items=8)
    links: list[Link] | None = rows("network links", max_items=32)
    temperatures: list[Temperature] | None = rows("temperatures")
    fans: list[Fan] | None = rows("fans", max_items=32)
    display: Display | None = fact("built-in screen")
    windows11: Windows11 | None = fact("Windows 11 readiness")
    connectivity: Connectivity | None = fact("reachability of the collector")
    network: NetworkGear | None = fact("network gear, from the SNMP poller")
    satellite: Satellite | None = fact("how a school's own poller fares")
