"""Reading the district out of the store, in portions, so that neither the event loop nor a writer waits for it."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from operator import attrgetter
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from homeroom_collector.decisions.district import District, Heard, Known, Lines, joined
from homeroom_collector.decisions.gear import SeenGear, seen
from homeroom_collector.decisions.measured import measured
from homeroom_collector.ingest.joined import googles, measured_at, stored_report
from homeroom_collector.model import Device
from homeroom_collector.rules.measured import Measured
from homeroom_collector.rules.network_support import ModelSupport
from homeroom_collector.rules.repairs import Repair, StateChange, recent, repairs
from homeroom_collector.rules.sharing import Shared
from homeroom_collector.store import (
    Connection,
    Store,
    assets,
    console,
    daily,
    devices,
    enrollment,
    equity_days,
    history,
    latest,
    schools,
)

_PORTION = 500
_COUNTED_DAYS = 90
_LINE_DAYS = 28
_REPAIR_DAYS = 365
_PAST_DAYS = 400
_UNCOUNTED = daily.Counted(days=0, crashes=None, unexpected_shutdowns=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """How to read: the store, the district's time zone, and what is known beside the store.

    ``wan`` names the ports that lead outside, by device id; ``supported`` until when makers support their gear.
    ``devices`` gives the accepted devices where somebody holds them in memory anyway; they need not be held twice.
    """

    store: Store
    zone: ZoneInfo
    wan: Mapping[str, Iterable[str]]
    supported: Sequence[ModelSupport] = ()
    devices: Callable[[], Iterable[Device]] | None = None

    async def district(self, today: date) -> District:
        """The district as it is known now. What is read in several portions may change between two of them."""
        read = self.store.read
        heard = await self._heard(today)
        register = await read(assets.listed)
        changes = await read(assets.state_changes)
        mended = repairs(StateChange(subject=name, on=self._day(at), state=state) for at, name, state in changes)
        found = await asyncio.to_thread(joined, register, heard, self.supported)
        return District(
            schools=tuple(await read(schools.listed)),
            devices=tuple(_mended(each, mended, today) for each in found),
            enrollment=tuple(await read(enrollment.listed)),
            repairs=mended,
            lines=await self._lines(heard.devices, today),
            past_gaps=tuple(await read(partial(equity_days.since, day=today - timedelta(days=_PAST_DAYS)))),
        )

    def _day(self, moment: float) -> date:
        return datetime.fromtimestamp(moment, self.zone).date()

    async def _heard(self, today: date) -> Heard:
        known = await self._devices()
        listed = await self.store.read(console.listed)
        network = {device.device_id for device in known if device.device_class == "network"}
        computers, gear = await self._latest(network, today)
        return Heard(
            devices=known, computers=computers, gear=gear, managed={each.device_id: each.managed for each in listed}
        )

    async def _devices(self) -> list[Device]:
        """All accepted devices, by id: of two with one serial number the last one counts."""
        if self.devices is None:
            return await self.store.read(devices.listed)
        return sorted(self.devices(), key=attrgetter("device_id"))

    async def _latest(self, network: set[str], today: date) -> tuple[dict[str, Measured], dict[str, SeenGear]]:
        counts = await self.store.read(partial(daily.counted_since, day=_number(today, _COUNTED_DAYS)))
        computers: dict[str, Measured] = {}
        gear: dict[str, SeenGear] = {}
        shared, number = Shared(), -1
        while portion := await self.store.read(partial(latest.after, number=number, most=_PORTION)):
            found = await asyncio.to_thread(_converted, portion, network, counts, shared)
            computers |= found[0]
            gear |= found[1]
            number = portion[-1].device_number
        return computers, gear

    async def _lines(self, known: Iterable[Device], today: date) -> Lines:
        since = _number(today, _LINE_DAYS)
        school_of = {device.device_id: device.school_id for device in known}

        def work(connection: Connection) -> tuple[list[history.BusyDay], dict[str, tuple[int, int]]]:
            return history.busy_days(connection, list(self.wan), since), daily.answered_since(connection, since)

        days, answered = await self.store.read(work)
        outside = [each for each in days if each.interface in set(self.wan[each.device_id])]
        return Lines(
            busy_bps=busy(outside, school_of),
            gear_up_ratio={school_id: up / polls for school_id, (polls, up) in answered.items()},
        )


def _mended(known: Known, mended: Mapping[str, Sequence[Repair]], today: date) -> Known:
    count = recent(mended.get(known.asset.name, ()), today, _REPAIR_DAYS)
    return replace(known, measured=replace(known.measured, repairs=count)) if count else known


def busy(days: Iterable[history.BusyDay], school_of: Mapping[str, str]) -> dict[str, float]:
    """What lessons carry over each school's line: the median over days of the day's 95th percentile.

    Several outside ports are added up, which is at least as much as went over them at any one moment; of the two
    directions the busier counts.
    """
    sums: dict[tuple[str, int], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for each in days:
        both = sums[school_of.get(each.device_id, ""), each.day]
        both[0] += each.receive_bps
        both[1] += each.transmit_bps
    by_school: dict[str, list[float]] = defaultdict(list)
    for (school_id, _), both in sums.items():
        by_school[school_id].append(max(both))
    return {school_id: median(values) for school_id, values in by_school.items()}


def _number(today: date, days_before: int) -> int:
    """A day so long ago, as the history numbers days."""
    return int(f"{today - timedelta(days=days_before):%Y%m%d}")


def _converted(
    portion: Sequence[latest.Stored], network: set[str], counts: Mapping[int, daily.Counted], shared: Shared
) -> tuple[dict[str, Measured], dict[str, SeenGear]]:
    computers: dict[str, Measured] = {}
    gear: dict[str, SeenGear] = {}
    for stored in portion:
        if stored.device_id not in network:
            found = _computer(stored, counts.get(stored.device_number, _UNCOUNTED))
            computers[stored.device_id] = shared.one(found)
        elif stored.report is not None and (seen_gear := _gear(stored)):
            gear[stored.device_id] = seen_gear
    return computers, gear


def _computer(stored: latest.Stored, count: daily.Counted) -> Measured:
    # A section kept from an earlier report may have been measured elsewhere than where the newest came from.
    on_campus = stored.on_campus if stored.report and '"connectivity"' in stored.report else None
    return replace(
        measured(stored_report(stored), measured_at(stored, googles(stored)), on_campus=on_campus),
        counted_days=count.days,
        crashes=count.crashes,
        unexpected_shutdowns=count.unexpected_shutdowns,
    )


def _gear(stored: latest.Stored) -> SeenGear | None:
    document: dict[str, Any] = json.loads(stored.report or "{}")
    at = stored.measured_at
    return seen(document.get("network") or {}, None if at is None else datetime.fromtimestamp(at, UTC).date())
