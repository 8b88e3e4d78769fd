"""A ticket as Homeroom keeps it: what the incident says, what was told to the help desk, and what is under way. Pure.

One row of the store, and nothing that is not in it: a collector that is killed at any moment goes on from here.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from homeroom_collector.rules.incident import Incident, Severity, external_key


class Phase(StrEnum):
    """How far a ticket is. ``done`` is history: the next time makes a new one."""

    WAITING = "waiting"
    OPEN = "open"
    RESOLVED = "resolved"
    DONE = "done"


class Action(StrEnum):
    """What is to be done with a ticket now."""

    NOTHING = "nothing"
    CREATE = "create"
    NOTE = "note"
    RESOLVE = "resolve"
    REOPEN = "reopen"
    CHECK = "check"
    DROP = "drop"
    FINISH = "finish"


class Human(StrEnum):
    """What a person did with the ticket at the help desk while its cause was still there."""

    NONE = ""
    RESOLVED = "resolved"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """Times are Unix seconds; None where it has not happened.

    ``since`` is when the incident last began or ended, ``flaps`` when it came back lately. ``cause`` is the key of what
    explains it now or did until ``since``, ``cause_ticket`` the number of its ticket. ``told_*`` is what the
    ticket says. ``doing`` is written before the help desk is called and taken away after: where it is set and nobody
    is at work, it is not known whether the call was made. ``sequence`` numbers what is written into the ticket.
    """

    external_key: str
    key: str
    generation: int
    source: str
    school: str
    kind: str
    subject: str
    severity: Severity
    summary: str
    evidence: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    member_count: int = 0
    peak_members: int = 0
    runbook_url: str = ""
    firing: bool = True
    quiet: bool = False
    cause: str = ""
    cause_summary: str = ""
    cause_ticket: str = ""
    first_at: float
    since: float
    flaps: tuple[float, ...] = ()
    phase: Phase = Phase.WAITING
    parent: str = ""
    desk: str = ""
    desk_id: str = ""
    earlier_id: str = ""
    created_at: float | None = None
    resolved_at: float | None = None
    reopened_at: float | None = None
    checked_at: float | None = None
    noted_at: float | None = None
    told_severity: str = ""
    told_members: int = 0
    told_flapping: bool = False
    notes: int = 0
    human: Human = Human.NONE
    human_at: float | None = None
    human_asked: bool = False
    sequence: int = 0
    doing: Action = Action.NOTHING
    doing_at: float = 0.0
    attempts: int = 0
    failing_since: float | None = None
    next_try_at: float = 0.0
    error: str = ""
    stuck: bool = False
    revision: int = 0

    @property
    def marker(self) -> str:
        """What the next thing written into the ticket carries, so that it can be found again."""
        return f"[{self.external_key}#{self.sequence}]"


def opened(incident: Incident, now: float, generation: int, earlier_id: str = "") -> Ticket:
    """The first row of an incident that has no ticket under way."""
    return Ticket(
        external_key=external_key(incident.key, generation),
        key=incident.key,
        generation=generation,
        source=incident.source,
        school=incident.school,
        kind=incident.kind,
        subject=incident.subject,
        severity=incident.severity,
        summary=incident.summary,
        evidence=incident.evidence,
        members=incident.members,
        member_count=incident.member_count,
        peak_members=incident.member_count,
        runbook_url=incident.runbook_url,
        quiet=incident.quiet,
        first_at=now,
        since=now,
        earlier_id=earlier_id,
    )
