"""What goes wrong in the pretended district: kinds of causes, and one cause with its start and end. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

SubjectKind = Literal["school", "computer", "switch", "access_point", "ups", "printer"]


class Cause(StrEnum):
    """Everything that a script can make happen; what each does is in ``MEANING``."""

    POWER_CUT = "power_cut"
    UPLINK_DOWN = "uplink_down"
    SLOW_UPLINK = "slow_uplink"
    WIFI_OUTAGE = "wifi_outage"
    SNOW_DAY = "snow_day"
    GEAR_DEAD = "gear_dead"
    PORT_ERRORS = "port_errors"
    FLAPPING_PORT = "flapping_port"
    OVERHEATING = "overheating"
    RESTARTING = "restarting"
    POE_OVERLOAD = "poe_overload"
    AP_DEAD = "ap_dead"
    WORN_UPS = "worn_ups"
    TONER_EMPTY = "toner_empty"
    CLOCK_SKEW = "clock_skew"
    CLOSED_LID = "closed_lid"
    VANISHED = "vanished"
    DYING_BATTERY = "dying_battery"
    FAILING_DISK = "failing_disk"
    FULL_DISK = "full_disk"
    CRASHING = "crashing"
    HOT = "hot"
    WEAK_WIFI = "weak_wifi"


SILENT = (Cause.CLOSED_LID, Cause.VANISHED)
"""What keeps a computer from being awake."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a cause happens to, how much it is where the script does not say (in ``unit``), and what it does."""

    subject: SubjectKind
    says: str
    amount: float = 0.0
    unit: str = ""


MEANING: dict[Cause, Meaning] = {
    Cause.POWER_CUT: Meaning("school", "no mains: the core lives as long as its UPS, all other gear dies at once"),
    Cause.UPLINK_DOWN: Meaning("school", "the line to the district is cut: nothing here reaches the collector"),
    Cause.SLOW_UPLINK: Meaning("school", "round trips and loss grow, throughput falls", 0.8, "s"),
    Cause.WIFI_OUTAGE: Meaning("school", "every access point is off; computers keep their reports"),
    Cause.SNOW_DAY: Meaning("school", "no school on that day, and the calendar file does not know it"),
    Cause.GEAR_DEAD: Meaning("switch", "a switch dies, and what hangs from it is cut off"),
    Cause.PORT_ERRORS: Meaning("switch", "a bad cable: receive errors on the first port", 25.0, "errors/s"),
    Cause.FLAPPING_PORT: Meaning("switch", "the first port goes down and up", 120.0, "s for down and up"),
    Cause.OVERHEATING: Meaning("switch", "a fan is blocked: the switch grows hot", 78.0, "celsius"),
    Cause.RESTARTING: Meaning("switch", "restarts again and again", 3600.0, "s from start to start"),
    Cause.POE_OVERLOAD: Meaning("switch", "more power is drawn than it can give, all but", 0.98, "ratio"),
    Cause.AP_DEAD: Meaning("access_point", "an access point dies"),
    Cause.WORN_UPS: Meaning("ups", "the battery is worn: it asks for a new one and lasts so long", 120.0, "s"),
    Cause.TONER_EMPTY: Meaning("printer", "black toner is used up"),
    Cause.CLOCK_SKEW: Meaning("computer", "its clock is wrong by so much", 10_800.0, "s"),
    Cause.CLOSED_LID: Meaning("computer", "its pupil is at home: it sleeps"),
    Cause.VANISHED: Meaning("computer", "stolen or lost: it is never heard of again"),
    Cause.DYING_BATTERY: Meaning("computer", "its battery loses capacity, down to", 0.3, "ratio"),
    Cause.FAILING_DISK: Meaning("computer", "pending and reallocated sectors grow, the disk announces its end"),
    Cause.FULL_DISK: Meaning("computer", "its disk is full, all but", 0.01, "ratio"),
    Cause.CRASHING: Meaning("computer", "ends without a shutdown, every day of use", 2.0, "times/day"),
    Cause.HOT: Meaning("computer", "a dusty fan: the processor grows hot and slows down", 97.0, "celsius"),
    Cause.WEAK_WIFI: Meaning("computer", "a broken antenna", -86.0, "dBm"),
}


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Fault:
    """One thing that goes wrong, from ``start`` until ``end`` (Unix seconds, the end not included).

    ``subject`` is a school id, the serial number of a computer, or the name of gear. After its end the subject is
    repaired: a battery is new, a disk was replaced.
    """

    start: float
    end: float
    cause: Cause
    subject: str
    school_id: str
    amount: float

    def holds(self, at: float) -> bool:
        """Whether it goes on at an instant."""
        return self.start <= at < self.end

    def progress(self, at: float) -> float:
        """How much of it is over, 0 to 1."""
        return min(1.0, max(0.0, (at - self.start) / (self.end - self.start)))


class Faults:
    """All faults of a district, found by subject."""

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        self.all: tuple[Fault, ...] = tuple(sorted(faults))
        by_subject: dict[tuple[str, Cause], list[Fault]] = defaultdict(list)
        for fault in self.all:
            by_subject[fault.subject, fault.cause].append(fault)
        self._by_subject = dict(by_subject)
        self._subjects = {fault.subject for fault in self.all}

    def at(self, at: float) -> tuple[Fault, ...]:
        """Everything that is wrong at an instant."""
        return tuple(fault for fault in self.all[: bisect_right(self.all, at, key=_start)] if at < fault.end)

    def of(self, subject: str, cause: Cause) -> Sequence[Fault]:
        """All faults of one kind that befall a subject, in time."""
        return self._by_subject.get((subject, cause), ()) if subject in self._subjects else ()

    def now(self, subject: str, cause: Cause, at: float) -> Fault | None:
        """The fault of a kind that a subject has at an instant."""
        return next((fault for fault in self.of(subject, cause) if fault.holds(at)), None)

    def past(self, subject: str, cause: Cause, at: float) -> Fault | None:
        """The newest fault of a kind that is over: what was repaired."""
        return next((fault for fault in reversed(self.of(subject, cause)) if fault.end <= at), None)


def _start(fault: Fault) -> float:
    return fault.start
