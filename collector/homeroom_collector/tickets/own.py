"""Homeroom's own problems as incidents. They are authoritative, and always complete: the store has all of them."""

from __future__ import annotations

from dataclasses import dataclass

from homeroom_collector.rules.incident import MOST_MEMBERS, Explained, Incident
from homeroom_collector.rules.incident_merge import OWN
from homeroom_collector.rules.problem import Evidence
from homeroom_collector.rules.problem_state import State
from homeroom_collector.store import Connection, Store, problem_names, problems
from homeroom_collector.store.problems import Root
from homeroom_collector.tickets.source import Look


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnProblems:
    """``runbooks`` is the address below which the runbooks are; empty names none."""

    store: Store
    runbooks: str = ""

    async def look(self, now: float) -> Look:
        """Every root problem that is open. One that recovers still counts: it is not believed yet that it is over."""
        return await self.store.read(lambda connection: self._look(connection, now))

    def _look(self, connection: Connection, now: float) -> Look:
        known = tuple(
            Explained(key=each.key, cause=each.cause, cause_summary=each.cause_summary)
            for each in problems.explained(connection)
        )
        return Look(OWN, self._incidents(connection, now), complete=True, explained=known)

    def _incidents(self, connection: Connection, now: float) -> tuple[Incident, ...]:
        there = [root for root in problems.roots(connection, now) if root.state in (State.OPEN, State.RECOVERING)]
        return tuple(self._incident(root, _members(connection, root)) for root in there)

    def _incident(self, root: Root, members: list[str]) -> Incident:
        return Incident(
            source=OWN,
            school=root.school_id,
            kind=root.kind,
            subject=root.subject,
            severity=root.severity.value,
            summary=root.summary,
            started_at=root.opened_at,
            evidence=tuple(line(each) for each in root.evidence),
            members=tuple(members),
            member_count=root.member_count,
            runbook_url=f"{self.runbooks.rstrip('/')}/{root.runbook}" if self.runbooks and root.runbook else "",
        )


def _members(connection: Connection, root: Root) -> list[str]:
    return problem_names.member_names(connection, root.problem_id, MOST_MEMBERS) if root.member_count else []


def line(evidence: Evidence) -> str:
    """One measured value in words, beside what the rule asks for."""
    words = evidence.name.replace("_", " ")
    measured = "unknown" if evidence.measured is None else _value(evidence.measured)
    return f"{words}: {measured}" + ("" if evidence.rule is None else f" (rule: {_value(evidence.rule)})")


def _value(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:.6g}"
