"""The storm brake: of too many tickets at once only the first are made, and one parent tells of the rest. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from homeroom_collector.rules.incident import MOST_MEMBERS, Incident
from homeroom_collector.rules.ticket import Phase, Ticket
from homeroom_collector.rules.ticket_policy import TicketPolicy

SOURCE = "storm"
KIND = "storm"


def braked(tickets: Sequence[Ticket], wanted: Sequence[Ticket], policy: TicketPolicy, now: float) -> list[Ticket]:
    """Those of ``wanted`` that must wait, because ``storm_most`` were made lately. The gravest and oldest go first.

    A ticket that waits under a parent stays there until all the others could be made, or it is its turn.
    """
    made = sum(
        each.created_at is not None and now - each.created_at < policy.storm_within_seconds
        for each in tickets
        if each.source != SOURCE
    )
    candidates = sorted((each for each in wanted if each.source != SOURCE), key=_rank)
    return candidates[max(0, policy.storm_most - made) :]


def _rank(ticket: Ticket) -> tuple[bool, float, str]:
    return ticket.severity != "critical", ticket.first_at, ticket.key


def parent(waiting: Sequence[Ticket], policy: TicketPolicy) -> Incident | None:
    """The incident that stands for those that wait; None where nothing does."""
    if not waiting:
        return None
    schools = sorted({each.school for each in waiting})
    minutes = policy.storm_within_seconds / 60
    return Incident(
        source=SOURCE,
        school="",
        kind=KIND,
        severity="critical",
        summary=f"{len(waiting)} more incidents at {len(schools)} schools at once",
        started_at=min(each.first_at for each in waiting),
        evidence=(
            f"More than {policy.storm_most} tickets in {minutes:g} minutes: the rest is listed here.",
            "Each gets a ticket of its own later, if it still lasts.",
        ),
        members=tuple(f"{each.school}: {each.summary}" for each in sorted(waiting, key=_rank)[:MOST_MEMBERS]),
        member_count=len(waiting),
    )


def open_parent(tickets: Sequence[Ticket]) -> Ticket | None:
    """The parent ticket that is not history, if there is one."""
    return next((each for each in tickets if each.source == SOURCE and each.phase is not Phase.DONE), None)
