"""The parts of a satellite, put together: polling, keeping, forwarding, and a word on itself now and then."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

from prometheus_client import CollectorRegistry

from homeroom_agent.errors import SpoolError
from homeroom_collector.satellite.forwarding import Forwarder
from homeroom_collector.satellite.moments import Moments
from homeroom_collector.satellite.outlet import Outlet, open_spool
from homeroom_collector.satellite.settings import SatelliteSettings
from homeroom_collector.snmp.polling.service import Targets, poll_network
from homeroom_collector.snmp.target_files import TargetFiles
from homeroom_collector.snmp.targets import Target

_log = logging.getLogger(__name__)
_SCHOOL = "here"
"""All targets are of one school, so that the bound for a school is that for all."""


async def run(settings: SatelliteSettings) -> None:
    """Work until cancelled. Raises SpoolError where there is no disk to work on, ConfigError for missing secrets."""
    gear, registry, moments = TargetFiles(settings.snmp, os.environ), CollectorRegistry(), Moments()
    targets = Targets(first=_here(gear.targets), changes=_changes(gear) if gear.may_change else None)
    with contextlib.ExitStack() as stack:
        outlet = Outlet(stack.enter_context(open_spool(settings.spool)), moments.now)
        forwarder = Forwarder(settings, stack.enter_context(open_spool(settings.spool)), moments)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(poll_network(gear.settings, targets, outlet, registry), name="poll")
                group.create_task(forwarder.run(), name="forward")
                group.create_task(_tell(outlet, registry, settings.report_every, gear), name="tell")
        finally:
            await outlet.close()


def _here(targets: Sequence[Target]) -> list[Target]:
    return [replace(target, school_id=_SCHOOL) for target in targets]


async def _changes(gear: TargetFiles) -> AsyncIterator[list[Target]]:
    async for targets in gear.changes():
        yield _here(targets)


async def _tell(outlet: Outlet, registry: CollectorRegistry, every_seconds: float, gear: TargetFiles) -> None:
    while True:
        busy = registry.get_sample_value("homeroom_poll_busy_ratio")
        try:
            await outlet.tell(time.time(), [target.device_id for target in gear.targets], busy)
        except SpoolError as error:
            _log.warning("how this satellite fares is not told: %s", error)
        await asyncio.sleep(every_seconds)
