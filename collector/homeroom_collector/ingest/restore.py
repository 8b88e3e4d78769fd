"""Rebuilding at start what is held in memory: schools, devices and the latest state of each."""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from functools import partial
from itertools import groupby
from operator import attrgetter
from typing import Any, cast

from homeroom_agent.errors import ReportError
from homeroom_agent.report import Report
from homeroom_collector.ingest.audience import Audience, Told
from homeroom_collector.ingest.joined import google_at, measured_at, newest_report
from homeroom_collector.ingest.merge import replaced
from homeroom_collector.ingest.wire import Wire
from homeroom_collector.model import Device, School
from homeroom_collector.store import Store, assets, by_school, latest, schools
from homeroom_collector.store.by_school import Known

_log = logging.getLogger(__name__)
_school = attrgetter("stored.school_id")
# Read as text, 40 MB. Decoded are four times as much: so few at once that they stay where the processor is quick.
_PORTION, _TOLD = 20_000, 32


async def restore(
    store: Store,
    wire: Wire,
    audience: Audience,
    on_school: Callable[[School], None],
    on_google: Callable[[str, str | None], None] = lambda _device_id, _google: None,
) -> dict[int, Device]:
    """Tell the audience everything that the store knows; ``on_google`` hears Google's facts of each device.

    Returns every device by its number.
    """
    started = time.monotonic()
    for school in await store.read(schools.listed):
        on_school(school)
    found: dict[int, Device] = {}
    async for portion in _portions(store):
        for few in _school_by_school(portion):
            audience.bring_back([(device, _told(stored, wire)) for device, stored in few])
        for device, stored in portion:
            found[stored.device_number] = device
            on_google(stored.device_id, stored.google)
        portion.clear()  # before the next is read
    _log.info("%d devices read from the store in %.1f s", len(found), time.monotonic() - started)
    return found


async def _portions(store: Store) -> AsyncIterator[list[Known]]:
    """Every device, school by school, in portions so that memory stays small."""
    shelved = await store.read(assets.shelved_serials)
    place: tuple[str, int] | None = ("", -1)
    while place is not None:
        read = partial(by_school.after, place=place, shelved=shelved, most=_PORTION)
        portion, place = await store.read(read)
        yield portion


def _school_by_school(portion: Sequence[Known]) -> Iterator[Sequence[Known]]:
    """Devices of one school, a few at a time."""
    for _, there in groupby(portion, key=_school):
        devices_there = list(there)
        for start in range(0, len(devices_there), _TOLD):
            yield devices_there[start : start + _TOLD]


def retell(stored: latest.Stored, wire: Wire, audience: Audience, on_google: Callable[[str, str | None], None]) -> None:
    """Let everyone hear of everything that is known of one device."""
    tell(stored, wire, audience)
    on_google(stored.device_id, stored.google)


def tell(stored: latest.Stored, wire: Wire, audience: Audience) -> None:
    """Let the audience hear of everything that is known of one device."""
    for device_id, report, received_at, on_campus in _told(stored, wire):
        audience.apply(device_id, report, received_at, on_campus=on_campus)


def _told(stored: latest.Stored, wire: Wire) -> list[Told]:
    if stored.report is None and stored.google is None:
        return []  # it never said anything, and nobody else did
    try:
        report = newest_report(stored, wire)
    except ReportError as error:
        # A bound that became tighter since; the next report of the device is current anyway.
        _log.warning("stored state of %s left out: %s", stored.device_id, error)
        return []
    at = measured_at(stored)
    # What only Google told us was not heard from the device itself: it counts from when it was measured.
    told = [Told(stored.device_id, _dated(report, at), stored.received_at or at, stored.on_campus)]
    if stored.report and (synced_at := google_at(stored)) is not None:
        told.append(Told(stored.device_id, Report(source="google", sequence=0, measured_at=synced_at), synced_at))
    return told


def _dated(report: Any, at: float) -> Report:
    """A report that was just read, with the corrected time; without ``sent_at`` nobody corrects it again."""
    if isinstance(report, Report):  # as the reference decoder makes them, which cannot be changed
        return cast("Report", replaced(report, {"measured_at": at, "sent_at": None}))
    report.measured_at, report.sent_at = at, None  # nobody else has it yet
    return cast("Report", report)
