"""One attempt to reach the collector: enrol where needed, measure the way, drain the spool, remember how it went.

What it learns is kept in the state, for the next attempt is another process's.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from homeroom_agent import attempts, boots, connectivity, identity, machine, renewal, throughput
from homeroom_agent.clock import Clock
from homeroom_agent.config import Config, enrolment_token
from homeroom_agent.directives import in_force
from homeroom_agent.errors import AgentError, IdentityError, SpoolError, TransportError
from homeroom_agent.identity import Device
from homeroom_agent.kinds import Secret
from homeroom_agent.metered import may_measure, metered
from homeroom_agent.moments import Stamps
from homeroom_agent.report import Connectivity, to_wire
from homeroom_agent.spool import Spool
from homeroom_agent.state import State
from homeroom_agent.transport import Backoff, Client, Delivery, Pace, Tally, Transport, route_to

_log = logging.getLogger(__name__)

_UNAUTHORISED = 401
_SESSION_SECONDS = 45.0
"""Draining a long absence at the collector's pace ends after this, to let a measurement through; the next goes on."""


class Sending:
    """Reaches one collector for one spool. ``boot`` is the id of the boot that is running."""

    def __init__(self, config: Config, spool: Spool, state: State, *, clock: Clock, boot: str) -> None:
        self._config = config
        self._spool = spool
        self._state = state
        self._clock = clock
        self._boot = boot
        self._directives = in_force(state.get("settings"), config.schedule)

    def attempt(self) -> Tally:
        """Send what waits. Raises AgentError where that failed; when to try again is in the state by then."""
        try:
            with self._client() as client:
                tally = self._session(client)
        except AgentError as error:
            self._note_failure(error)
            raise
        self._note_success()
        return tally

    def is_due(self) -> bool:
        """Whether there is anything to do for the collector, and no failure that says to wait."""
        now = self._clock.wall()
        if attempts.wait_seconds(self._state, now):
            return False
        used = self._state.get("throughput").get("slot_id", "")
        return bool(len(self._spool)) or throughput.is_due(self._directives.slot, used, now)

    def enrol(self) -> Device:
        """Get a key with the enrolment token, whether there is one already or not. Raises AgentError."""
        with self._client() as client:
            return self._enrol(client)

    def _client(self) -> Client:
        collector = self._config.collector
        route = route_to(collector.url, collector.proxy)
        return Client(route, ca_file=collector.ca_file, timeout_seconds=collector.timeout)

    def _session(self, client: Client) -> Tally:
        self._spool.check_writable()
        device = self._device() or self._enrol(client)
        try:
            return self._deliver(client, device)
        except TransportError as error:
            if error.status != _UNAUTHORISED or enrolment_token(self._config) is None:
                raise
        _log.warning("the collector does not know this device's key any more: enrolling again")
        return self._deliver(client, self._enrol(client))

    def _deliver(self, client: Client, device: Device) -> Tally:
        """Send with the key that works, and renew it where the collector asks for that."""
        transport = Transport(client, device.key.reveal())
        try:
            tally = self._drain(transport)
        except TransportError as error:
            if error.status != _UNAUTHORISED or device.other is None:
                raise
            device = replace(device, key=device.other, other=device.key)
            transport = Transport(client, device.key.reveal())
            tally = self._drain(transport)
            identity.save(self._config.directories, device)
        if tally.settings.get("renew_key") is True:
            self._renew(device, transport)
        return tally

    def _renew(self, device: Device, transport: Transport) -> None:
        """Take a new key. Where that fails the present one goes on working, and the collector asks again."""
        try:
            renewal.renewed(device, transport, partial(identity.save, self._config.directories))
        except AgentError as error:
            _log.warning("the key was not renewed: %s; trying again with the next report", error)
        else:
            _log.info("the collector asked for a new key, and has it")

    def _device(self) -> Device | None:
        """The device that enrolled, unless this disk was copied here from it."""
        device = identity.load(self._config.directories)
        if device is None or not machine.is_another(device.machine, machine.fingerprint(self._identity())):
            return device
        _log.warning("this disk comes from another machine, %s: its key is thrown away", device.device_id)
        identity.forget(self._config.directories)
        disowned = self._spool.disown(self._boot)
        _log.info("%d reports of that machine are dropped", disowned)
        watching = bool(self._state.get("boots").get("watched"))
        self._state.put({"boots": boots.begin({}, self._boot, watching=watching, ended=""), "settings": {}})
        return None

    def _drain(self, transport: Transport) -> Tally:
        self._measure_connectivity(transport)
        directives, end = self._directives, self._clock.steady() + _SESSION_SECONDS
        stamps = Stamps(self._boot, wall=self._clock.wall, steady=self._clock.steady)
        pace = Pace(reports_per_second=directives.reports_per_second, newest_first=directives.newest_first)

        def wait(seconds: float) -> bool:
            return self._clock.wait(seconds) or self._clock.steady() > end

        delivery = Delivery(self._spool, transport, pace=pace, stamped=stamps, wait=wait)
        try:
            tally = delivery.run()
        finally:
            self._note_settings(delivery.tally.settings)
        self._measure_throughput(transport)
        return tally

    def _measure_throughput(self, transport: Transport) -> None:
        """Use the collector's grant, where there is one for now and the connection is not paid by volume."""
        slot, now = self._directives.slot, self._clock.wall()
        used = self._state.get("throughput").get("slot_id", "")
        if slot is None or not throughput.is_due(slot, used, now):
            return
        links = self._state.get("probe.links").get("sections", {}).get("links", [])
        paid = metered()
        facts: dict[str, Any] = throughput.measured(transport, slot) if may_measure(links, paid=paid) else {}
        if paid is not None:
            facts["metered"] = paid
        self._state.put({"throughput": {"slot_id": slot.slot_id, "at": now, "facts": facts}})

    def _measure_connectivity(self, transport: Transport) -> None:
        try:
            found = connectivity.measured(transport, echoes=self._directives.echoes)
        except TransportError:
            self._note_connectivity(connectivity.unreachable())
            raise
        self._note_connectivity(found)

    def _enrol(self, client: Client) -> Device:
        token = enrolment_token(self._config)
        if token is None:
            raise IdentityError("this device has no key and no enrolment token; set collector.token or token_file")
        facts = self._identity()
        enrolled = Transport(client).enroll(token, facts, self._spool.writer)
        device = Device(enrolled.device_id, Secret(enrolled.device_key), machine.fingerprint(facts))
        identity.save(self._config.directories, device)
        self._note_settings(enrolled.settings)
        self._state.put({"enrolment": {"at": self._clock.wall()}})
        _log.info("enrolled as %s", device.device_id)
        return device

    def _identity(self) -> dict[str, Any]:
        """The identity section as last measured; at the least, which system it is."""
        facts = self._state.get("probe.identity").get("sections", {}).get("identity")
        return facts if isinstance(facts, dict) else {"platform": sys.platform[:16]}

    def _note_connectivity(self, found: Connectivity) -> None:
        self._state.put({"connectivity": {"at": self._clock.wall(), "section": to_wire(found)}})

    def _note_settings(self, settings: Mapping[str, Any]) -> None:
        if settings and dict(settings) != self._state.get("settings"):
            self._state.put({"settings": dict(settings)})
            self._directives = in_force(settings, self._config.schedule)

    def _note_success(self) -> None:
        if attempts.failures(self._state):
            _log.info("the collector takes reports again")
        attempts.note_success(self._state, self._clock.wall())

    def _note_failure(self, error: AgentError) -> None:
        failures = attempts.failures(self._state) + 1
        asked = error.retry_after_seconds if isinstance(error, TransportError) else None
        wait = Backoff(maximum_seconds=self._config.schedule.backoff_maximum).wait_seconds(failures, asked)
        say = _log.warning if failures == 1 else _log.debug
        say("reports wait: %s; trying again in %.0f s, and on from there without a word", error, wait)
        try:
            attempts.note_failure(self._state, self._clock.wall(), wait)
        except SpoolError as full:
            _log.warning("the pause after this failure cannot be kept: %s", full)
