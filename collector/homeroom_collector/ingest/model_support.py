"""The end of a Chromebook's updates by its model, where neither the device nor Google says it.

Stands between those who tell and the fleet, so that metrics and pages show what decisions use.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from homeroom_agent.report import Report
from homeroom_collector.fleet.sheets import Remark, Sheet
from homeroom_collector.ingest.audience import Audience
from homeroom_collector.ingest.merge import replaced
from homeroom_collector.model import Device, School
from homeroom_collector.rules.network_support import ModelSupport, support_of

_CHROMEOS = "chromeos"
_MODELS = 5_000


class ModelEnds:
    """When the updates of Chromebooks end, by their model."""

    def __init__(self, supported: tuple[ModelSupport, ...]) -> None:
        self.supported = supported
        # A district has thousands of Chromebooks and some dozen models; each is looked up in a list of hundreds.
        self._found = lru_cache(_MODELS)(self._look_up)

    def of(self, device: Device) -> str | None:
        """The last day of updates, as reports write it; None of whatever is no Chromebook, and where nobody knows."""
        return self._found(device.manufacturer, device.model) if device.platform == _CHROMEOS else None

    def _look_up(self, manufacturer: str | None, model: str | None) -> str | None:
        found = support_of(manufacturer, model, self.supported)
        return found.support_end.isoformat() if found else None


def filled(report: Report, end: str | None) -> Report:
    """A report with the end of updates, where it speaks of the system and does not say it."""
    if end is None or report.os is None or report.os.support_end_date is not None:
        return report
    with_end: Report = replaced(report, {"os": replaced(report.os, {"support_end_date": end})})
    return with_end


@dataclass(slots=True)
class UpdatesByModel:
    """An audience that fills in ``os.support_end_date`` of Chromebooks for another one."""

    audience: Audience
    ends: ModelEnds
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
        end = self.ends.of(device)
        if end is not None:
            self._ends[device.device_id] = end

    def remove_device(self, device_id: str) -> None:
        """Forget, and pass on."""
        self._ends.pop(device_id, None)
        self.audience.remove_device(device_id)

    def apply(self, device_id: str, report: Report, received_at: float, *, on_campus: bool | None = None) -> None:
        """Pass on, with the end of updates where the report speaks of the system and does not say it."""
        self.audience.apply(device_id, filled(report, self._ends.get(device_id)), received_at, on_campus=on_campus)

    def bring_back(self, sheets: Sequence[Sheet], remarks: Sequence[Remark] = ()) -> None:
        """Pass on; whoever wrote the sheets filled in the ends."""
        for sheet in sheets:
            for device in sheet.devices:
                self._remember(device)
        self.audience.bring_back(sheets, remarks)
