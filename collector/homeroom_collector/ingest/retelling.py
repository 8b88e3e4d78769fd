"""Telling the audience again what the store knows of a device: one that is let in, or that another replica heard."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, cast

from homeroom_agent.errors import ReportError
from homeroom_agent.report import Report
from homeroom_collector.ingest.audience import Audience, Told
from homeroom_collector.ingest.joined import google_at, googles, measured_at, newest_report
from homeroom_collector.ingest.merge import replaced
from homeroom_collector.ingest.wire import Wire
from homeroom_collector.store.latest import Stored

_log = logging.getLogger(__name__)


def retell(stored: Stored, wire: Wire, audience: Audience, on_google: Callable[[str, str | None], None]) -> None:
    """Let everyone hear of everything that is known of one device."""
    tell(stored, wire, audience)
    on_google(stored.device_id, stored.google)


def tell(stored: Stored, wire: Wire, audience: Audience) -> None:
    """Let the audience hear of everything that is known of one device."""
    for device_id, report, received_at, on_campus in told(stored, wire):
        audience.apply(device_id, report, received_at, on_campus=on_campus)


def told(stored: Stored, wire: Wire) -> list[Told]:
    """Everything that is known of one device: what was said of it and, where Google knows it, that it synchronised.

    Empty where nobody ever said anything, or where that cannot be read any more, which is logged.
    """
    if stored.report is None and stored.google is None:
        return []
    google = googles(stored)
    try:
        report = newest_report(stored, wire, google)
    except ReportError as error:
        # A bound that became tighter since; the next report of the device is current anyway.
        _log.warning("stored state of %s left out: %s", stored.device_id, error)
        return []
    at = measured_at(stored, google)
    # What only Google told us was not heard from the device itself: it counts from when it was measured.
    found = [Told(stored.device_id, _dated(report, at), stored.received_at or at, stored.on_campus)]
    if stored.report and (synced_at := google_at(google)) is not None:
        found.append(Told(stored.device_id, Report(source="google", sequence=0, measured_at=synced_at), synced_at))
    return found


def _dated(report: Any, at: float) -> Report:
    """A report that was just read, with the corrected time; without ``sent_at`` nobody corrects it again."""
    if isinstance(report, Report):  # as the reference decoder makes them, which cannot be changed
        return cast("Report", replaced(report, {"measured_at": at, "sent_at": None}))
    report.measured_at, report.sent_at = at, None  # nobody else has it yet
    return cast("Report", report)
