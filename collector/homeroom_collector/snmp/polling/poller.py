"""Polls every target at its own moment: one poll of a device in flight, starts spread over the interval, bounds kept.

Owns when and how many at once; what one poll is, is in ``watch.py``. A device that is down is asked less often and
takes no place of its school, so that dead devices delay no live one.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol

from prometheus_client import CollectorRegistry

from homeroom_agent import __version__
from homeroom_agent.errors import AgentError
from homeroom_agent.report import NetworkGear, Report
from homeroom_collector.errors import CollectorError
from homeroom_collector.snmp.knowledge.match import Catalog
from homeroom_collector.snmp.polling import schedule
from homeroom_collector.snmp.polling.managed import Managed, managed
from homeroom_collector.snmp.polling.manners import Manners
from homeroom_collector.snmp.polling.measures import PollMeasures
from homeroom_collector.snmp.polling.places import Places
from homeroom_collector.snmp.polling.watch import Pace, Watch
from homeroom_collector.snmp.session import Engine
from homeroom_collector.snmp.targets import Target

_log = logging.getLogger(__name__)
_MANAGED_SECONDS = 60.0

Pause = Callable[[float, asyncio.Event], Awaitable[None]]
"""Waits for so many seconds, or until the event is set."""


class Sink(Protocol):
    """Where reports go. ``submit`` returns once the report is safe."""

    async def submit(self, report: Report) -> None:
        """Take one report of a target."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds on polls at the same time, and the longest wait for a device that is down.

    There are fewer than ``at_once`` while polls run out of their time.
    """

    at_once: int = 1000
    at_once_per_school: int = 20
    longest_backoff_seconds: float = 240.0


@dataclass(slots=True)
class _Followed:
    watch: Watch
    task: asyncio.Task[None]
    wake: asyncio.Event = field(default_factory=asyncio.Event)


class Poller:
    """Follows targets until its :meth:`run` is cancelled. ``clock`` is monotonic, ``wall`` gives Unix seconds."""

    def __init__(
        self,
        engine: Engine,
        sink: Sink,
        *,
        catalog: Catalog | None = None,
        pace: Pace | None = None,
        limits: Limits | None = None,
        measures: PollMeasures | None = None,
        manners: Manners | None = None,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        pause: Pause | None = None,
        first: float | None = None,
    ) -> None:
        """``first`` seconds at most until a target that comes is polled; None: spread over its interval."""
        self._engine, self._sink, self._catalog = engine, sink, catalog
        self._pace, self._limits = pace or Pace(), limits or Limits()
        self._manners = manners or Manners()
        self.measures = measures or PollMeasures(CollectorRegistry())
        self._clock, self._wall, self._pause = clock, wall, pause or pause_for
        self._first_seconds = first
        self._followed: dict[str, _Followed] = {}
        self._places = Places(self._limits.at_once, self.measures.places)
        self._school_places: dict[str, asyncio.Semaphore] = defaultdict(
            lambda: asyncio.Semaphore(self._limits.at_once_per_school)
        )
        self._group: asyncio.TaskGroup | None = None
        self._managed = Managed()
        self._managed_until = 0.0

    async def run(self, targets: Iterable[Target], changes: AsyncIterator[Iterable[Target]] | None = None) -> None:
        """Poll until cancelled; ``changes`` gives all targets anew whenever they have changed."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            group.create_task(self._manners.keep_on(), name="keep manners")
            await self.follow(targets)
            if changes is not None:
                async for changed in changes:
                    await self.follow(changed)
            await asyncio.get_running_loop().create_future()  # until cancelled: there may be no target at all

    async def follow(self, targets: Iterable[Target]) -> None:
        """Follow exactly these from now on; those that are followed already and unchanged notice nothing."""
        assert self._group is not None
        wanted = {target.device_id: target for target in targets}
        for name in [name for name, old in self._followed.items() if wanted.get(name) != old.watch.target]:
            old = self._followed.pop(name)
            old.task.cancel()
            await asyncio.wait([old.task])
        for name in wanted.keys() - self._followed.keys():
            manner = self._manners.of(name)
            watch = Watch(wanted[name], self._engine, self._catalog, self._pace, manner=manner, clock=self._clock)
            wake = asyncio.Event()
            task = self._group.create_task(self._follow(watch, wake), name=f"poll {name}")
            self._followed[name] = _Followed(watch, task, wake)

    def look_now(self, host: str) -> int:
        """Poll every target at this host at once; give how many there are."""
        found = [each for each in self._followed.values() if each.watch.target.endpoint.host == host]
        for each in found:
            each.wake.set()
        return len(found)

    async def _follow(self, watch: Watch, wake: asyncio.Event) -> None:
        interval = watch.target.interval_seconds
        now, phase = self._clock(), schedule.phase(watch.target.device_id)
        offset = now + phase * interval
        due = offset if self._first_seconds is None else now + phase * min(interval, self._first_seconds)
        try:
            while True:
                await self._pause(due - self._clock(), wake)
                called = wake.is_set()
                wake.clear()
                await self._poll(watch, self._clock() if called else due)
                now = self._clock()
                waits = schedule.intervals_to_wait(watch.failures, interval, self._limits.longest_backoff_seconds)
                self.measures.skipped.inc(max(0, int((now - due) // interval)))
                due = schedule.next_due(now, interval, offset) + (waits - 1) * interval
        finally:
            await watch.close()

    async def _poll(self, watch: Watch, due: float) -> None:
        """Poll once and hand the report on; what fails is told, and the loop goes on."""
        try:
            async with self._place(watch):
                self.measures.lag_seconds.observe(max(0.0, self._clock() - due))
                measured_at, began = self._wall(), time.monotonic()
                gear = await watch.poll()
                ended = time.monotonic()
                self._places.ended(ended, in_time=ended - began < self._pace.budget_seconds)
            if watch.manner is not None:
                self._manners.note(watch.target.device_id, watch.manner)
            self.measures.ended(reachable=gear.reachable, understood=gear.system is not None)
            gear = self._managed_gear().without_computers(gear)
            await self._sink.submit(_report(watch.target, gear, measured_at))
            if watch.bridge_is_due:
                async with self._place(watch):
                    await watch.look_at_bridge(self._managed_gear().addresses)
        except (CollectorError, AgentError) as error:
            self.measures.lost.inc()
            _log.warning("%s: report not taken: %s", watch.target.device_id, error)
        except Exception:
            self.measures.lost.inc()
            _log.exception("%s: poll failed", watch.target.device_id)

    def _managed_gear(self) -> Managed:
        """What is known of all gear that is followed; collected at most once a minute."""
        now = self._clock()
        if now >= self._managed_until:
            watches = [each.watch for each in self._followed.values()]
            addresses = (address for watch in watches for address in watch.addresses())
            self._managed = managed(addresses, (watch.name for watch in watches))
            self._managed_until = now + _MANAGED_SECONDS
        return self._managed

    @contextlib.asynccontextmanager
    async def _place(self, watch: Watch) -> AsyncIterator[None]:
        async with contextlib.AsyncExitStack() as stack:
            if watch.target.school_id and not watch.failures:
                await stack.enter_async_context(self._school_places[watch.target.school_id])
            await stack.enter_async_context(self._places)
            self.measures.in_flight.inc()
            stack.callback(self.measures.in_flight.dec)
            yield


def _report(target: Target, gear: NetworkGear, measured_at: float) -> Report:
    return Report(
        source="snmp",
        device_id=target.device_id,
        agent_version=__version__,
        sequence=int(measured_at * 1000),
        measured_at=measured_at,
        network=gear,
    )


async def pause_for(seconds: float, wake: asyncio.Event) -> None:
    """Wait for so many seconds, or until the event is set."""
    try:
        async with asyncio.timeout(max(0.0, seconds)):
            await wake.wait()
    except TimeoutError:
        return
