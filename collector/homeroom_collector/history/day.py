"""One device, one day, counted up report by report.

The newest day of a device stands in its row of the latest state, so that taking a report in writes one row, not two.
When a report of a later day comes, the day moves to the table ``daily``; reports of earlier days go there directly.
"""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from homeroom_agent.report import Report, Uptime
from homeroom_agent.report.network import NetworkGear

N = TypeVar("N", int, float)

_LARGEST_COLUMN = 2**63 - 1
"""What the store's signed 64 bits can hold of a count."""


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
    polls: int = 0
    polls_answered: int = 0

    def count(self, report: Report, measured_at: float) -> None:
        """Count one report in; order does not matter."""
        if not self.reports or measured_at < self.first_measured_at:
            self.first_measured_at = measured_at
        if measured_at > self.last_measured_at:
            self.last_measured_at = measured_at
        self.reports += 1
        if report.uptime is not None:
            self._count_uptime(report.uptime)
        elif report.network is not None:
            self._count_poll(report.network)
        for battery in report.batteries or ():
            self.battery_health_ratio_min = _less(self.battery_health_ratio_min, battery.health_ratio)
        for disk in report.disks or ():
            self.disk_wear_ratio_max = _greater(self.disk_wear_ratio_max, disk.wear_ratio)

    def _count_poll(self, gear: NetworkGear) -> None:
        self.polls += 1
        self.polls_answered += gear.reachable
        if gear.system is not None:
            self.uptime_seconds_max = _greater(self.uptime_seconds_max, gear.system.uptime_seconds)

    def _count_uptime(self, uptime: Uptime) -> None:
        self.uptime_seconds_max = _greater(self.uptime_seconds_max, uptime.uptime_seconds)
        boots, shutdowns, crashes = uptime.boots_total, uptime.unexpected_shutdowns_total, uptime.crashes_total
        if boots is not None:
            boots = min(boots, _LARGEST_COLUMN)
            self.boots_total_min = _less(self.boots_total_min, boots)
            self.boots_total_max = _greater(self.boots_total_max, boots)
        if shutdowns is not None:
            shutdowns = min(shutdowns, _LARGEST_COLUMN)
            self.unexpected_shutdowns_total_max = _greater(self.unexpected_shutdowns_total_max, shutdowns)
        if crashes is not None:
            self.crashes_total_max = _greater(self.crashes_total_max, min(crashes, _LARGEST_COLUMN))

    def joined(self, other: Day) -> Day:
        """Both parts of the same day as one."""
        rules: dict[str, Any] = {"reports": _sum, "polls": _sum, "polls_answered": _sum, "first_measured_at": _less}
        rules |= {"boots_total_min": _less, "battery_health_ratio_min": _less}
        names = self.__struct_fields__[1:]
        return Day(self.day, *(rules.get(n, _greater)(getattr(self, n), getattr(other, n)) for n in names))

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


def _less(known: N | None, new: N | None) -> N | None:
    return new if known is None or (new is not None and new < known) else known


def _greater(known: N | None, new: N | None) -> N | None:
    return new if known is None or (new is not None and new > known) else known


def _sum(one: int, other: int) -> int:
    return one + other
