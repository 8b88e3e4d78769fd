"""Metrics of a device that come from the register or from a verdict, not from a section of a report."""

from __future__ import annotations

from operator import itemgetter

from homeroom_collector.fleet.families import Column, Table, counter, gauge, info


def _value(number: float) -> float:
    return number


PRESENCE = Table(
    name="presence",
    labels=("state",),
    columns=(Column(gauge("device_presence", "1 for the state that the device is in.", lasting=True), _value),),
)

LAST_REPORT = Table(
    name="last_report",
    columns=(
        Column(
            gauge(
                "device_last_report_timestamp_seconds", "When the latest report was measured, Unix time.", lasting=True
            ),
            _value,
        ),
    ),
)

COMPUTER_INFO = Table(
    name="device_info",
    labels=("grade_band", "platform", "manufacturer", "model", "os", "os_version"),
    columns=(Column(info("device", "What a computer is."), _value),),
)

GEAR_INFO = Table(
    name="target_info",
    labels=("kind", "vendor", "model", "os", "version"),
    columns=(Column(info("target", "What a network device is."), _value),),
)

GEAR_UP = Table(
    name="target_up",
    labels=("kind",),
    columns=(
        Column(gauge("target_up", "1 if the latest poll was answered, 0 if not; absent if nobody could look."), _value),
    ),
)

GEAR_PARENT = Table(
    name="target_parent",
    labels=("parent",),
    columns=(Column(info("target_parent", "The next device towards the school's uplink."), _value),),
)

COMPUTER_UPTIME = Table(
    name="device_instruction",
    columns=(
        Column(
            gauge("device_uptime_ratio", "Share of the last four weeks' instruction in which it was up.", lasting=True),
            itemgetter(0),
        ),
        Column(
            counter("device_up_instructional_seconds", "Instruction in which the device was up.", lasting=True),
            itemgetter(1),
        ),
    ),
)

GEAR_UPTIME = Table(
    name="target_instruction",
    columns=(
        Column(
            gauge("target_uptime_ratio", "Share of the last four weeks' instruction in which it was up.", lasting=True),
            itemgetter(0),
        ),
        Column(
            counter("target_up_instructional_seconds", "Instruction in which the device answered.", lasting=True),
            itemgetter(1),
        ),
    ),
)
