"""Notifications as a part of polling: hears the targets there are by now, with the credentials and engines known."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence

from prometheus_client import CollectorRegistry

from homeroom_collector.errors import CollectorError, SnmpError
from homeroom_collector.snmp.engines.address import resolve
from homeroom_collector.snmp.notifications.doorbell import Doorbell
from homeroom_collector.snmp.notifications.measures import NotificationMeasures
from homeroom_collector.snmp.notifications.traps import TrapReceiver
from homeroom_collector.snmp.session import Credentials
from homeroom_collector.snmp.settings import TrapSettings
from homeroom_collector.snmp.targets import Target, way_named

_log = logging.getLogger(__name__)


class Hearing:
    """Hears nothing before :meth:`listen` and :meth:`follow`."""

    def __init__(self, settings: TrapSettings, look: Callable[[str], object], registry: CollectorRegistry) -> None:
        loop = asyncio.get_running_loop()
        self._settings = settings
        self._doorbell = Doorbell({}, look, clock=loop.time, later=loop.call_later, gap_seconds=settings.gap)
        self._receiver = TrapReceiver(self._doorbell, NotificationMeasures(registry))
        self._targets: dict[str, Target] = {}
        self._engines: dict[str, tuple[str, str]] = {}

    async def listen(self) -> None:
        """Open the port; where it cannot be had that is told, and polling goes on without."""
        try:
            await self._receiver.listen(self._settings.host, self._settings.port)
        except CollectorError as error:
            _log.warning("%s", error)
        else:
            _log.info("receiving notifications at %s:%d", self._settings.host, self._settings.port)

    async def follow(self, targets: Sequence[Target]) -> None:
        """Hear exactly these from now on."""
        self._targets = {target.device_id: target for target in targets}
        self._doorbell.know(await _addresses(targets))
        for way in _ways(targets):
            self._receiver.accept(way)
        for device_id, (name, engine_id) in self._engines.items():
            self._hear_engine(device_id, name, engine_id)

    def learned(self, device_id: str, way: str, engine_id: str | None) -> None:
        """Hear the version 3 traps of a device, as polling has found out whose engine it is."""
        if engine_id is not None:
            self._engines[device_id] = way, engine_id
            self._hear_engine(device_id, way, engine_id)

    async def close(self) -> None:
        """Give the port back."""
        await self._receiver.close()

    def _hear_engine(self, device_id: str, way: str, engine_id: str) -> None:
        target = self._targets.get(device_id)
        credentials = way_named(target, way) if target is not None else None
        if credentials is not None:
            self._receiver.accept_engine(engine_id, credentials)


def _ways(targets: Iterable[Target]) -> list[Credentials]:
    return list(dict.fromkeys(way for target in targets for way in target.ways))


async def _addresses(targets: Sequence[Target]) -> dict[str, str]:
    """Hosts by their address; a name that is not known now is not heard until the targets change."""
    found = {}
    for target in targets:
        try:
            found[await resolve(target.endpoint)] = target.endpoint.host
        except SnmpError as error:
            _log.warning("%s: notifications of it cannot be heard: %s", target.device_id, error)
    return found
