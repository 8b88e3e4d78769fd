"""The history of one device and day, counted up report by report.

The newest day of a device stands in its row of the latest state, so that taking a report in writes one row, not two.
When a report of a later day comes, the day moves to the table ``daily``; reports of earlier days go there directly.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from homeroom_agent.report import Report, Uptime

_LARGEST_COLUMN = 2**63 - 1


class Day(msgspec.Struct, array_like=True, gc=False):
    """One device's day. Fields are columns of ``daily``; as an array they may be added at the end only."""

    day: int
    reports: int = 0
    first_measured_at: float = 0.0
    last_measured_at: float = 0.0
    uptime_seconds_max: float | None = None
    boots_total_min: int | None = None
    boots_total_max: int | None = None
    unexpected_shutdowns_total_max: int | None = None
    crashes_total_max: int | None = None
    battery_health_ratio_min: float | None = None
    disk_wear_ratio_max: float | None = None

    def count(self, report: Report, measured_at: float) -> None:
        """Count one report in; order does not matter."""
        self.first_measured_at = min(self.first_measured_at, measured_at) if self.reports else measured_at
        self.last_measured_at = max(self.last_measured_at, measured_at)
        self.reports += 1
        if report.uptime is not None:
            self._count_uptime(report.uptime)
        elif report.network is not None and report.network.system is not None:
            self.uptime_seconds_max = _greatest(self.uptime_seconds_max, report.network.system.uptime_seconds)
        if report.batteries:
            self.battery_health_ratio_min = _least(
                self.battery_health_ratio_min, *(battery.health_ratio for battery in report.batteries)
            )
        if report.disks:
            self.disk_wear_ratio_max = _greatest(self.disk_wear_ratio_max, *(disk.wear_ratio for disk in report.disks))

    def _count_uptime(self, uptime: Uptime) -> None:
        self.uptime_seconds_max = _greatest(self.uptime_seconds_max, uptime.uptime_seconds)
        if (boots := _column(uptime.boots_total)) is not None:
            self.boots_total_min = _least(self.boots_total_min, boots)
            self.boots_total_max = _greatest(self.boots_total_max, boots)
        if uptime.unexpected_shutdowns_total is not None:
            self.unexpected_shutdowns_total_max = _greatest(
                self.unexpected_shutdowns_total_max, _column(uptime.unexpected_shutdowns_total)
            )
        if uptime.crashes_total is not None:
            self.crashes_total_max = _greatest(self.crashes_total_max, _column(uptime.crashes_total))

    def row(self, device_number: int) -> dict[str, Any]:
        """As a row of ``daily``."""
        return {"device_number": device_number, **{name: getattr(self, name) for name in self.__struct_fields__}}


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Day)


def read(text: str | None) -> Day | None:
    """Read what :func:`write` wrote."""
    return None if text is None else _decoder.decode(text)


def write(day: Day) -> str:
    """A day as JSON text."""
    return _encoder.encode(day).decode()


def _column(number: int | None) -> int | None:
    """A count as the store's signed 64 bits can hold it."""
    return number if number is None else min(number, _LARGEST_COLUMN)


def _known(values: Iterable[float | None]) -> list[Any]:
    return [value for value in values if value is not None]


def _least(*values: float | None) -> Any:
    return min(_known(values), default=None)


def _greatest(*values: float | None) -> Any:
    return max(_known(values), default=None)
