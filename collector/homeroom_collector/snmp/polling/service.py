"""Polling as a part of the collector: makes every target known, then follows them all."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from prometheus_client import CollectorRegistry

from homeroom_collector.clock import Clock
from homeroom_collector.errors import CollectorError
from homeroom_collector.model import Device
from homeroom_collector.snmp.engines.choice import Engines
from homeroom_collector.snmp.knowledge.load import load_catalog
from homeroom_collector.snmp.notifications.hearing import Hearing
from homeroom_collector.snmp.polling.manners import MannerMemory, Manners
from homeroom_collector.snmp.polling.measures import PollMeasures
from homeroom_collector.snmp.polling.poller import Limits, Poller, Sink, pause_for
from homeroom_collector.snmp.polling.watch import Pace
from homeroom_collector.snmp.settings import SnmpSettings, TrapSettings
from homeroom_collector.snmp.targets import Target

try:
    import resource
except ImportError:  # Windows has no such limit
    resource = None  # type: ignore[assignment] # asked for before use

_log = logging.getLogger(__name__)
_AGAIN_SECONDS = 5.0
_AT_ONCE = 200
_REAL = Clock()
_OTHER_FILES = 1024
"""Files and sockets that are not polls: the store, HTTP, sessions of SNMPv3 that stay open."""


class Register(Sink, Protocol):
    """A sink that must know a device before its first report."""

    async def register(self, device: Device) -> None:
        """Make a target known."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """What to poll at first, and, where it may change, all targets anew each time it has."""

    first: Sequence[Target]
    changes: AsyncIterator[Sequence[Target]] | None = None
    first_poll_within_seconds: float | None = None
    """Each target that comes is polled within so long at first; None leaves the spread over its interval."""


async def poll_network(
    settings: SnmpSettings,
    targets: Targets,
    sink: Register,
    registry: CollectorRegistry,
    memory: MannerMemory | None = None,
    clock: Clock = _REAL,
) -> None:
    """Poll until cancelled; a training clock makes it poll as much oftener as it is faster."""
    measures = PollMeasures(registry)
    if not targets.first and targets.changes is None:
        return
    manners = Manners(memory)
    _allow_sockets(settings.at_once)
    engines = Engines(settings.engine)
    poller = _poller(settings, engines, sink, measures, manners, clock, targets.first_poll_within_seconds)
    try:
        async with _hearing(settings.traps, poller, manners, registry) as hearing:
            await manners.recall()
            await _meet(targets.first, sink, hearing, engines.name)
            await poller.run(targets.first, _met(targets.changes, sink, hearing, engines.name))
    finally:
        await engines.close()


def _poller(
    settings: SnmpSettings,
    engines: Engines,
    sink: Register,
    measures: PollMeasures,
    manners: Manners,
    clock: Clock,
    first: float | None,
) -> Poller:
    limits = Limits(
        at_once=settings.at_once,
        at_once_per_school=settings.at_once_per_school,
        longest_backoff_seconds=settings.longest_backoff,
    )
    pace = Pace(budget_seconds=settings.budget, inventory_seconds=settings.inventory)
    catalog = load_catalog(*settings.profiles)
    timing: dict[str, Any] = {}
    if not clock.is_system:
        timing = {"clock": clock, "wall": clock, "pause": partial(_hurried, clock)}
    return Poller(
        engines,
        sink,
        catalog=catalog,
        pace=pace,
        limits=limits,
        measures=measures,
        manners=manners,
        first=first,
        **timing,
    )


async def _hurried(clock: Clock, seconds: float, wake: asyncio.Event) -> None:
    await pause_for(clock.real(seconds), wake)


async def _meet(targets: Sequence[Target], sink: Register, hearing: Hearing | None, engine: str) -> None:
    """Let everyone know the targets before they are polled."""
    await register_all(targets, sink)
    if hearing is not None:
        await hearing.follow(targets)
    _log.info("polling %d network devices with %s", len(targets), engine)


async def register_all(targets: Sequence[Target], sink: Register) -> None:
    """Make targets known, however long the store takes to answer."""
    for start in range(0, len(targets), _AT_ONCE):
        await asyncio.gather(*(_register(sink, target) for target in targets[start : start + _AT_ONCE]))


async def _met(
    changes: AsyncIterator[Sequence[Target]] | None, sink: Register, hearing: Hearing | None, engine: str
) -> AsyncIterator[Sequence[Target]]:
    if changes is not None:
        async for targets in changes:
            await _meet(targets, sink, hearing, engine)
            yield targets


@asynccontextmanager
async def _hearing(
    settings: TrapSettings | None, poller: Poller, manners: Manners, registry: CollectorRegistry
) -> AsyncIterator[Hearing | None]:
    """Let notifications make the poller look."""
    if settings is None:
        yield None
        return
    hearing = Hearing(settings, poller.look_now, registry)
    manners.on_news = lambda device_id, manner: hearing.learned(device_id, manner.way, manner.engine_id)
    await hearing.listen()
    try:
        yield hearing
    finally:
        await hearing.close()


async def _register(sink: Register, target: Target) -> None:
    """Make one target known, however long the store takes to answer."""
    device = Device(device_id=target.device_id, device_class="network", school_id=target.school_id)
    while True:
        try:
            return await sink.register(device)
        except CollectorError as error:
            if error.permanent:
                raise
            _log.warning("%s: not registered: %s; trying again", target.device_id, error)
            await asyncio.sleep(_AGAIN_SECONDS)


def _allow_sockets(polls: int) -> None:
    """Raise the soft limit on open files towards the hard one: each poll under way holds a socket."""
    if resource is None:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = polls + _OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
        if limit < wanted:
            _log.warning("open files are limited to %d, so fewer than %d polls can be under way", limit, polls)
