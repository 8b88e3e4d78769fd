"""Two sources, one cause: which incident speaks for it. Pure.

Homeroom's own problems are authoritative. An alert about the same thing, or about the same kind at the same school
without saying which thing, is only a witness.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from homeroom_collector.rules.incident import WHOLE, Incident
from homeroom_collector.rules.problem import key_of
from homeroom_collector.rules.ticket import Phase, Ticket

OWN = "homeroom"


def merged(own: Sequence[Incident], others: Iterable[Incident]) -> list[Incident]:
    """All incidents, without those that an own one speaks for."""
    spoken = {each.key for each in own} | {_whole(each) for each in own}
    kinds = {(each.school, each.kind) for each in own}
    rest = [each for each in others if not _covered(each, spoken, kinds)]
    return [*own, *rest]


def _whole(incident: Incident) -> str:
    return key_of(incident.school, incident.kind, WHOLE)


def _covered(incident: Incident, spoken: set[str], kinds: set[tuple[str, str]]) -> bool:
    return incident.key in spoken or (incident.subject == WHOLE and (incident.school, incident.kind) in kinds)


def taken_over(incident: Incident, tickets: Mapping[str, Ticket]) -> Ticket | None:
    """The ticket under way that speaks for an incident: by its key, or of the same kind at the same school.

    That is one which another source began without saying which thing, or an own one where an alert does not say.
    """
    if incident.key in tickets:
        return tickets[incident.key]
    if incident.source == OWN:
        whole = tickets.get(_whole(incident))
        return whole if whole is not None and whole.source != OWN else None
    if incident.subject != WHOLE:
        return None
    alike = (each for each in tickets.values() if (each.school, each.kind) == (incident.school, incident.kind))
    return next((each for each in alike if each.source == OWN and each.phase is not Phase.DONE), None)


def speaks(incident: Incident, ticket: Ticket | None) -> bool:
    """Whether an incident may change a ticket. What Homeroom itself sees, an alert does not change."""
    return ticket is None or ticket.phase is Phase.DONE or incident.source == OWN or ticket.source != OWN
