"""What a device is and runs, gathered from its reports where the register is silent."""

from __future__ import annotations

from typing import NamedTuple

from homeroom_agent.report import Report
from homeroom_agent.report.network import NetworkGear
from homeroom_collector.model import Device


class Software(NamedTuple):
    """What reports said last; empty where they never said. ``kind`` is that of network gear and empty for computers."""

    kind: str = ""
    manufacturer: str = ""
    model: str = ""
    platform: str = ""
    os: str = ""
    os_version: str = ""


def merged(known: Software, report: Report) -> Software:
    """What is known after one more report. Facts that it leaves out stay."""
    if report.network is not None:
        return _of_gear(known, report.network)
    return _of_computer(known, report)


def _of_computer(known: Software, report: Report) -> Software:
    kind, manufacturer, model, platform, os, os_version = known
    if report.identity is not None:
        manufacturer = report.identity.manufacturer or manufacturer
        model = report.identity.model or model
        platform = report.identity.platform or platform
    if report.os is not None:
        os = report.os.name or os
        os_version = report.os.version or os_version
    return Software(kind, manufacturer, model, platform, os, os_version)


def _of_gear(known: Software, gear: NetworkGear) -> Software:
    identity = gear.identity
    if identity is None:
        return known
    return Software(
        kind=identity.kind or known.kind,
        manufacturer=identity.vendor or known.manufacturer,
        model=identity.model or known.model,
        os=identity.os or known.os,
        os_version=identity.version or known.os_version,
    )


def model_of(device: Device, known: Software) -> str:
    """The model to count a device by: the register's word first."""
    return device.model or known.model


def computer_labels(device: Device, known: Software) -> tuple[str, ...]:
    """Values of the labels of ``homeroom_device_info``, in the order of its table."""
    return (
        device.grade_band,
        device.platform or known.platform,
        device.manufacturer or known.manufacturer,
        model_of(device, known),
        known.os,
        known.os_version,
    )


def gear_labels(device: Device, known: Software) -> tuple[str, ...]:
    """Values of the labels of ``homeroom_target_info``, in the order of its table."""
    vendor = device.manufacturer or known.manufacturer
    return (known.kind, vendor, model_of(device, known), known.os, known.os_version)
