"""Taking in what satellites send: reports of their school's network gear, and how they fare themselves."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from homeroom_collector.errors import RefusedError
from homeroom_collector.ingest.clock import timing
from homeroom_collector.ingest.commit import GroupCommit
from homeroom_collector.ingest.measures import Measures
from homeroom_collector.ingest.satellite_register import SatelliteRegister
from homeroom_collector.ingest.service import NetworkDevice, Taken
from homeroom_collector.ingest.wire import Decoded, Rejected, Wire
from homeroom_collector.model import Device
from homeroom_collector.store import satellites
from homeroom_collector.store.satellites import Satellite

_CLAIMS_LAST_SECONDS = 600.0


@dataclass(slots=True)
class SatelliteIntake:
    """One process's door for satellites. ``on_device`` hears of gear before its first report."""

    commit: GroupCommit
    register: SatelliteRegister
    wire: Wire
    measures: Measures
    on_device: Callable[[Device], None]
    most_reports: int
    most_targets: int
    oldest_seconds: float
    clock: Callable[[], float] = time.time
    _claimed: dict[tuple[int, str, str], tuple[float, NetworkDevice]] = field(default_factory=dict)

    async def enrol(self, token: str) -> tuple[str, str]:
        """A token for a name and a key. Raises RefusedError 401."""
        found = await self.commit.perform(partial(satellites.enrol, token=token, now=self.clock()))
        await self.register.refresh()
        return found

    async def take(self, satellite: Satellite, body: bytes) -> Taken:
        """Take a batch in; returns after the commit.

        Raises RefusedError where all of it is unusable, BusyError and StoreUnavailableError where a retry makes sense.
        """
        received_at = self.clock()
        decoded, rejected = await self.wire.batch_in_turn(body, self.most_reports)
        of_gear, told = await self._sorted(satellite, decoded, rejected)
        outcomes = [
            self.commit.submit(device, reports, received_at, ordered=True) for device, reports in of_gear.values()
        ]
        accepted = len(told) + sum([sum((await outcome).new) for outcome in outcomes])
        self.measures.rejected.inc(len(rejected))
        await self._note(satellite, told, received_at)
        rejected.sort(key=lambda each: each.index)
        taken = len(told) + sum(len(reports) for _, reports in of_gear.values())
        return Taken(accepted, taken - accepted, rejected)

    async def _sorted(
        self, satellite: Satellite, decoded: Sequence[Decoded], rejected: list[Rejected]
    ) -> tuple[dict[str, tuple[NetworkDevice, list[Decoded]]], list[Decoded]]:
        """Reports by device, and those of the satellite itself. What may not be here is added to ``rejected``."""
        of_gear: dict[str, tuple[NetworkDevice, list[Decoded]]] = {}
        told: list[Decoded] = []
        for each in decoded:
            try:
                device_id = _subject(each)
                if device_id is None:
                    told.append(each)
                    continue
                if device_id not in of_gear:
                    of_gear[device_id] = (await self._device(satellite, device_id), [])
                of_gear[device_id][1].append(each)
            except RefusedError as error:
                rejected.append(Rejected(each.position, str(error), status=error.status))
        return of_gear, told

    async def _device(self, satellite: Satellite, device_id: str) -> NetworkDevice:
        """A device of this satellite. Raises RefusedError for any other."""
        key, now = (satellite.number, satellite.school_id, device_id), self.clock()
        at, known = self._claimed.get(key, (0.0, None))
        if known is not None and 0 <= now - at < _CLAIMS_LAST_SECONDS:
            return known
        work = partial(satellites.claim, satellite=satellite, device_id=device_id, now=now, most=self.most_targets)
        number = await self.commit.perform(work)
        self.on_device(Device(device_id=device_id, device_class="network", school_id=satellite.school_id))
        device = NetworkDevice(number, device_id, satellite.school_id)
        self._claimed[key] = (now, device)
        return device

    async def _note(self, satellite: Satellite, told: Sequence[Decoded], now: float) -> None:
        self.register.heard(satellite, now)
        if told:
            facts = self._told(told[-1], now)
            await self.commit.perform(partial(satellites.heard, number=satellite.number, contact_at=now, told=facts))

    def _told(self, newest: Decoded, received_at: float) -> dict[str, Any]:
        report, facts = newest.report, newest.report.satellite
        assert facts is not None
        at = timing(report.measured_at, report.sent_at, received_at, oldest_seconds=self.oldest_seconds)
        return {
            "measured_at": at.measured_at,
            "lost_reports": report.lost_reports_total,
            "waiting_reports": facts.waiting_reports,
            "targets": facts.targets,
            "answering": facts.answering,
            "poll_busy_ratio": facts.poll_busy_ratio,
        }


def _subject(each: Decoded) -> str | None:
    """The device that a report is about, None for the satellite itself. Raises RefusedError 422 for anything else."""
    report = each.report
    if report.device_id is None and report.satellite is not None:
        return None
    if report.device_id is None or report.network is None or report.source != "snmp":
        raise RefusedError(422, "a satellite reports network gear, with a device_id, and itself")
    return report.device_id
