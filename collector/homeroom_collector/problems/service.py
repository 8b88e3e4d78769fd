"""The loop: a look every few seconds, and now and then what moves slowly."""

from __future__ import annotations

import asyncio
import logging
import shutil
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from prometheus_client import CollectorRegistry

from homeroom_collector.errors import CollectorError
from homeroom_collector.fleet import Fleet
from homeroom_collector.model import Presence
from homeroom_collector.problems.keeper import Keeper
from homeroom_collector.problems.measures import ProblemMeasures
from homeroom_collector.problems.settings import RuleBook
from homeroom_collector.rules.health.itself import Itself
from homeroom_collector.store import Store, problem_times, problems, shutdowns

_log = logging.getLogger(__name__)
_SLOW_SECONDS = 3_600.0
_WAITS_SECONDS = 30 * 86_400.0


class ProblemService:
    """Keeps the problems of a collector."""

    def __init__(self, fleet: Fleet, store: Store, book: RuleBook, registry: CollectorRegistry, zone: str) -> None:
        self.keeper = Keeper(fleet, store, book)
        fleet.on_report = self.keeper.watch.hear
        self._fleet, self._store, self._zone = fleet, store, ZoneInfo(zone)
        self._measures = ProblemMeasures(registry, lambda: self.keeper.rows)
        self._slow_at: float | None = None

    async def run(self, about_us: Callable[[float], Itself], clock: Callable[[], float] = time.time) -> None:
        """Look until cancelled. What goes wrong is logged, and the next look comes anyway."""
        while True:
            await asyncio.sleep(self.keeper.book.every_seconds)
            try:
                with self._measures.look_seconds.time():
                    await self.look(clock(), about_us)
            except CollectorError as error:
                _log.warning("problems not looked at: %s", error)
            except Exception:
                _log.exception("problems not looked at")

    async def look(self, now: float, about_us: Callable[[float], Itself]) -> None:
        """Look once."""
        if self._slow_at is None or now - self._slow_at >= _SLOW_SECONDS:
            self._slow_at = now
            await self._look_slowly(now)
        made = await self.keeper.look(now, about_us(now))
        if any(change.change in ("opened", "closed") for change in made):
            await self._measure(now)

    async def _look_slowly(self, now: float) -> None:
        rule = self.keeper.book.rule("", "unexpected_shutdowns")
        if rule is not None and rule.window_seconds is not None:
            day = datetime.fromtimestamp(now, self._zone).date() - timedelta(seconds=rule.window_seconds)
            number = day.year * 10_000 + day.month * 100 + day.day
            self.keeper.watch.shutdowns = await self._store.read(partial(shutdowns.before, since_day=number))
        forget = partial(problems.forget, closed_before=now - self.keeper.book.keep_closed_seconds)
        await self._store.write(forget)
        await self._measure(now)

    async def _measure(self, now: float) -> None:
        waits = partial(problem_times.waits, opened_since=now - _WAITS_SECONDS)
        self._measures.waits = await self._store.read(waits)


def unpolled_ratio(fleet: Fleet) -> float | None:
    """Share of network gear that nobody has looked at in time; None where there is none."""
    known = unknown = 0
    for state in fleet.schools:
        for group, count in state.counts.items():
            if group.device_class == "network" and group.state != Presence.SHELVED:
                known += count
                unknown += count if group.state == Presence.UNKNOWN else 0
    return unknown / known if known else None


def free_disk_ratio(folder: Path | None) -> float | None:
    """Share of the disk that is free where the store is; None for a store elsewhere."""
    if folder is None or not folder.exists():
        return None
    usage = shutil.disk_usage(folder)
    return usage.free / usage.total
