"""What tickets say of themselves in the metrics."""

from __future__ import annotations

from collections import Counter as Count
from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge

from homeroom_collector.rules.ticket import Action, Phase, Ticket
from homeroom_collector.store.ticket_desks import DeskState

_PHASES = (Phase.WAITING, Phase.OPEN, Phase.RESOLVED)


class TicketMeasures:
    """Counters of this process, and gauges of the store that every replica shows alike."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._tickets = Gauge(
            "homeroom_tickets", "Tickets under way, by how far they are.", ["phase"], registry=registry
        )
        self._actions = Counter(
            "homeroom_ticket_actions_total", "What was done at the help desk.", ["action"], registry=registry
        )
        failures = Counter(
            "homeroom_ticket_failures_total",
            "What the help desk did not do: for now, or for good until somebody acts.",
            ["kind"],
            registry=registry,
        )
        self._failures = {False: failures.labels("temporary"), True: failures.labels("refused")}
        self._stuck = Gauge(
            "homeroom_tickets_stuck", "Tickets that the help desk refuses until somebody acts.", registry=registry
        )
        self._undone = Gauge(
            "homeroom_ticket_oldest_undone_seconds",
            "How long the oldest thing that could not be done at the help desk waits.",
            registry=registry,
        )
        self._desk_up = Gauge(
            "homeroom_ticket_desk_up", "Whether the help desk answered when it was last asked.", registry=registry
        )

    def done(self, action: Action) -> None:
        """Something was done."""
        self._actions.labels(str(action)).inc()

    def failed(self, *, permanent: bool) -> None:
        """Something was not done."""
        self._failures[permanent].inc()

    def show(self, tickets: Sequence[Ticket], desk: DeskState, now: float) -> None:
        """How things stand."""
        phases = Count(each.phase for each in tickets)
        for phase in _PHASES:
            self._tickets.labels(str(phase)).set(phases[phase])
        self._stuck.set(sum(each.stuck for each in tickets))
        since = [each.failing_since for each in tickets if each.failing_since is not None]
        oldest = min(since, default=now)
        self._undone.set(max(0.0, now - (oldest if desk.down_since is None else min(oldest, desk.down_since))))
        self._desk_up.set(desk.down_since is None)
