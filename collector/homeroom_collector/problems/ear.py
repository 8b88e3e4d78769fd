"""Which reports of computers a watch must hear, by what it knew at one moment: for whoever reads many reports aside."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec

from homeroom_agent import __version__
from homeroom_agent.report import Report
from homeroom_collector.model import Device
from homeroom_collector.rules.health.calm import Marks, is_calm


class Ear(msgspec.Struct, frozen=True):
    """What must be known of a watch to tell. It can be sent to another process.

    ``marks`` are the district's, ``school_marks`` those of schools that have their own; ``known`` are devices of which
    something is kept; ``shutdowns`` as the watch has them; ``today`` is no earlier than anywhere. Round trips count
    that were measured at ``since`` or later, and of each school the last ``latencies``.
    """

    marks: Marks
    school_marks: dict[str, Marks]
    known: frozenset[str]
    shutdowns: dict[str, int]
    today: date
    since: float
    latencies: int

    def must_hear(self, device: Device, report: Report) -> bool:
        """Whether something of this report would be kept, or something that is kept judged anew."""
        device_id = device.device_id
        marks = self.school_marks.get(device.school_id, self.marks)
        shutdowns = self.shutdowns.get(device_id)
        return device_id in self.known or not is_calm(report, marks, __version__, shutdowns, lambda: self.today)

    def round_trip(self, report: Any, *, on_campus: bool | None) -> Report | None:
        """Of a report of which else nothing must be heard, what says how long the way to the collector takes."""
        connectivity = report.connectivity
        if connectivity is None or connectivity.latency_seconds is None or on_campus is False:
            return None
        if report.measured_at < self.since:
            return None
        said = {name: getattr(report, name) for name in ("source", "agent_version", "sequence", "measured_at")}
        slim: Report = type(report)(**said, connectivity=connectivity)
        return slim
