"""Rebuilding at start what is held in memory: schools, devices and the latest state of each."""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from operator import attrgetter

from homeroom_agent.errors import ReportError
from homeroom_agent.report import Report
from homeroom_collector.ingest.audience import Audience, Told
from homeroom_collector.ingest.joined import google_at, measured_at, stored_report
from homeroom_collector.ingest.merge import replaced
from homeroom_collector.ingest.wire import Wire
from homeroom_collector.model import School
from homeroom_collector.store import Store, devices, latest, schools

_log = logging.getLogger(__name__)
_school = attrgetter("school_id")
# Read as text, 25 MB; decoded are four times as much.
_PORTION, _TOLD = 20_000, 500


async def restore(
    store: Store,
    wire: Wire,
    audience: Audience,
    on_school: Callable[[School], None],
    on_google: Callable[[str, str | None], None] = lambda _device_id, _google: None,
) -> None:
    """Tell the audience everything that the store knows; ``on_google`` hears Google's facts of each device."""
    started = time.monotonic()
    count = 0
    for school in await store.read(schools.listed):
        on_school(school)
    audience.put_all(await store.read(devices.listed))
    async for portion in _stored(store):
        count += len(portion)
        for start in range(0, len(portion), _TOLD):
            told = [each for stored in portion[start : start + _TOLD] for each in _told(stored, wire)]
            audience.apply_all(told)
        for stored in portion:
            on_google(stored.device_id, stored.google)
        portion.clear()  # before the next is read
    _log.info("%d devices with reports read from the store in %.1f s", count, time.monotonic() - started)


async def _stored(store: Store) -> AsyncIterator[list[latest.Stored]]:
    """Every device that ever reported, in portions so that memory stays small and the event loop alive.

    In each, devices of a school follow each other: a school's memory is then touched once a portion.
    """
    number = -1
    while portion := await store.read(partial(latest.after, number=number, most=_PORTION)):
        number = portion[-1].device_number
        portion.sort(key=_school)
        yield portion


def retell(stored: latest.Stored, wire: Wire, audience: Audience, on_google: Callable[[str, str | None], None]) -> None:
    """Let everyone hear of everything that is known of one device."""
    tell(stored, wire, audience)
    on_google(stored.device_id, stored.google)


def tell(stored: latest.Stored, wire: Wire, audience: Audience) -> None:
    """Let the audience hear of everything that is known of one device."""
    for device_id, report, received_at, on_campus in _told(stored, wire):
        audience.apply(device_id, report, received_at, on_campus=on_campus)


def _told(stored: latest.Stored, wire: Wire) -> Iterator[Told]:
    try:
        report = wire.report(stored_report(stored))
    except ReportError as error:
        # A bound that became tighter since; the next report of the device is current anyway.
        _log.warning("stored state of %s left out: %s", stored.device_id, error)
        return
    # The stored time is corrected; without sent_at nobody corrects it again.
    at = measured_at(stored)
    report = replaced(report, {"measured_at": at, "sent_at": None})
    # What only Google told us was not heard from the device itself: it counts from when it was measured.
    yield Told(stored.device_id, report, stored.received_at or at, stored.on_campus)
    if stored.report and (synced_at := google_at(stored)) is not None:
        yield Told(stored.device_id, Report(source="google", sequence=0, measured_at=synced_at), synced_at)
