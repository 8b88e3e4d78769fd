"""What a district wants of its tickets: times, bounds and hours. Pure; ``configs/tickets.yml`` sets it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from typing import Literal

Hours = Literal["always", "staffed", "never"]
Closing = Literal["resolve", "note"]


def _hours() -> dict[str, Hours]:
    return {"critical": "always", "warning": "staffed", "info": "never"}


def _closing() -> dict[str, Closing]:
    return {"critical": "resolve", "warning": "resolve", "info": "resolve"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketPolicy:
    """Every number of the life of a ticket.

    A ticket of an alert is made ``settle_seconds`` after it was first heard of; Homeroom's own problems have lasted
    already. It is resolved ``hold_seconds`` after it was gone;
    ``flap_hold_seconds`` where it came back ``flap_cycles`` times within ``flap_within_seconds``, or the ticket had to
    be reopened in that time. For ``reopen_seconds`` after resolving, the same ticket is opened again.
    ``growth_ratio`` and ``growth_least`` say how many more members are worth a note. ``storm_most`` tickets in
    ``storm_within_seconds`` are made one by one; of more, one parent tells.
    ``hours`` is by severity, ``kind_hours`` by kind and stronger. ``human_patience_seconds`` is how long a person's
    closing is left alone although the cause is still there.
    """

    settle_seconds: float = 30.0
    hold_seconds: float = 600.0
    reopen_seconds: float = 72 * 3600.0
    note_every_seconds: float = 900.0
    notes_most: int = 20
    growth_ratio: float = 2.0
    growth_least: int = 5
    flap_cycles: int = 3
    flap_within_seconds: float = 86_400.0
    flap_hold_seconds: float = 86_400.0
    storm_most: int = 20
    storm_within_seconds: float = 600.0
    check_every_seconds: float = 900.0
    human_patience_seconds: float = 86_400.0
    retry_first_seconds: float = 1.0
    retry_longest_seconds: float = 300.0
    retry_refused_seconds: float = 3600.0
    hours: Mapping[str, Hours] = field(default_factory=_hours)
    kind_hours: Mapping[str, Hours] = field(default_factory=dict)
    closing: Mapping[str, Closing] = field(default_factory=_closing)

    def hours_of(self, kind: str, severity: str) -> Hours:
        """When a ticket may be made."""
        return self.kind_hours.get(kind, self.hours[severity])


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """When people are at work on a day of school, on the school's own clock."""

    start: time = time(7)
    end: time = time(16, 30)
