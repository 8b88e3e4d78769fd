"""The ledger of throughput measurements: who was given leave on which school's line, and what passed.

In memory and of this process: a restart begins with empty buckets, so that no line carries more for it. What leave was
given for is over with its last byte, or cut off at its end. With replicas, only the one that holds a line's lease gives
leave there (``ingest.line_leases``).
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol
from zoneinfo import ZoneInfo

from homeroom_collector.errors import RefusedError
from homeroom_collector.http.problem import BusyError
from homeroom_collector.ingest.keyring import Caller
from homeroom_collector.ingest.throughput_measures import ThroughputMeasures
from homeroom_collector.model import School
from homeroom_collector.rules.throughput import (
    LIFETIME_SECONDS,
    START_WITHIN_SECONDS,
    Allowance,
    Bucket,
    Candidate,
    Line,
    Policy,
    allowance,
    asked_lately,
    may_measure,
    within_hours,
)

Direction = Literal["download", "upload"]
_FORGET_SECONDS = 30 * 86_400.0


@dataclass(slots=True)
class Slot:
    """Leave for one measurement. Times are those of the steady clock; ``began_at`` is Unix seconds."""

    slot_id: str
    size_bytes: int
    began_at: float
    start_by: float
    ends_at: float
    begun: set[Direction] = field(default_factory=set)
    ended: dict[Direction, int] = field(default_factory=dict)

    @property
    def passed_bytes(self) -> int:
        """What passed; of a transfer that was not heard of again, all that could have."""
        return sum(self.ended.get(direction, self.size_bytes) for direction in self.begun)

    def over(self, now: float) -> bool:
        """Whether nothing will pass any more."""
        return now >= self.ends_at or len(self.ended) == 2 or (not self.begun and now > self.start_by)


@dataclass(slots=True)
class _Heard:
    """A device of a school, as far as measuring is concerned."""

    at: float
    asked_at: float | None = None
    metered: bool | None = None


@dataclass(slots=True)
class _Line:
    school_id: str
    allowance: Allowance
    zone: ZoneInfo
    bucket: Bucket
    slots: dict[str, Slot] = field(default_factory=dict)
    devices: dict[str, _Heard] = field(default_factory=dict)

    def settle(self, now: float) -> list[Slot]:
        """Take what passed out of the bucket, and give the rest of what was reserved free. Gives what is over."""
        self.bucket = self.bucket.filled(self.allowance, now)
        over = [self.slots.pop(name) for name, slot in tuple(self.slots.items()) if slot.over(now)]
        self.bucket = self.bucket.without(sum(slot.passed_bytes for slot in over))
        if over:
            self.devices = {name: heard for name, heard in self.devices.items() if heard.at > now - _FORGET_SECONDS}
        return over

    def state(self) -> Line:
        """As the rules want it."""
        return Line(
            allowance=self.allowance,
            bucket=self.bucket,
            reserved_bytes=sum(2 * slot.size_bytes for slot in self.slots.values()),
            running=len(self.slots),
            devices=len(self.devices),
        )


class Leases(Protocol):
    """Says on which lines this process may give leave."""

    def hold(self, school_id: str, seconds: float, /) -> bool:
        """Whether leave for so long may be given now."""


class AllLines:
    """Every line is this process's: there is no other."""

    def hold(self, _school_id: str, _seconds: float, /) -> bool:
        """Whether leave for so long may be given now."""
        return True


@dataclass(frozen=True, slots=True)
class Transfer:
    """One direction of a measurement that has begun. ``end`` is to be called with the bytes that passed."""

    size_bytes: int
    seconds_left: float
    end: Callable[[int], None]


class Ledger:
    """Gives leave and keeps count. ``policy`` None: nobody measures. ``steady`` is a clock that nobody sets."""

    def __init__(
        self,
        policy: Policy | None,
        timezone: str,
        measures: ThroughputMeasures,
        *,
        retry_after_seconds: float,
        clock: Callable[[], float] = time.time,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._policy, self._timezone, self._retry_after_seconds = policy, timezone, retry_after_seconds
        self._measures, self._clock, self._steady = measures, clock, steady
        self._lines: dict[str, _Line] = {}
        self.leases: Leases = AllLines()

    def put_school(self, school: School) -> None:
        """Learn a school's line. One that was known keeps its count, and what is running runs on."""
        found = allowance(self._policy, school.bandwidth_contracted_bps) if self._policy else None
        if found is None:
            self._lines.pop(school.school_id, None)
            return
        zone = ZoneInfo(school.timezone or self._timezone)
        old = self._lines.get(school.school_id)
        if old is None:
            self._lines[school.school_id] = _Line(school.school_id, found, zone, Bucket(at=self._steady()))
        else:
            self._settle(old, self._steady())
            old.allowance, old.zone = found, zone

    def begin_anew(self, school_id: str) -> None:
        """Empty the bucket of a line that another process gave leave on until now."""
        line = self._lines.get(school_id)
        if line is not None:
            line.bucket = Bucket(at=self._steady())

    def offer(
        self, caller: Caller, *, on_campus: bool | None, metered: bool | None, ahead_seconds: float
    ) -> dict[str, Any] | None:
        """Leave for a device that has just reported, as its settings say it; None where it has none.

        ``metered`` None: the report did not say. ``ahead_seconds`` is the device's clock minus ours: times are told on
        the device's. Leave that was not used yet is told again.
        """
        line = self._lines.get(caller.school_id)
        if line is None or self._policy is None or on_campus is not True:
            return None
        now = self._steady()
        heard = line.devices.setdefault(caller.device_id, _Heard(now))
        heard.at = now
        heard.metered = heard.metered if metered is None else metered
        if caller.device_id not in line.slots and asked_lately(self._policy, heard.asked_at, now):
            return None  # as nearly all are who report: no need to look at the line
        self._settle(line, now)
        slot = line.slots.get(caller.device_id) or self._give(line, caller.device_id, heard, now)
        if slot is None or slot.begun or heard.metered:
            return None
        start = slot.began_at + ahead_seconds
        return {
            "slot_id": slot.slot_id,
            "not_before": round(start - 1, 3),
            "not_after": round(start + START_WITHIN_SECONDS, 3),
            "max_bytes": slot.size_bytes,
        }

    def _give(self, line: _Line, device_id: str, heard: _Heard, now: float) -> Slot | None:
        assert self._policy is not None
        candidate = Candidate(on_campus=True, metered=heard.metered, asked_at=heard.asked_at)
        if not may_measure(self._policy, line.state(), candidate, now):
            return None
        began_at = self._clock()
        if not within_hours(self._policy, began_at, line.zone):
            return None
        if not self.leases.hold(line.school_id, LIFETIME_SECONDS):
            return None
        # Whatever becomes of it: one that never comes must not keep others from measuring.
        heard.asked_at = now
        slot = Slot(
            secrets.token_hex(8),
            line.allowance.bytes_each_way,
            began_at,
            now + START_WITHIN_SECONDS,
            now + LIFETIME_SECONDS,
        )
        line.slots[device_id] = slot
        self._measures.granted.inc()
        return slot

    def _settle(self, line: _Line, now: float) -> None:
        for slot in line.settle(now):
            (self._measures.used if slot.begun else self._measures.expired).inc()

    def begin(self, caller: Caller, slot_id: str | None, direction: Direction) -> Transfer:
        """Use leave, once in each direction. Raises BusyError 429 where there is none."""
        line, now = self._lines.get(caller.school_id), self._steady()
        if line is not None:
            self._settle(line, now)
        slot = line.slots.get(caller.device_id) if line else None
        if slot is None or slot_id not in (None, slot.slot_id) or direction in slot.begun:
            raise self._none()
        slot.begun.add(direction)

        def end(passed: int) -> None:
            slot.ended[direction] = passed
            self._measures.bytes[direction].inc(passed)

        return Transfer(slot.size_bytes, slot.ends_at - now, end)

    def _none(self) -> RefusedError:
        self._measures.refused.inc()
        detail = "no throughput measurement is planned for this device now; its settings say when one is"
        return BusyError(429, detail, retry_after_seconds=self._retry_after_seconds)
