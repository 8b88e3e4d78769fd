"""What has to be done for the history now and then: close days, work out the ports' days, let go of what is old.

Everything may be done twice, and by several collectors at once, without harm. Nothing here is urgent, so it is done in
small pieces that leave most of the time to others.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Protocol, TypeVar

from homeroom_collector.history.chunk import unpacked
from homeroom_collector.history.day import read
from homeroom_collector.history.interfaces import LONGEST_GAP_SECONDS, PortDay, port_days
from homeroom_collector.history.sample import GearSample
from homeroom_collector.rules.calendar import SchoolCalendar
from homeroom_collector.store import Connection, Store, daily, history, latest, partitions

T = TypeVar("T")
_log = logging.getLogger(__name__)
EVERY_SECONDS = 3600.0
SETTLED_SECONDS = 2 * 3600.0
"""How long after midnight a day's samples are waited for."""

_DAYS_BACK = 2
_OPEN_DAYS = 2
_PORTION = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long what is kept, in seconds."""

    samples: float
    computers: float
    network: float
    interfaces: float


class Writer(Protocol):
    """Does work in a transaction among others'."""

    async def perform(self, work: Callable[[Connection], T]) -> T:
        """Return what the work returns, after the commit."""


Calendars = Callable[[], Iterable[tuple[str, SchoolCalendar]]]
"""Gives each school's id and calendar, as they are now."""


class Upkeep:
    """Looks after one store."""

    def __init__(self, store: Store, writer: Writer, calendars: Calendars, retention: Retention) -> None:
        self._store, self._writer, self._calendars, self._retention = store, writer, calendars, retention
        self._closed_on: date | None = None

    async def look_after(self, now: float) -> None:
        """Do everything that is due. Raises StoreUnavailableError; what was done till then stays done."""
        today = datetime.fromtimestamp(now, UTC).date()
        await self._writer.perform(partial(partitions.prepare, today=today))
        if self._closed_on != today:
            await self._close_days(number_of(today - timedelta(days=_OPEN_DAYS)))
            self._closed_on = today
        await self._roll_up(now)
        await self._let_go(now)

    async def _close_days(self, before_day: int) -> None:
        """Move days that are long over to the history, where their devices have been silent since."""
        number = -1
        while portion := await self._store.read(partial(latest.open_days, number=number, most=_PORTION)):
            over = [(n, text) for n, text in portion if (day := read(text)) is not None and day.day < before_day]
            if over:
                await self._writer.perform(partial(_close, over))
            number = portion[-1][0]

    async def _roll_up(self, now: float) -> None:
        due: dict[int, dict[str, tuple[SchoolCalendar, date]]] = {}
        for school_id, calendar in self._calendars():
            for back in range(1, _DAYS_BACK + 1):
                day = calendar.day_of(now - SETTLED_SECONDS) - timedelta(days=back)
                due.setdefault(number_of(day), {})[school_id] = (calendar, day)
        for number, schools in due.items():
            for gear in await self._store.read(partial(history.gear_to_roll_up, day=number, school_ids=schools)):
                calendar, day = schools[gear.school_id]
                await self._roll_up_one(gear.number, calendar, day)

    async def _roll_up_one(self, device_number: int, calendar: SchoolCalendar, day: date) -> None:
        start, end = calendar.bounds(day)
        since = start - LONGEST_GAP_SECONDS
        chunks = await self._store.read(partial(history.chunks, device_number=device_number, since=since, until=end))
        began = time.perf_counter()
        ports = await asyncio.to_thread(_worked_out, chunks, since, start, end, calendar)
        await self._writer.perform(
            partial(history.put_port_days, device_number=device_number, day=number_of(day), ports=ports)
        )
        # A quarter of the time at most: reports come first.
        await asyncio.sleep(3 * (time.perf_counter() - began))

    async def _let_go(self, now: float) -> None:
        keep, write = self._retention, self._writer.perform
        await write(partial(history.drop_samples, before=now - keep.samples))
        days = {name: _day_before(now, getattr(keep, name)) for name in ("computers", "network", "interfaces")}
        months = {"daily": min(days["computers"], days["network"]), "daily_interfaces": days["interfaces"]}
        for table, day in months.items():
            await write(partial(partitions.drop, table=table, before_day=day))
        for device_class, day in {"computer": days["computers"], "network": days["network"]}.items():
            await self._drop(partial(history.drop_days, device_class=device_class, before_day=day, most=_PORTION))
        await self._drop(partial(history.drop_port_days, before_day=days["interfaces"], most=_PORTION))

    async def _drop(self, work: Callable[[Connection], int]) -> None:
        """Drop a portion at a time until one is not full."""
        dropped = _PORTION
        while dropped == _PORTION:
            dropped = await self._writer.perform(work)


def number_of(day: date) -> int:
    """A day as the history writes it, such as 20261122."""
    return day.year * 10_000 + day.month * 100 + day.day


def _day_before(now: float, seconds: float) -> int:
    return number_of(datetime.fromtimestamp(max(0.0, now - seconds), UTC).date())


def _close(over: Sequence[tuple[int, str]], connection: Connection) -> None:
    closed = [(number, read(text)) for number, text in over if latest.close_day(connection, number, text)]
    daily.add(connection, [day.row(number) for number, day in closed if day is not None])


def _worked_out(
    chunks: history.Chunks, since: float, start: float, end: float, calendar: SchoolCalendar
) -> list[PortDay]:
    found = [
        sample
        for sample in unpacked(chunks.bodies, chunks.recent)
        if isinstance(sample, GearSample) and since <= sample.at < end
    ]
    return port_days(found, start, calendar.in_session)
