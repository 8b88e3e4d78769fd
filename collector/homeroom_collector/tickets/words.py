"""What a ticket says to people: its subject, its text, and its notes. Plain text, the same for every help desk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, tzinfo

from homeroom_collector.rules.incident import plain
from homeroom_collector.rules.ticket import Human, Ticket
from homeroom_collector.rules.ticket_observe import flapping
from homeroom_collector.rules.ticket_policy import TicketPolicy

MOST_SUBJECT_BYTES = 200
_MOST_PLACE = 60


def subject(ticket: Ticket, school_name: str) -> str:
    """One line, as the list of a help desk shows it. Request Tracker cuts after 200 bytes, not characters."""
    line = f"[{plain(school_name, _MOST_PLACE) or 'District'}] {plain(ticket.summary)}"
    if len(line.encode()) <= MOST_SUBJECT_BYTES:
        return line
    room = MOST_SUBJECT_BYTES - len("…".encode())
    return line.encode()[:room].decode(errors="ignore") + "…"


def text(ticket: Ticket, school_name: str, zone: tzinfo) -> str:
    """The whole ticket, with the evidence and a sample of what is affected."""
    lines = [
        ticket.summary,
        "",
        f"Where: {school_name or 'the whole district'}",
        f"Since: {_moment(ticket.first_at, zone)}",
        f"Severity: {ticket.severity}",
        *_evidence(ticket),
        *_members(ticket),
    ]
    if ticket.runbook_url:
        lines += ["", f"What to do: {ticket.runbook_url}"]
    if ticket.cause:
        lines += ["", f"It was explained by something that is over, and is still there: {_cause(ticket)}"]
    if ticket.earlier_id:
        lines += ["", f"It happened before: ticket {ticket.earlier_id}"]
    return "\n".join([*lines, "", *_foot(ticket)])


def _evidence(ticket: Ticket) -> Iterator[str]:
    if ticket.evidence:
        yield from ("", "What was seen:")
        yield from (f"- {line}" for line in ticket.evidence)


def _members(ticket: Ticket) -> Iterator[str]:
    if not ticket.member_count:
        return
    yield from ("", f"Affected: {ticket.member_count}")
    yield from (f"- {name}" for name in ticket.members)
    if (more := ticket.member_count - len(ticket.members)) > 0:
        yield f"- and {more} more"


def note(ticket: Ticket, policy: TicketPolicy, now: float) -> str:
    """What changed, in one note however much changed."""
    lines = [_now(ticket)]
    if ticket.told_severity and ticket.told_severity != ticket.severity:
        lines.append(f"Severity is {ticket.severity} now; it was {ticket.told_severity}.")
    if flapping(ticket, policy, now) and not ticket.told_flapping:
        lines.append(f"It comes and goes: {len(ticket.flaps)} times lately.")
        lines.append(f"Resolved after {policy.flap_hold_seconds / 3600:g} quiet hours.")
    return _entry(ticket, lines)


def _now(ticket: Ticket) -> str:
    if not ticket.member_count:
        return f"{ticket.summary}."
    return f"{ticket.summary}. Affected: {ticket.member_count}, at most {ticket.peak_members}."


def resolved(ticket: Ticket, zone: tzinfo, *, left_open: bool) -> str:
    """The cause is gone, or another cause explains it."""
    lines = (
        list(_explained(ticket, zone)) if ticket.cause else [f"The cause is gone since {_moment(ticket.since, zone)}."]
    )
    if ticket.peak_members and not ticket.cause:
        lines.append(f"At most {ticket.peak_members} were affected.")
    lines.append("This ticket is left to you to close." if left_open else "Resolved by Homeroom.")
    return _entry(ticket, lines)


def _explained(ticket: Ticket, zone: tzinfo) -> Iterator[str]:
    yield f"Since {_moment(ticket.since, zone)} this belongs to another cause: {_cause(ticket)}."
    yield f"It goes on in ticket {ticket.cause_ticket}." if ticket.cause_ticket else "It goes on there."
    yield "This one is opened again if it outlasts that."


def _cause(ticket: Ticket) -> str:
    return ticket.cause_summary.rstrip(".") or ticket.cause


def reopened(ticket: Ticket, policy: TicketPolicy, zone: tzinfo) -> str:
    """It is back, or was never gone although somebody closed the ticket."""
    hours = policy.flap_hold_seconds / 3600
    if ticket.cause:
        lines = [f"What explained it is over since {_moment(ticket.since, zone)}: {_cause(ticket)}."]
        lines.append(f"This is still there. {_now(ticket)}")
    elif ticket.human is Human.RESOLVED:
        lines = [f"Closed by a person, but the cause is still there since {_moment(ticket.since, zone)}."]
        lines.append("Opened again this once. Close it again and it stays closed.")
    else:
        lines = [f"It is back since {_moment(ticket.since, zone)}.", _now(ticket)]
        lines.append(f"Resolved after {hours:g} quiet hours this time.")
    return _entry(ticket, lines)


def duplicate(ticket: Ticket, keep: str) -> str:
    """Two were made at once; this one is not the one that is kept."""
    return _entry(ticket, [f"Made twice by accident: see ticket {keep}."])


def _entry(ticket: Ticket, lines: list[str]) -> str:
    return "\n".join([*lines, "", ticket.marker])


def _foot(ticket: Ticket) -> Iterator[str]:
    yield "Opened by Homeroom, which resolves it when the cause is gone. Reject or close it and Homeroom keeps to that."
    yield ticket.marker


def _moment(at: float, zone: tzinfo) -> str:
    return f"{datetime.fromtimestamp(at, zone):%Y-%m-%d %H:%M %Z}"
