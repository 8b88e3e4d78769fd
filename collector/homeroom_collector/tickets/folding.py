"""Bringing tickets up to date with what the sources see: one transaction a round, and no call to anybody."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from homeroom_collector.rules import ticket_storm as storm
from homeroom_collector.rules.incident import Explained, Incident
from homeroom_collector.rules.incident_merge import OWN, merged, speaks, taken_over
from homeroom_collector.rules.ticket import Phase, Ticket
from homeroom_collector.rules.ticket_next import Moment, wants_ticket
from homeroom_collector.rules.ticket_observe import explained, observed
from homeroom_collector.rules.ticket_outcome import renumbered
from homeroom_collector.rules.ticket_policy import TicketPolicy
from homeroom_collector.store import Connection, tickets
from homeroom_collector.tickets.source import Look


@dataclass(frozen=True, slots=True)
class Fold:
    """How looks become tickets. ``staffed`` says whether people are at work at a school at an instant."""

    policy: TicketPolicy
    staffed: Callable[[str, float], bool]

    def __call__(self, connection: Connection, looks: Sequence[Look], now: float) -> list[Ticket]:
        """Write what changed and give every ticket under way, those that a storm holds back marked by their parent."""
        known = _by_key(tickets.under_way(connection))
        incidents = _incidents(looks)
        earlier = tickets.last_of(connection, [each.key for each in incidents if each.key not in known])
        seen = self._seen(incidents, known, earlier, now)
        unseen = self._unseen(known, {each.external_key for each in seen}, looks, now)
        stored = _written(connection, [*seen, *unseen], known, now)
        return self._braked(connection, stored, now)

    def _seen(
        self, incidents: Sequence[Incident], known: dict[str, Ticket], earlier: dict[str, Ticket], now: float
    ) -> list[Ticket]:
        found: list[Ticket] = []
        for incident in incidents:
            ticket = taken_over(incident, known) or earlier.get(incident.key)
            if speaks(incident, ticket):
                found += self._after(ticket, incident, now)
        return found

    def _after(self, ticket: Ticket | None, incident: Incident | None, now: float) -> list[Ticket]:
        """The ticket after a look; where a new one begins, the old one as history before it."""
        after = observed(ticket, incident, self.policy, now)
        if after is None:
            return []
        if ticket is None or after.external_key == ticket.external_key or ticket.phase is Phase.DONE:
            return [after]
        return [replace(ticket, phase=Phase.DONE), after]

    def _unseen(self, known: dict[str, Ticket], seen: set[str], looks: Sequence[Look], now: float) -> list[Ticket]:
        complete = {each.source for each in looks if each.complete}
        blind = {each.source for each in looks if not each.complete}
        left = [each for each in known.values() if each.external_key not in seen]
        effects = {each.key: each for look in looks if look.source == OWN for each in look.explained}
        after = [self._absent(each, effects, known, now) for each in left if each.source in complete]
        held = [_held(each, now) for each in left if each.source in blind]
        return [each for each in after if each is not None] + held

    def _absent(
        self, ticket: Ticket, effects: dict[str, Explained], known: dict[str, Ticket], now: float
    ) -> Ticket | None:
        """The ticket of what is no incident any more: gone, or explained by another."""
        if ticket.source != OWN or ticket.key not in effects:
            return observed(ticket, None, self.policy, now)
        first = _first_cause(effects[ticket.key], effects)
        return explained(ticket, first, known[first.cause].desk_id if first.cause in known else "", now)

    def moment(self, ticket: Ticket, now: float) -> Moment:
        """What is true around a ticket."""
        return Moment(now=now, staffed=self.staffed(ticket.school, now), braked=bool(ticket.parent))

    def _braked(self, connection: Connection, stored: list[Ticket], now: float) -> list[Ticket]:
        """Hold back what is too much, and let one parent speak for it."""
        wanted = [each for each in stored if wants_ticket(each, self.policy, self.moment(each, now))]
        waiting = storm.braked(stored, wanted, self.policy, now)
        before = storm.open_parent(stored)
        incident = storm.parent(waiting, self.policy)
        if incident is None and before is None:
            return stored
        if before is None and incident is not None:
            before = tickets.last_of(connection, [incident.key]).get(incident.key)
        parents = self._after(before, incident, now)
        names = {each.external_key for each in waiting}
        done = _written(connection, parents, _by_key(stored), now)
        under = next((each.external_key for each in done if each.source == storm.SOURCE), "")
        marked = [replace(each, parent=under if each.external_key in names else "") for each in stored]
        return _written(connection, [each for each in marked if each.source != storm.SOURCE], _by_key(done), now)


def _first_cause(effect: Explained, effects: dict[str, Explained]) -> Explained:
    """What explains an effect in the end, where its cause is an effect itself."""
    passed = {effect.key}
    while effect.cause in effects and effect.cause not in passed:
        passed.add(effect.cause)
        effect = effects[effect.cause]
    return effect


def _held(ticket: Ticket, now: float) -> Ticket:
    """While nobody can be sure, the time does not count in which a cause has been gone."""
    waits = not ticket.firing and ticket.phase is not Phase.RESOLVED
    return replace(ticket, since=now) if waits else ticket


def _by_key(stored: Sequence[Ticket]) -> dict[str, Ticket]:
    return {each.key: each for each in stored}


def _incidents(looks: Sequence[Look]) -> list[Incident]:
    own = [each for look in looks if look.source == OWN for each in look.incidents if each.firing]
    others = [each for look in looks if look.source != OWN for each in look.incidents if each.firing]
    unique = {each.key: each for each in reversed(merged(own, others))}
    return list(reversed(unique.values()))


def _written(connection: Connection, after: Sequence[Ticket], before: dict[str, Ticket], now: float) -> list[Ticket]:
    """Write those that differ from what is stored; give all that are not history, those left alone included."""
    stored = {each.external_key: each for each in before.values()}
    # History first: of one key only one ticket may be under way.
    for each in sorted(after, key=lambda ticket: ticket.phase is not Phase.DONE):
        if stored.get(each.external_key) != each:
            fresh = each if each.revision else renumbered(each, tickets.next_generation(connection, each.key))
            stored[fresh.external_key] = tickets.save(connection, fresh, now)
    return [each for each in stored.values() if each.phase is not Phase.DONE]
