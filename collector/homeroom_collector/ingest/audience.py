"""Who hears of what was committed. The fleet in memory is one; ingest knows only this."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from homeroom_agent.report import Report
from homeroom_collector.fleet.sheets import Remark, Sheet
from homeroom_collector.model import Device, School


class Told(NamedTuple):
    """One committed report, as :meth:`Audience.apply` takes it."""

    device_id: str
    report: Report
    received_at: float
    on_campus: bool | None = None


class Audience(Protocol):
    """Keeps the present state for the views. Called after the commit, never before; must be quick."""

    def put_school(self, school: School) -> None:
        """A school was added or changed."""

    def put_device(self, device: Device) -> None:
        """A device was enrolled or changed."""

    def remove_device(self, device_id: str) -> None:
        """A device is not to be seen any more. Unknown ids change nothing."""

    def apply(self, device_id: str, report: Report, received_at: float, *, on_campus: bool | None = None) -> None:
        """A new report was committed; only its newest sections are in it."""

    def bring_back(self, sheets: Sequence[Sheet], remarks: Sequence[Remark] = ()) -> None:
        """Computers of a store come back with all that is known of them; ``remarks`` say what no sheet says."""
