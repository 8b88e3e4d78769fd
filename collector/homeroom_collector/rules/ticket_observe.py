"""What a ticket becomes when its incident is looked at again. Pure: nothing is told to anybody here."""

from __future__ import annotations

from dataclasses import replace

from homeroom_collector.rules.incident import Explained, Incident
from homeroom_collector.rules.ticket import Human, Phase, Ticket, opened
from homeroom_collector.rules.ticket_policy import TicketPolicy

_MOST_FLAPS = 100


def observed(ticket: Ticket | None, incident: Incident | None, policy: TicketPolicy, now: float) -> Ticket | None:
    """The ticket after a look. No incident means: its source says that there is none any more.

    None where there is neither. Where the ticket is history, or too old to be opened again, a new generation begins.
    """
    if incident is None or not incident.firing:
        return None if ticket is None else _gone(ticket, now)
    if ticket is None:
        return opened(incident, now, 1)
    if is_over(ticket, policy, now):
        fresh = opened(incident, now, ticket.generation + 1, ticket.desk_id)
        return replace(fresh, cause=ticket.cause, cause_summary=ticket.cause_summary)
    return _there(ticket, incident, policy, now)


def is_over(ticket: Ticket, policy: TicketPolicy, now: float) -> bool:
    """Whether the next occurrence needs a ticket of its own."""
    if ticket.phase is Phase.DONE:
        return True
    resolved_at = ticket.resolved_at if ticket.resolved_at is not None else now
    return ticket.phase is Phase.RESOLVED and not ticket.firing and now - resolved_at > policy.reopen_seconds


def explained(ticket: Ticket, by: Explained, cause_ticket: str, now: float) -> Ticket:
    """The ticket of what another cause explains now: it is to end, and to say where it went on."""
    known = replace(ticket, cause=by.cause, cause_summary=by.cause_summary, cause_ticket=cause_ticket)
    return replace(known, firing=False, since=now, quiet=False) if ticket.firing else known


def unexplained(ticket: Ticket) -> Ticket:
    """Without a cause: it was never said, or has been told that it is over."""
    return replace(ticket, cause="", cause_summary="", cause_ticket="")


def _gone(ticket: Ticket, now: float) -> Ticket:
    # What goes away together with its cause before anybody was told of that is gone since now, not since then.
    untold = bool(ticket.cause) and ticket.phase in (Phase.WAITING, Phase.OPEN)
    if not ticket.firing and not untold:
        return unexplained(ticket)
    return replace(unexplained(ticket), firing=False, since=now, quiet=False)


def _there(ticket: Ticket, incident: Incident, policy: TicketPolicy, now: float) -> Ticket:
    known = replace(
        ticket,
        key=incident.key,
        source=incident.source,
        subject=incident.subject,
        severity=incident.severity,
        summary=incident.summary,
        evidence=incident.evidence,
        members=incident.members,
        member_count=incident.member_count,
        peak_members=max(ticket.peak_members, incident.member_count),
        runbook_url=incident.runbook_url,
        quiet=incident.quiet,
    )
    return known if ticket.firing else _back(known, policy, now)


def _back(ticket: Ticket, policy: TicketPolicy, now: float) -> Ticket:
    """The incident came back. What a person closed was mended, for a while: that is no won't-fix.

    What was only explained by something else was there all the time, and does not count as coming and going.
    """
    if ticket.cause:
        told = ticket.phase is not Phase.OPEN and ticket.human is Human.NONE
        return replace(ticket if told else unexplained(ticket), firing=True, since=now)
    recent = tuple(at for at in ticket.flaps if now - at < policy.flap_within_seconds)
    human = Human.NONE if ticket.human is Human.RESOLVED else ticket.human
    flaps = (*recent, now)[-_MOST_FLAPS:]
    return replace(ticket, firing=True, since=now, flaps=flaps, human=human, human_asked=False)


def flapping(ticket: Ticket, policy: TicketPolicy, now: float) -> bool:
    """Whether it comes and goes, so that a pause proves little."""
    recent = sum(now - at < policy.flap_within_seconds for at in ticket.flaps)
    reopened = ticket.reopened_at is not None and now - ticket.reopened_at < policy.flap_within_seconds
    return recent >= policy.flap_cycles or reopened
