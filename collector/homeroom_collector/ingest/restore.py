"""Rebuilding at start what is held in memory: schools, devices and the latest state of each."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

from homeroom_agent.errors import ReportError
from homeroom_collector.ingest.audience import Audience
from homeroom_collector.ingest.wire import Wire
from homeroom_collector.model import School
from homeroom_collector.store import Store, devices, latest, schools
from homeroom_collector.store.schema import SECTIONS

_log = logging.getLogger(__name__)
_BREATHE_EVERY = 1_000


async def restore(store: Store, wire: Wire, audience: Audience, on_school: Callable[[School], None]) -> None:
    """Tell the audience everything that the store knows."""
    started = time.monotonic()
    count = 0
    async with store.reading() as connection:
        for school in await schools.listed(connection):
            on_school(school)
            audience.put_school(school)
        for device in await devices.listed(connection):
            audience.put_device(device)
        async for row in latest.everything(connection):
            _tell(dict(row), wire, audience)
            count += 1
            if count % _BREATHE_EVERY == 0:
                await asyncio.sleep(0)
    _log.info("%d devices with reports read from the store in %.1f s", count, time.monotonic() - started)


def _tell(row: Mapping[str, Any], wire: Wire, audience: Audience) -> None:
    try:
        report = wire.report(as_report(row))
    except ReportError as error:
        # A bound that became tighter since; the next report of the device is current anyway.
        _log.warning("stored state of %s left out: %s", row["device_id"], error)
        return
    audience.apply(row["device_id"], report, row["received_at"], on_campus=row["on_campus"])


def as_report(row: Mapping[str, Any]) -> str:
    """The latest state as one report: every section the newest, times on the collector's clock."""
    members = [
        f'"source":{json.dumps(row["source"])},"sequence":{row["sequence"]},"measured_at":{row["measured_at"]!r}'
    ]
    if row["lost_reports_total"] is not None:
        members.append(f'"lost_reports_total":{row["lost_reports_total"]}')
    members += [f'"{name}":{row[name]}' for name in SECTIONS if row[name] is not None]
    return "{" + ",".join(members) + "}"
