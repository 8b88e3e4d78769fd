"""What a ticket becomes when something was done at the help desk, or could not be done. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from homeroom_collector.rules.incident import external_key
from homeroom_collector.rules.ticket import Action, Human, Phase, Ticket
from homeroom_collector.rules.ticket_observe import flapping, unexplained
from homeroom_collector.rules.ticket_policy import TicketPolicy

DeskStatus = Literal["open", "resolved", "rejected", "gone"]
"""How a ticket stands at the help desk; gone is deleted, merged away or closed for good."""

_MOST_DOUBLINGS = 30


def begun(ticket: Ticket, action: Action, now: float) -> Ticket:
    """Before the call: whoever reads this and did not make the call must find out whether it was made."""
    return ticket if ticket.doing is action else replace(ticket, doing=action, doing_at=now)


def _settled(ticket: Ticket) -> Ticket:
    return replace(ticket, doing=Action.NOTHING, attempts=0, next_try_at=0.0, failing_since=None, error="", stuck=False)


def _told(ticket: Ticket, policy: TicketPolicy, now: float) -> Ticket:
    return replace(
        _settled(ticket),
        told_severity=ticket.severity,
        told_members=ticket.member_count,
        told_flapping=ticket.told_flapping or flapping(ticket, policy, now),
        sequence=ticket.sequence + 1,
    )


def created(ticket: Ticket, desk: str, desk_id: str, policy: TicketPolicy, now: float) -> Ticket:
    """The ticket is at the help desk. ``desk_id`` is empty where the help desk does not say."""
    told = unexplained(_told(ticket, policy, now))
    return replace(told, phase=Phase.OPEN, desk=desk, desk_id=desk_id, created_at=now, checked_at=now, parent="")


def noted(ticket: Ticket, policy: TicketPolicy, now: float) -> Ticket:
    """A note was written."""
    return replace(_told(ticket, policy, now), notes=ticket.notes + 1, noted_at=now)


def resolved(ticket: Ticket, policy: TicketPolicy, now: float) -> Ticket:
    """The ticket was resolved, or left to people with a note that the cause is gone."""
    return replace(_told(ticket, policy, now), phase=Phase.RESOLVED, resolved_at=now, notes=ticket.notes + 1)


def reopened(ticket: Ticket, policy: TicketPolicy, now: float) -> Ticket:
    """The same ticket is open again. A person who had closed it was asked once, and is not asked again.

    Where it outlasted what explained it, that is no relapse.
    """
    if ticket.cause:
        open_again = replace(unexplained(ticket), phase=Phase.OPEN, noted_at=now, checked_at=now)
        return replace(_told(open_again, policy, now), notes=ticket.notes + 1)
    asked = ticket.human_asked or ticket.human is Human.RESOLVED
    again = replace(ticket, phase=Phase.OPEN, reopened_at=now, checked_at=now, human=Human.NONE, human_asked=asked)
    return replace(_told(again, policy, now), notes=ticket.notes + 1, told_flapping=True)


def checked(ticket: Ticket, status: DeskStatus, now: float) -> Ticket:
    """The help desk was asked how an open ticket stands. What a person decided there holds."""
    looked = replace(_settled(ticket), checked_at=now)
    if status == "open":
        return looked
    human = Human.RESOLVED if status == "resolved" else Human.REJECTED
    return replace(looked, phase=Phase.RESOLVED, resolved_at=now, human=human, human_at=now)


def rejected(ticket: Ticket, now: float) -> Ticket:
    """A person said that this will not be mended; it is not opened again."""
    return replace(_settled(ticket), human=Human.REJECTED, human_at=now, checked_at=now)


def finished(ticket: Ticket) -> Ticket:
    """History. Where it comes back, a new ticket is made."""
    return replace(_settled(ticket), phase=Phase.DONE)


def renumbered(ticket: Ticket, generation: int) -> Ticket:
    """The same ticket under the next key: this one was given before."""
    again = replace(ticket, generation=generation, external_key=external_key(ticket.key, generation))
    return replace(again, doing=Action.NOTHING, doing_at=0.0)


def wait_until(ticket: Ticket, at: float) -> Ticket:
    """Leave it alone for a while."""
    return replace(ticket, next_try_at=at)


def failed(
    ticket: Ticket, error: str, policy: TicketPolicy, now: float, *, permanent: bool, wait_seconds: float | None = None
) -> Ticket:
    """The help desk did not take it. ``permanent``: it will not, unless somebody changes something there or here.

    What is being done stays written down: it is not certain that it was not done.
    """
    doubled: float = policy.retry_first_seconds * 2.0 ** min(ticket.attempts, _MOST_DOUBLINGS)
    wait = policy.retry_refused_seconds if permanent else min(policy.retry_longest_seconds, wait_seconds or doubled)
    return replace(
        ticket,
        attempts=ticket.attempts + 1,
        next_try_at=now + wait,
        failing_since=now if ticket.failing_since is None else ticket.failing_since,
        error=error[:500],
        stuck=ticket.stuck or permanent,
    )


def not_done(ticket: Ticket) -> Ticket:
    """It is certain that the call was not made, or changed nothing."""
    return replace(ticket, doing=Action.NOTHING, doing_at=0.0)


def retried(ticket: Ticket) -> Ticket:
    """Somebody asked for another try, now; a ticket that may never have been made is made again."""
    lost = ticket.phase is Phase.OPEN and not ticket.desk_id and bool(ticket.error)
    again = replace(_settled(ticket), doing=ticket.doing, doing_at=ticket.doing_at)
    return replace(_settled(ticket), phase=Phase.WAITING, created_at=None) if lost else again
