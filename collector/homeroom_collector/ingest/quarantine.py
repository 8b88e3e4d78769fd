"""Devices that enrolled and wait to be accepted: in memory who they are, in the store what became of them.

Their reports are taken, acknowledged and kept like everyone's, so that nothing is missing once they are accepted; but
the fleet does not know them, so they count in no aggregate, no page and no decision. Rejected ones have no key.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from msgspec.structs import replace

from homeroom_agent.report import Report
from homeroom_collector.fleet.sheets import Remark, Sheet
from homeroom_collector.ingest.audience import Audience
from homeroom_collector.model import Device, School, Standing
from homeroom_collector.rules.admission import AdmissionPolicy, Judgement, judge
from homeroom_collector.store import Connection, standing
from homeroom_collector.store.devices import usable_serial

_WAITING: tuple[Standing, ...] = ("quarantined",)
_log = logging.getLogger(__name__)


class Member(Protocol):
    """A device that the audience knows."""

    device: Device


@dataclass(slots=True)
class Quarantine:
    """Who is not accepted, as far as this process knows; and the audience of all others."""

    policy: AdmissionPolicy
    audience: Audience
    _waiting: dict[str, Device] = field(default_factory=dict)

    def put_school(self, school: School) -> None:
        """Pass on."""
        self.audience.put_school(school)

    def put_device(self, device: Device) -> None:
        """Let the audience hear of an accepted device, and forget any other."""
        if device.standing == "accepted":
            self._waiting.pop(device.device_id, None)
            self.audience.put_device(device)
        else:
            self._waiting[device.device_id] = device
            self.audience.remove_device(device.device_id)

    def remove_device(self, device_id: str) -> None:
        """Forget a device."""
        self._waiting.pop(device_id, None)
        self.audience.remove_device(device_id)

    def apply(self, device_id: str, report: Report, received_at: float, *, on_campus: bool | None = None) -> None:
        """Let the audience hear of a report, unless its device waits."""
        if device_id not in self._waiting:
            self.audience.apply(device_id, report, received_at, on_campus=on_campus)

    def bring_back(self, sheets: Sequence[Sheet], remarks: Sequence[Remark] = ()) -> None:
        """Let the audience hear of everything that is known of accepted devices, which are on these sheets."""
        if self._waiting:
            for sheet in sheets:
                for device in sheet.devices:
                    self._waiting.pop(device.device_id, None)
        self.audience.bring_back(sheets, remarks)

    def device(self, device_id: str) -> Device | None:
        """A device that is not accepted; None for every other."""
        return self._waiting.get(device_id)

    def serial_of(self, member: Callable[[str], Member | None], device_id: str) -> str | None:
        """Serial number that a device is registered with; None where it has none or nobody here knows the device."""
        found = member(device_id)
        device = found.device if found else self.device(device_id)
        return device.serial if device else None

    def known(self) -> frozenset[str]:
        """Ids of all that are not accepted."""
        return frozenset(self._waiting)

    def counts(self) -> Counter[tuple[str, str]]:
        """How many there are, by school and standing."""
        return Counter((device.school_id, device.standing) for device in self._waiting.values())

    def judge(self, connection: Connection, device: Device) -> Judgement:
        """Where a device that enrols stands."""
        serial = usable_serial(device.serial)
        listed = bool(standing.listed_serials(connection, {serial} if serial else set()))
        return judge(replace(device, serial=serial), self.policy, listed=listed)


def release(connection: Connection, quarantine: Quarantine, now: float) -> dict[int, Device]:
    """Let in what an inventory lists by now, or a new rule fits; returns everyone who is still not accepted."""
    waiting = standing.not_accepted(connection)
    serials = {device.serial for device in waiting.values() if device.serial}
    listed = standing.listed_serials(connection, serials)
    for number, device in list(waiting.items()):
        found = judge(device, quarantine.policy, listed=device.serial in listed)
        if device.standing == "quarantined" and found.standing == "accepted":
            standing.decide(connection, number, _WAITING, "accepted", found.reason, now)
            _log.info("%s is let in: %s", device.device_id, found.reason)
            del waiting[number]
    return waiting
