"""From the satellite's disk to the collector, with the agent's transport."""

from __future__ import annotations

import asyncio
import logging
import threading

from homeroom_agent.errors import AgentError, TransportError
from homeroom_agent.spool import Spool
from homeroom_agent.transport import Backoff, Client, Delivery, Pace, Tally, Transport, route_to
from homeroom_collector.errors import CollectorError, SatelliteError
from homeroom_collector.satellite import key
from homeroom_collector.satellite.moments import Moments
from homeroom_collector.satellite.settings import SatelliteSettings, token_of
from homeroom_collector.secret import Secret

_log = logging.getLogger(__name__)
PATH = "/satellite"
"""Satellites have doors of their own at the collector: a laptop's key does not open them."""

_UNAUTHORISED = 401
_FIRST_WAIT_SECONDS = 5.0


class Forwarder:
    """Sends what waits, again and again. One spool, opened for this alone."""

    def __init__(self, settings: SatelliteSettings, spool: Spool, moments: Moments) -> None:
        self._settings, self._spool, self._moments = settings, spool, moments
        self._backoff = Backoff(first_seconds=_FIRST_WAIT_SECONDS, maximum_seconds=settings.longest_backoff)
        self._stop = threading.Event()

    async def run(self) -> None:
        """Send until cancelled; a request that is on its way then is waited for."""
        failures = 0
        while True:
            try:
                await self._attempt()
                if failures:
                    _log.info("the collector takes reports again")
                failures, wait = 0, self._settings.send_every
            except (AgentError, CollectorError) as error:
                failures += 1
                asked = error.retry_after_seconds if isinstance(error, TransportError) else None
                wait = self._backoff.wait_seconds(failures, asked)
                say = _log.warning if failures == 1 else _log.debug
                say("reports wait: %s; trying again in %.0f s, and on from there without a word", error, wait)
            await asyncio.sleep(wait)

    async def _attempt(self) -> None:
        task = asyncio.create_task(asyncio.to_thread(self.attempt))
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            self._stop.set()
            await asyncio.wait([task])
            raise

    def attempt(self) -> Tally:
        """Send everything that waits, enrolling first where there is no key. Raises AgentError or CollectorError.

        Blocks; for a thread.
        """
        collector = self._settings.collector
        route = route_to(collector.url.rstrip("/") + PATH, collector.proxy)
        with Client(route, ca_file=collector.ca_file, timeout_seconds=collector.timeout) as client:
            known = key.load(self._settings.spool.directory) or self._enrol(client)
            try:
                return self._deliver(client, known)
            except TransportError as error:
                if error.status != _UNAUTHORISED:
                    raise
                _log.warning("the collector does not know this satellite's key any more")
            return self._deliver(client, self._enrol(client))

    def _deliver(self, client: Client, known: Secret) -> Tally:
        transport = Transport(client, known.reveal())
        return Delivery(self._spool, transport, pace=Pace(), stamped=self._moments.stamped, wait=self._stop.wait).run()

    def _enrol(self, client: Client) -> Secret:
        token = token_of(self._settings.collector)
        if token is None:
            raise SatelliteError("no key and no token; make one with: homeroom satellite add NAME --school ID")
        enrolled = Transport(client).enroll(token.reveal(), {"platform": "satellite"}, self._spool.writer)
        found = Secret(enrolled.device_key)
        key.save(self._settings.spool.directory, found)
        _log.info("enrolled as %s", enrolled.device_id)
        return found
