"""How Homeroom itself is: what a technician asks first when numbers look wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web
from prometheus_client import CollectorRegistry

from homeroom_collector.errors import CollectorError
from homeroom_collector.fleet import Fleet
from homeroom_collector.store import Store
from homeroom_collector.views.pages.words import duration, number

_NEWEST_LATE_SECONDS = 900.0


@dataclass(frozen=True, slots=True)
class Row:
    """One thing to know; ``style`` is good, warn or bad, and ``sign`` says the same without colour."""

    title: str
    said: str
    style: str = "good"

    @property
    def sign(self) -> str:
        """The sign that belongs to the style."""
        return {"good": "●", "warn": "▲", "bad": "■"}[self.style]


@dataclass(frozen=True, slots=True)
class Health:
    """Where to look."""

    store: Store
    fleet: Fleet
    registry: CollectorRegistry
    scheme_of: Callable[[web.Request], str]

    async def rows(self, now: float) -> list[Row]:
        """What there is to know."""
        return [await self._store(), self._newest(now), self._queue(), self._commits(), self._lag()]

    async def _store(self) -> Row:
        try:
            await self.store.check()
        except CollectorError as error:
            return Row("Store", str(error), "bad")
        return Row("Store", "answers")

    def _newest(self, now: float) -> Row:
        newest = max(
            (member.measured_at or 0.0 for state in self.fleet.schools for member in tuple(state.members.values())),
            default=0.0,
        )
        if not newest:
            return Row("Newest report", "none yet", "warn")
        silence = now - newest
        return Row("Newest report", f"{duration(silence)} ago", "warn" if silence > _NEWEST_LATE_SECONDS else "good")

    def _queue(self) -> Row:
        waiting, room = (
            self._value("homeroom_ingest_queued_reports"),
            self._value("homeroom_ingest_queue_capacity_reports"),
        )
        if waiting is None or not room:
            return Row("Reports that wait for the store", "not known", "warn")
        style = "bad" if waiting > room / 2 else "warn" if waiting > room / 10 else "good"
        return Row("Reports that wait for the store", f"{number(int(waiting))} of at most {number(int(room))}", style)

    def _commits(self) -> Row:
        failed = self._value("homeroom_ingest_failed_commits_total") or 0.0
        return Row("Commits that failed since the start", number(int(failed)), "bad" if failed else "good")

    def _lag(self) -> Row:
        busy = self._value("homeroom_poll_busy_ratio")
        if busy is None:
            return Row("Polling of network gear", "off: no targets are set")
        return Row("Polling of network gear", f"busy {busy:.0%} of the time", "warn" if busy > 0.8 else "good")

    def _value(self, name: str) -> float | None:
        value = self.registry.get_sample_value(name)
        return None if value is None else float(value)
