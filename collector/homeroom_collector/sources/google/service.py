"""Syncing with Google as a part of the collector: now and then, until cancelled."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import aiohttp

from homeroom_agent.errors import ReportError
from homeroom_collector.errors import CollectorError
from homeroom_collector.ingest.audience import Audience
from homeroom_collector.ingest.joined import GoogleFacts, googles, measured_at, newest_report
from homeroom_collector.ingest.merge import replaced
from homeroom_collector.ingest.wire import Wire
from homeroom_collector.sources.google.calls import GoogleCalls
from homeroom_collector.sources.google.measures import GoogleMeasures
from homeroom_collector.sources.google.settings import GoogleSettings
from homeroom_collector.sources.google.sync import GoogleSync, Step, Write
from homeroom_collector.sources.google.token import ServiceAccount
from homeroom_collector.store.latest import Stored

_log = logging.getLogger(__name__)


@asynccontextmanager
async def calling(
    settings: GoogleSettings, on_wait: Callable[[float], None] = lambda _seconds: None
) -> AsyncIterator[GoogleCalls]:
    """Connections to Google until the block ends. Raises ConfigError where the key cannot be used."""
    account = ServiceAccount(settings)
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=settings.timeout)) as session:
        yield GoogleCalls(session, account, settings, on_wait=on_wait)


class Teller:
    """Lets the collector hear of every page, after its commit."""

    def __init__(self, audience: Audience, facts: GoogleFacts, wire: Wire, measures: GoogleMeasures) -> None:
        self._audience, self._facts, self._wire, self._measures = audience, facts, wire, measures

    def hear(self, step: Step) -> None:
        """Show what a page changed."""
        for device in step.written.devices:
            self._audience.put_device(device)
        for stored in step.written.changed:
            self._tell(stored)
        self._measures.page(step)

    def _tell(self, stored: Stored) -> None:
        self._facts.put(stored.device_id, stored.google)
        google = googles(stored)
        at = measured_at(stored, google)
        try:
            report = newest_report(stored, self._wire, google)
        except ReportError as error:
            _log.warning("what Google says of %s cannot be shown: %s", stored.device_id, error)
            return
        # Google's word is no sign of life here and now: the device counts as heard when it was measured, and only as
        # synchronised, whatever it said itself.
        heard_at = max(at, stored.received_at or at)
        told = {"source": "google", "measured_at": at, "sent_at": None}
        self._audience.apply(stored.device_id, replaced(report, told), heard_at)


async def keep_synced(
    settings: GoogleSettings, write: Write, wire: Wire, teller: Teller, measures: GoogleMeasures
) -> None:
    """Sync every ``interval`` until cancelled. Raises ConfigError where the key cannot be used."""
    async with calling(settings, measures.waits.inc) as calls:
        sync = GoogleSync(calls, settings, write, wire, on_page=teller.hear)
        while True:
            try:
                await sync.run()
                measures.complete_at.set(time.time())
            except CollectorError as error:
                measures.failures.inc()
                _log.warning("Google not synced: %s; trying again in %.0f s", error, settings.interval)
            await asyncio.sleep(settings.interval)
