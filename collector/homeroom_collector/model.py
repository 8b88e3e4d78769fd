"""The collector's own facts: schools and devices. No I/O, no clock, no SQL.

What a device measured is ``homeroom_agent.report``; what the district knows about it is here.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

import msgspec

DeviceClass = Literal["computer", "network"]
Standing = Literal["accepted", "quarantined", "rejected"]
"""Whether a device counts: one that no inventory lists may wait for somebody to accept it (docs/quarantine.md)."""


class Presence(StrEnum):
    """Where a computer is in the school's day, or whether network gear answers (see docs/architecture.md)."""

    ON_CAMPUS = "on_campus"
    AWAY = "away"
    NO_SESSION = "no_session"
    QUIET = "quiet"
    OVERDUE = "overdue"
    MISSING = "missing"
    SHELVED = "shelved"
    UP = "up"
    DOWN = "down"
    UNREACHABLE = "unreachable"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class School:
    """One school of the register. ``level`` is elementary, middle, high, other; ``networks`` are CIDR blocks.

    ``erate_entity`` is USAC's number of it, empty where nobody said.
    """

    school_id: str
    name: str
    level: str = "other"
    grades: str = ""
    enrollment_students: int | None = None
    bandwidth_contracted_bps: int | None = None
    networks: tuple[str, ...] = ()
    timezone: str | None = None
    erate_entity: str = ""


class Device(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One device as the register knows it. ``school_id`` and ``grade_band`` are empty where nobody said.

    ``shelved``: the register says stored, in repair, retired or lost, so silence means nothing.
    """

    device_id: str
    device_class: DeviceClass
    school_id: str = ""
    grade_band: str = ""
    name: str | None = None
    serial: str | None = None
    manufacturer: str | None = None
    model: str | None = None
    platform: str | None = None
    enrolled_at: float | None = None
    standing: Standing = "accepted"
    shelved: bool = False
