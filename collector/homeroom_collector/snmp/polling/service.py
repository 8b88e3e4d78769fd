"""Polling as a part of the collector: makes every target known, then follows them all."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Protocol

from prometheus_client import CollectorRegistry

from homeroom_collector.errors import CollectorError, SnmpError
from homeroom_collector.model import Device
from homeroom_collector.snmp.engines.address import resolve
from homeroom_collector.snmp.engines.choice import Engines
from homeroom_collector.snmp.knowledge.load import load_catalog
from homeroom_collector.snmp.notifications.doorbell import Doorbell
from homeroom_collector.snmp.notifications.measures import NotificationMeasures
from homeroom_collector.snmp.notifications.traps import TrapReceiver
from homeroom_collector.snmp.polling.measures import PollMeasures
from homeroom_collector.snmp.polling.poller import Limits, Poller, Sink
from homeroom_collector.snmp.polling.watch import Pace
from homeroom_collector.snmp.settings import SnmpSettings, TrapSettings
from homeroom_collector.snmp.targets import Target

try:
    import resource
except ImportError:  # Windows has no such limit
    resource = None  # type: ignore[assignment] # asked for before use

_log = logging.getLogger(__name__)
_AGAIN_SECONDS = 5.0
_OTHER_FILES = 1024
"""Files and sockets that are not polls: the store, HTTP, sessions of SNMPv3 that stay open."""


class Register(Sink, Protocol):
    """A sink that must know a device before its first report."""

    async def register(self, device: Device) -> None:
        """Make a target known."""
        ...


async def poll_network(
    settings: SnmpSettings, targets: Sequence[Target], sink: Register, registry: CollectorRegistry
) -> None:
    """Poll until cancelled."""
    measures = PollMeasures(registry)
    if not targets:
        return
    for target in targets:
        await _register(sink, target)
    limits = Limits(
        at_once=settings.at_once,
        at_once_per_school=settings.at_once_per_school,
        longest_backoff_seconds=settings.longest_backoff,
    )
    pace = Pace(budget_seconds=settings.budget, inventory_seconds=settings.inventory)
    _allow_sockets(settings.at_once)
    engines = Engines(settings.engine)
    _log.info("polling %d network devices with %s", len(targets), engines.name)
    catalog = load_catalog(*settings.profiles)
    poller = Poller(engines, sink, catalog=catalog, pace=pace, limits=limits, measures=measures)
    try:
        async with _notified(settings.traps, targets, poller, registry):
            await poller.run(targets)
    finally:
        await engines.close()


@asynccontextmanager
async def _notified(
    settings: TrapSettings | None, targets: Sequence[Target], poller: Poller, registry: CollectorRegistry
) -> AsyncIterator[None]:
    """Let notifications make the poller look; a port that cannot be had is told, and polling goes on."""
    if settings is None:
        yield
        return
    loop = asyncio.get_running_loop()
    hosts = await _addresses(targets)
    doorbell = Doorbell(hosts, poller.look_now, clock=loop.time, later=loop.call_later, gap_seconds=settings.gap)
    receiver = TrapReceiver(doorbell, NotificationMeasures(registry))
    try:
        await receiver.listen(settings.host, settings.port, [way for target in targets for way in target.ways])
        _log.info("receiving notifications at %s:%d", settings.host, settings.port)
    except CollectorError as error:
        _log.warning("%s", error)
    try:
        yield
    finally:
        await receiver.close()


async def _addresses(targets: Sequence[Target]) -> dict[str, str]:
    """Hosts by their address; a name that is not known now is not heard until the next start."""
    found = {}
    for target in targets:
        try:
            found[await resolve(target.endpoint)] = target.endpoint.host
        except SnmpError as error:
            _log.warning("%s: notifications of it cannot be heard: %s", target.device_id, error)
    return found


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
