"""Taking reports in and letting devices in, apart from HTTP: what handlers and the SNMP poller call."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from homeroom_agent.report import Identity, Report
from homeroom_collector.errors import RefusedError
from homeroom_collector.http.address import Campus
from homeroom_collector.ingest.clone import ON_DEVICES, is_another_machine
from homeroom_collector.ingest.commit import GroupCommit
from homeroom_collector.ingest.enrolment import Enrolment
from homeroom_collector.ingest.keyring import Caller, Keyring
from homeroom_collector.ingest.measures import Measures
from homeroom_collector.ingest.quarantine import Quarantine
from homeroom_collector.ingest.throughput import Ledger
from homeroom_collector.ingest.wire import Decoded, Rejected, Wire
from homeroom_collector.model import Device
from homeroom_collector.store import Connection, devices, keys, tokens
from homeroom_collector.store import device_events as events
from homeroom_collector.store.devices import Enrolled, InUse
from homeroom_collector.store.keys import DeviceKey

Clock = Callable[[], float]
_log = logging.getLogger(__name__)
_PART_AGAIN_SECONDS = 86_400.0
_MANY_WRITERS = ("chromeos",)  # each profile of a Chromebook enrols, and all are in use at once


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a batch. ``accepted`` are new, ``duplicates`` were here before; both are on disk."""

    accepted: int
    duplicates: int
    rejected: list[Rejected]
    slot: dict[str, Any] | None = None
    """Leave to measure throughput, as the settings of the answer say it."""


USUAL = Taken(1, 0, [])
"""What becomes of nearly every batch."""


@dataclass(frozen=True, slots=True)
class Intake:
    """Everything that lets facts in, put together by the composition root."""

    commit: GroupCommit
    keyring: Keyring
    wire: Wire
    measures: Measures
    campus: Campus
    quarantine: Quarantine
    most_reports: int
    ledger: Ledger
    serial_of: Callable[[str], str | None]
    keys_per_device: int
    in_use: InUse
    clock: Clock = time.time

    async def take(self, caller: Caller, body: bytes, address: str) -> Taken:
        """Take a batch of one device in that came from ``address``; returns after the commit.

        Raises RefusedError where all of it is unusable, BusyError and StoreUnavailableError where a retry makes sense.
        """
        received_at = self.clock()
        decoded, rejected = await self.wire.batch_in_turn(body, self.most_reports)
        own = [each for each in decoded if _is_own(each.report, caller.device_id)]
        if len(own) < len(decoded):
            rejected += [_not_own(each) for each in decoded if not _is_own(each.report, caller.device_id)]
        if rejected:
            rejected.sort(key=lambda each: each.index)
            self.measures.rejected.inc(len(rejected))
        if not own:
            return Taken(0, 0, rejected)
        if any(each.report.identity is not None for each in own):
            await self._check_machine(caller, own)
        on_campus = self.campus.holds(caller.school_id, address)
        outcome = await self.commit.submit(caller, own, received_at, on_campus=on_campus)
        if outcome.cloned:
            await self._part(caller, "report numbers were used twice")
        accepted = sum(outcome.new)
        slot = self._slot(caller, own[-1].report, received_at, on_campus=on_campus)
        if accepted == len(own) == 1 and slot is None and not rejected:
            return USUAL
        return Taken(accepted, len(own) - accepted, rejected, slot)

    async def _check_machine(self, caller: Caller, reports: Sequence[Decoded]) -> None:
        """Tell a machine by the serial number that it reports, before its reports become another's."""
        for each in reports:
            identity = each.report.identity
            if identity is not None and identity.serial is not None and each.report.source in ON_DEVICES:
                said = devices.usable_serial(_plain(identity.serial))
                if is_another_machine(self.serial_of(caller.device_id), said):
                    await self._part(caller, "another serial number was reported")

    async def _part(self, caller: Caller, evidence: str) -> None:
        """Make the key that two machines share worthless, so that each enrols as itself.

        Raises RefusedError 401, which agents answer by enrolling; nothing where that was tried within a day: then it
        is one machine whose disk goes back to an earlier state, and a new key would not help.
        """
        now = self.clock()

        def work(connection: Connection) -> tuple[str, ...]:
            if events.happened_since(connection, caller.number, "cloned", now - _PART_AGAIN_SECONDS):
                return ()
            events.record(connection, caller.number, now, "cloned", f"{evidence}: key revoked, each machine enrols")
            return keys.revoke_all(connection, caller.number, now)

        revoked = await self.commit.perform(work)
        if revoked:
            self.keyring.forget(revoked)
            self.measures.cloned_keys.inc()
            _log.warning("%s: two machines share its key (%s); both have to enrol again", caller.device_id, evidence)
            raise RefusedError(401, "this device key is used by two machines; enrol the device again")

    def _slot(
        self, caller: Caller, report: Report, received_at: float, *, on_campus: bool | None
    ) -> dict[str, Any] | None:
        if report.source not in ON_DEVICES or self.quarantine.device(caller.device_id) is not None:
            return None
        ahead = 0.0 if report.sent_at is None else report.sent_at - received_at
        return self.ledger.offer(caller, on_campus=on_campus, metered=_metered(report), ahead_seconds=ahead)

    async def enrol(self, asked: Enrolment) -> Enrolled:
        """Let a device in. Raises RefusedError where the token is worth nothing."""
        now = self.clock()

        def work(connection: Connection) -> Enrolled:
            token = tokens.use(connection, asked.token, now)
            facts = _described(asked.identity, token.school_id, token.grade_band)
            found = self.quarantine.judge(connection, facts)
            return devices.enrol(
                connection,
                replace(facts, standing=found.standing),
                now=now,
                reason=found.reason,
                writer=asked.writer,
                keys_at_most=self.keys_per_device,
                in_use=None if facts.platform in _MANY_WRITERS else self.in_use,
            )

        enrolled = await self.commit.perform(work)
        self.keyring.forget(enrolled.replaced_keys)
        device = enrolled.device
        key_id, digest, writer = enrolled.key_id, enrolled.key_digest, asked.writer
        self.keyring.put(DeviceKey(key_id, enrolled.number, device.device_id, device.school_id, digest, writer, now))
        self.quarantine.put_device(device)
        return enrolled


def _metered(report: Report) -> bool | None:
    """Whether the way is paid by volume; None where the report does not say."""
    if any(link.active and link.type == "cellular" for link in report.links or ()):
        return True
    return report.connectivity.metered if report.connectivity else None


def _is_own(report: Report, device_id: str) -> bool:
    """Whether a report can be of the computer whose key came with it."""
    return report.network is None and report.device_id in (None, device_id)


def _not_own(each: Decoded) -> Rejected:
    if each.report.network is not None:
        return Rejected(each.position, "network: told by whoever polls network gear, not by computers")
    return Rejected(each.position, "device_id: belongs to another device than the key", status=403)


def _described(identity: Identity, school_id: str, grade_band: str) -> Device:
    return Device(
        device_id="",
        device_class="computer",
        school_id=school_id,
        grade_band=grade_band,
        serial=_plain(identity.serial),
        manufacturer=_plain(identity.manufacturer),
        model=_plain(identity.model),
        platform=_plain(identity.platform),
    )


def _plain(text: str | None) -> str | None:
    """Without the zeros and blanks that firmware pads with."""
    return (text or "").replace("\0", "").strip() or None


@dataclass(frozen=True, slots=True)
class NetworkDevice:
    """A device that this process polls itself."""

    number: int
    device_id: str
    school_id: str
    writer: str = ""


class NetworkSink:
    """Where the SNMP poller's reports go: the same queue and commit as everyone's."""

    def __init__(
        self, commit: GroupCommit, wire: Wire, on_device: Callable[[Device], None], *, clock: Clock = time.time
    ) -> None:
        self._commit, self._wire, self._on_device, self._clock = commit, wire, on_device, clock
        self._devices: dict[str, NetworkDevice] = {}

    async def register(self, device: Device) -> None:
        """Make a target known before its first report."""
        known = self._devices.get(device.device_id)
        if known is not None and known.school_id == device.school_id:
            return
        now = self._clock()
        number = await self._commit.perform(lambda connection: devices.put_network(connection, device, now=now))
        self._devices[device.device_id] = NetworkDevice(number, device.device_id, device.school_id)
        self._on_device(device)

    async def submit(self, report: Report) -> None:
        """Take one report of a registered target in; returns after the commit.

        Raises ReportError, BusyError, StoreUnavailableError, and RefusedError for a target nobody registered.
        """
        device = self._devices.get(report.device_id or "")
        if device is None:
            raise RefusedError(404, f"{report.device_id}: not a target of this collector")
        await self._commit.submit(device, [self._wire.converted(report)], self._clock(), ordered=True)
