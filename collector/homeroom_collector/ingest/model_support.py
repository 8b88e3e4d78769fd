"""The end of a Chromebook's updates by its model, where neither the device nor Google says it.

Stands between those who tell and the fleet, so that metrics and pages show what decisions use.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from homeroom_agent.report import Report
from homeroom_collector.ingest.audience import Audience, Returned, Told
from homeroom_collector.ingest.merge import replaced
from homeroom_collector.model import Device, School
from homeroom_collector.rules.network_support import ModelSupport, support_of

_CHROMEOS = "chromeos"


@dataclass(slots=True)
class UpdatesByModel:
    """An audience that fills in ``os.support_end_date`` of Chromebooks for another one."""

    audience: Audience
    supported: Sequence[ModelSupport]
    _ends: dict[str, str] = field(default_factory=dict)

    def put_school(self, school: School) -> None:
        """Pass on."""
        self.audience.put_school(school)

    def put_device(self, device: Device) -> None:
        """Remember what a Chromebook's model says, and pass on."""
        self._remember(device)
        self.audience.put_device(device)

    def _remember(self, device: Device) -> None:
        self._ends.pop(device.device_id, None)
        if device.platform == _CHROMEOS:
            found = support_of(device.manufacturer, device.model, self.supported)
            if found is not None:
                self._ends[device.device_id] = found.support_end.isoformat()

    def remove_device(self, device_id: str) -> None:
        """Forget, and pass on."""
        self._ends.pop(device_id, None)
        self.audience.remove_device(device_id)

    def apply(self, device_id: str, report: Report, received_at: float, *, on_campus: bool | None = None) -> None:
        """Pass on, with the end of updates where the report speaks of the system and does not say it."""
        self.audience.apply(device_id, self._filled(device_id, report), received_at, on_campus=on_campus)

    def bring_back(self, returned: Sequence[Returned]) -> None:
        """Pass on, likewise."""
        for device, _ in returned:
            self._remember(device)
        if self._ends:
            returned = [(device, [self._told(each) for each in told]) for device, told in returned]
        self.audience.bring_back(returned)

    def _told(self, each: Told) -> Told:
        return each._replace(report=self._filled(each.device_id, each.report))

    def _filled(self, device_id: str, report: Report) -> Report:
        end = self._ends.get(device_id)
        if end is not None and report.os is not None and report.os.support_end_date is None:
            filled: Report = replaced(report, {"os": replaced(report.os, {"support_end_date": end})})
            return filled
        return report
