"""Reading Google's two lists to their end, page by page.

What a page brought and the place of the next one are written in one transaction. A sync that is killed goes on at the
page that was not written yet; no page is taken twice, and none is left out.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol

from homeroom_collector.ingest.wire import Wire
from homeroom_collector.sources.google import asked
from homeroom_collector.sources.google.calls import PageTokenError
from homeroom_collector.sources.google.pages import DirectoryPage, TelemetryPage, read_directory, read_telemetry
from homeroom_collector.sources.google.settings import GoogleSettings
from homeroom_collector.store import Connection, google_facts, google_passes
from homeroom_collector.store.google_facts import Written
from homeroom_collector.store.google_passes import Pass

DIRECTORY, TELEMETRY = "directory", "telemetry"
_FORGOTTEN_SECONDS = 6 * 3600.0
"""A place in a list that is older is not gone on from: Google forgets, and the list has changed."""
_WHOLE_SECONDS = 86_400.0
_OVERLAP_SECONDS = 3600.0
"""Telemetry is asked for from a bit before the last pass: uploads come late and clocks differ."""

Write = Callable[[Callable[[Connection], Any]], Awaitable[Any]]


class Calls(Protocol):
    """Who asks Google."""

    async def get(self, url: str, query: dict[str, str]) -> bytes:
        """One page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One page that was written. ``devices`` of this pass so far; ``expected`` in all, None where nobody knows."""

    api: str
    devices: int
    expected: int | None
    page: DirectoryPage | TelemetryPage
    written: Written


Hear = Callable[[Step], None]
_Read = Callable[[bytes], tuple[Any, int, Callable[[Connection], Written]]]


class GoogleSync:
    """One sync at a time. ``write`` does work in a durable transaction: the store's, or the collector's one writer."""

    def __init__(
        self,
        calls: Calls,
        settings: GoogleSettings,
        write: Write,
        wire: Wire,
        *,
        on_page: Hear,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._calls, self._settings, self._write, self._wire = calls, settings, write, wire
        self._on_page, self._clock = on_page, clock

    async def run(self) -> None:
        """Both lists: the register first, for telemetry says only whose it is. Raises SourceError."""
        if not await self._register_is_read():
            await self._list(DIRECTORY, self._directory_url(), self._directory_query(), self._read_directory)
        if self._settings.telemetry:
            await self._list(TELEMETRY, self._telemetry_url(), self._telemetry_query(), self._read_telemetry)

    async def _register_is_read(self) -> bool:
        """Whether a sync was interrupted after the register and before the end of telemetry."""
        register: Pass | None = await self._write(partial(google_passes.find, api=DIRECTORY))
        if register is None or register.page_token is not None or not self._settings.telemetry:
            return False
        telemetry: Pass | None = await self._write(partial(google_passes.find, api=TELEMETRY))
        told_at = None if telemetry is None else telemetry.complete_at
        fresh = self._clock() - register.started_at < _FORGOTTEN_SECONDS
        return fresh and (told_at is None or told_at < register.started_at)

    async def _list(self, api: str, url: str, query: dict[str, str], read: _Read) -> None:
        at = await self._begin(api)
        expected: int | None = await self._write(google_passes.known)
        while True:
            try:
                body = await self._calls.get(url, query | _place(api, at))
            except PageTokenError:
                if at.page_token is None:
                    raise
                at = replace(at, started_at=self._clock(), page_token=None, devices=0)
                continue
            page, devices, work = read(body)
            at = self._next(at, page.next_token, devices)
            written: Written = await self._write(partial(_both, work, at))
            self._on_page(Step(api=api, devices=at.devices, expected=expected or None, page=page, written=written))
            if at.page_token is None:
                return

    async def _begin(self, api: str) -> Pass:
        """Go on with the pass that was interrupted, or begin a new one."""
        now = self._clock()
        last: Pass | None = await self._write(partial(google_passes.find, api=api))
        if last is None:
            return Pass(api=api, started_at=now)
        if last.page_token is not None and now - last.started_at < _FORGOTTEN_SECONDS:
            return last
        whole = api == DIRECTORY or last.whole_at is None or now - last.whole_at >= _WHOLE_SECONDS
        since = None if whole or last.complete_at is None else last.complete_at - _OVERLAP_SECONDS
        return replace(last, started_at=now, since=since, page_token=None, devices=0)

    def _next(self, at: Pass, token: str | None, devices: int) -> Pass:
        after = replace(at, page_token=token, devices=at.devices + devices)
        if token is not None:
            return after
        whole_at = at.started_at if at.since is None else at.whole_at
        return replace(after, complete_at=at.started_at, whole_at=whole_at)

    def _directory_url(self) -> str:
        base = self._settings.directory_url.rstrip("/")
        return f"{base}/admin/directory/v1/customer/{self._settings.customer}/devices/chromeos"

    def _directory_query(self) -> dict[str, str]:
        return {
            "projection": "FULL",  # the date of the last update is not in BASIC; ``fields`` keeps all else away
            "maxResults": str(self._settings.directory_page),
            "fields": f"nextPageToken,chromeosdevices({asked.fields(asked.DirectoryDevice)})",
        }

    def _telemetry_url(self) -> str:
        base = self._settings.telemetry_url.rstrip("/")
        return f"{base}/v1/customers/{self._settings.customer}/telemetry/devices"

    def _telemetry_query(self) -> dict[str, str]:
        return {
            "readMask": asked.mask(asked.TelemetryDevice),
            "pageSize": str(self._settings.telemetry_page),
            "fields": f"nextPageToken,devices({asked.fields(asked.TelemetryDevice)})",
        }

    def _read_directory(self, body: bytes) -> tuple[DirectoryPage, int, Callable[[Connection], Written]]:
        page = read_directory(body, self._settings.org_units, self._wire.converted)
        work = partial(google_facts.put_register, rows=page.rows, now=self._clock())
        return page, len(page.rows) + page.ignored + page.unreadable, work

    def _read_telemetry(self, body: bytes) -> tuple[TelemetryPage, int, Callable[[Connection], Written]]:
        page = read_telemetry(body, self._wire.converted)
        work = partial(google_facts.put_telemetry, facts=page.facts)
        return page, len(page.facts) + page.silent + page.unreadable, work


def _place(api: str, at: Pass) -> dict[str, str]:
    """What says where in the list to go on; a page's query must be that of the first but for the token."""
    found = {} if at.page_token is None else {"pageToken": at.page_token}
    if api == TELEMETRY and at.since is not None:
        found["filter"] = f'reports_timestamp>="{int(at.since * 1000)}"'
    return found


def _both(work: Callable[[Connection], Written], at: Pass, connection: Connection) -> Written:
    written = work(connection)
    google_passes.put(connection, at)
    return written
