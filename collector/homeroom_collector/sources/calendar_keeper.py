"""Keeps the calendars current: the settings, the feeds behind them, and days called off at short notice."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from homeroom_collector.errors import CollectorError, SourceError
from homeroom_collector.rules.calendar import CalendarRules, Patch
from homeroom_collector.rules.calendar_book import CalendarBook
from homeroom_collector.sources import calendar_feeds
from homeroom_collector.sources.calendar_settings import CalendarSettings, FeedSettings, PartSettings, patch
from homeroom_collector.sources.calendars import Horizon, read

_log = logging.getLogger(__name__)


class Memory(Protocol):
    """What outlives a restart."""

    async def feed(self, source: str) -> bytes | None:
        """The last good copy of a feed."""

    async def keep_feed(self, source: str, body: bytes, read_at: float) -> None:
        """Keep a good copy."""

    async def closures(self) -> Mapping[str, frozenset[date]]:
        """Days called off, by school; those of every school under the empty name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What does not change while the collector runs. Relative feeds start at ``folder``."""

    settings: CalendarSettings
    zone: ZoneInfo
    folder: Path


class CalendarKeeper:
    """Builds the calendars of all schools. ``read_at`` is when each feed, by its place in the file, was last read."""

    def __init__(self, plan: Plan, memory: Memory) -> None:
        self._plan = plan
        self._memory = memory
        self._understood: dict[str, Patch] = {}
        self._closures: Mapping[str, frozenset[date]] = {}
        self.read_at: dict[str, float] = {}

    @property
    def refresh_seconds(self) -> float:
        """How often feeds are to be read."""
        return max(self._plan.settings.refresh, 60.0)

    async def recall(self, now: float) -> CalendarBook:
        """The calendars as they were known last, without asking anyone."""
        self._closures = await self._memory.closures()
        for place, feed in self._feeds():
            body = await self._memory.feed(feed.source)
            try:
                await self._understand(place, feed, body or b"", now)
            except SourceError as error:
                _log.info("%s: no copy that can be used: %s", place, error)
        return self.book()

    async def refresh(self, now: float) -> CalendarBook:
        """Read every feed and all closures again. A feed that fails leaves what it said before."""
        self._closures = await self._memory.closures()
        for place, feed in self._feeds():
            try:
                body = await calendar_feeds.fetch(feed.source, self._plan.folder)
                await self._understand(place, feed, body, now)
                await self._memory.keep_feed(feed.source, body, now)
            except CollectorError as error:
                _log.warning("%s: %s; what it said before still holds", place, error)
            else:
                self.read_at[place] = now
        return self.book()

    async def look_for_closures(self) -> bool:
        """Whether days were called off, or on again, since the last look."""
        before, self._closures = self._closures, await self._memory.closures()
        return before != self._closures

    def book(self) -> CalendarBook:
        """The calendars by all that is known."""
        settings = self._plan.settings
        district = self._part("", settings).joined(Patch(off=self._closures.get("", frozenset())))
        return CalendarBook(
            CalendarRules(zone=self._plan.zone).patched(district),
            {name: self._part(f"levels.{name}.", part) for name, part in settings.levels.items()},
            {name: self._part(f"schools.{name}.", part) for name, part in settings.schools.items()},
            {name: Patch(off=days) for name, days in self._closures.items() if name},
        )

    def _part(self, where: str, part: PartSettings) -> Patch:
        """What a part says itself holds against its feeds."""
        joined = Patch()
        for place, _ in _feeds_of(where, part):
            joined = joined.joined(self._understood.get(place, Patch()))
        return joined.joined(patch(part))

    def _feeds(self) -> Iterator[tuple[str, FeedSettings]]:
        for where, part in self._plan.settings.parts():
            yield from _feeds_of(where, part)

    async def _understand(self, place: str, feed: FeedSettings, body: bytes, now: float) -> None:
        today = datetime.fromtimestamp(now, self._plan.zone).date()
        try:
            self._understood[place] = await asyncio.to_thread(read, body, feed, self._plan.zone, Horizon.around(today))
        except SourceError as error:
            raise SourceError(f"{calendar_feeds.shown(feed.source)}: {error}") from None


def _feeds_of(where: str, part: PartSettings) -> Iterator[tuple[str, FeedSettings]]:
    for number, feed in enumerate(part.feeds):
        yield f"{where}feeds[{number}]", feed
