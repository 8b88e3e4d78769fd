"""What is to be done with a ticket now: the difference between what it should be and what it is. Pure.

There is no queue of operations. After a help desk was away for hours only what is true then is written.
"""

from __future__ import annotations

from dataclasses import dataclass

from homeroom_collector.rules.ticket import Action, Human, Phase, Ticket
from homeroom_collector.rules.ticket_observe import flapping
from homeroom_collector.rules.ticket_policy import TicketPolicy

SETTLED = frozenset({"homeroom", "storm"})
"""Sources whose incidents have lasted already, and are the root of what they explain, when they are first heard of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What is true around a ticket now: whether people are at work there, and whether too many tickets are made."""

    now: float
    staffed: bool = True
    braked: bool = False


def next_action(ticket: Ticket, policy: TicketPolicy, moment: Moment) -> Action:
    """One thing at a time; asked again after it is done. A call whose outcome is not known is settled first."""
    if ticket.next_try_at > moment.now:
        return Action.NOTHING
    if ticket.doing is not Action.NOTHING:
        return ticket.doing
    match ticket.phase:
        case Phase.WAITING:
            return _waiting(ticket, policy, moment)
        case Phase.OPEN:
            return _open(ticket, policy, moment.now)
        case Phase.RESOLVED:
            return _resolved(ticket, policy, moment.now)
        case Phase.DONE:
            return Action.NOTHING


def wants_ticket(ticket: Ticket, policy: TicketPolicy, moment: Moment) -> bool:
    """Whether a ticket is due that was not made yet, whatever a storm says."""
    if ticket.phase is not Phase.WAITING or not ticket.firing or ticket.quiet:
        return False
    if _just_released(ticket, policy, moment.now):
        return False
    hours = policy.hours_of(ticket.kind, ticket.severity)
    if hours == "never" or (hours == "staffed" and not moment.staffed):
        return False
    return ticket.source in SETTLED or moment.now - ticket.first_at >= policy.settle_seconds


def _just_released(ticket: Ticket, policy: TicketPolicy, now: float) -> bool:
    """Whether its cause is gone for so short that it may follow."""
    return bool(ticket.cause) and now - ticket.since < policy.hold_seconds


def _waiting(ticket: Ticket, policy: TicketPolicy, moment: Moment) -> Action:
    if not ticket.firing:
        if ticket.cause:
            return Action.NOTHING  # it may outlast its cause
        return Action.DROP if moment.now - ticket.since >= policy.hold_seconds else Action.NOTHING
    wanted = wants_ticket(ticket, policy, moment) and not moment.braked
    return Action.CREATE if wanted else Action.NOTHING


def hold_seconds(ticket: Ticket, policy: TicketPolicy, now: float) -> float:
    """How long the cause must be gone before that is believed."""
    return policy.flap_hold_seconds if flapping(ticket, policy, now) else policy.hold_seconds


def _open(ticket: Ticket, policy: TicketPolicy, now: float) -> Action:
    if not ticket.firing:
        held = policy.hold_seconds if ticket.cause else hold_seconds(ticket, policy, now)
        over = now - ticket.since >= held
        return Action.RESOLVE if over else Action.NOTHING
    if _note_due(ticket, policy, now):
        return Action.NOTE
    looked = ticket.checked_at if ticket.checked_at is not None else ticket.created_at or now
    return Action.CHECK if now - looked >= policy.check_every_seconds else Action.NOTHING


def _note_due(ticket: Ticket, policy: TicketPolicy, now: float) -> bool:
    last = max(ticket.noted_at or 0.0, ticket.created_at or 0.0, ticket.reopened_at or 0.0)
    if now - last < policy.note_every_seconds or ticket.notes >= policy.notes_most:
        return False
    grown = max(ticket.told_members * policy.growth_ratio, ticket.told_members + policy.growth_least)
    worse = ticket.severity == "critical" != ticket.told_severity
    news = flapping(ticket, policy, now) and not ticket.told_flapping
    return worse or news or ticket.member_count >= grown


def _resolved(ticket: Ticket, policy: TicketPolicy, now: float) -> Action:
    resolved_at = ticket.resolved_at if ticket.resolved_at is not None else now
    if not ticket.firing:
        return Action.FINISH if not ticket.cause and now - resolved_at > policy.reopen_seconds else Action.NOTHING
    if ticket.human is Human.REJECTED or ticket.quiet or _just_released(ticket, policy, now):
        return Action.NOTHING
    if ticket.human is Human.RESOLVED:
        waited = now - (ticket.human_at or now) >= policy.human_patience_seconds
        return Action.REOPEN if waited and not ticket.human_asked else Action.NOTHING
    return Action.REOPEN
