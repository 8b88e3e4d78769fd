"""Incidents, tickets and a help desk in memory that fails when it is told to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from homeroom_collector.rules.incident import Explained, Incident, external_key
from homeroom_collector.rules.ticket import Action, Ticket, opened
from homeroom_collector.rules.ticket_outcome import DeskStatus
from homeroom_collector.rules.ticket_policy import TicketPolicy
from homeroom_collector.tickets.call import Place
from homeroom_collector.tickets.desk import Capabilities, Desk, Entry, NewTicket, State
from homeroom_collector.tickets.errors import DeskError, TicketGoneError
from homeroom_collector.tickets.source import Look

NOON = 1_767_700_000.0
POLICY = TicketPolicy()
PLACE = Place(name="Lincoln Elementary", zone=ZoneInfo("America/Chicago"))
KEY = external_key("lincoln/uplink_down/core-1", 1)
EVERYTHING = Capabilities(find=True, notes=True, read_notes=True, status=True, close=True, reopen=True)


def incident(kind: str = "uplink_down", **changed: Any) -> Incident:
    facts: dict[str, Any] = {
        "source": "homeroom",
        "school": "lincoln",
        "kind": kind,
        "subject": "core-1",
        "severity": "critical",
        "summary": "The uplink is down",
        "started_at": NOON,
    }
    return Incident(**(facts | changed))


def ticket(now: float = NOON, **changed: Any) -> Ticket:
    return opened(incident(**changed), now, 1)


def new_ticket(**changed: str) -> NewTicket:
    facts: dict[str, Any] = {
        "external_key": KEY,
        "subject": "[Lincoln] Der Übergang ist weg",
        "text": "First\n.\n..dots\nLast",
        "severity": "critical",
        "school": "lincoln",
        "school_name": "Lincoln",
        "kind": "uplink_down",
    }
    return NewTicket(**(facts | changed))


@dataclass
class Sources:
    """A source that sees what the test says."""

    name: str = "homeroom"
    incidents: list[Incident] = field(default_factory=list)
    complete: bool = True
    explained: list[Explained] = field(default_factory=list)

    async def look(self, now: float) -> Look:
        return Look(self.name, tuple(self.incidents), self.complete, tuple(self.explained))


@dataclass
class Row:
    """A ticket at the help desk in memory."""

    external_key: str
    new: NewTicket
    status: DeskStatus = "open"
    entries: list[str] = field(default_factory=list)


@dataclass
class MemoryDesk:
    """A help desk without a server. ``failing`` maps a method to the errors of its next calls; ``lost`` ones are done
    all the same."""

    capabilities: Capabilities = EVERYTHING
    rows: dict[str, Row] = field(default_factory=dict)
    failing: dict[str, list[DeskError]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)

    def _called(self, name: str) -> DeskError | None:
        self.calls.append(name)
        waiting = self.failing.get(name)
        error = waiting.pop(0) if waiting else None
        if error is not None and not error.unsure:
            raise error
        return error

    async def check(self) -> str:
        return "in memory"

    async def find(self, external_key: str) -> list[str]:
        self._called("find")
        return [name for name, row in self.rows.items() if row.external_key == external_key]

    async def create(self, ticket: NewTicket) -> str:
        lost = self._called("create")
        name = str(len(self.rows) + 1)
        self.rows[name] = Row(ticket.external_key, ticket, entries=[ticket.text])
        if lost:
            raise lost
        return name

    async def note(self, entry: Entry, state: State | None = None) -> None:
        lost = self._called("note")
        row = self._row(entry.desk_id)
        row.entries.append(entry.text)
        if state is not None:
            row.status = state
        if lost:
            raise lost

    async def set_state(self, entry: Entry, state: State) -> None:
        self._called("set_state")
        self._row(entry.desk_id).status = state

    async def has_note(self, desk_id: str, marker: str) -> bool:
        self._called("has_note")
        return any(marker in text for text in self._row(desk_id).entries)

    async def status(self, desk_id: str) -> DeskStatus:
        self._called("status")
        return self._row(desk_id).status

    def _row(self, desk_id: str) -> Row:
        if desk_id not in self.rows:
            raise TicketGoneError(f"no ticket {desk_id!r}")
        return self.rows[desk_id]


def done(desk: MemoryDesk, action: Action) -> int:
    return desk.calls.count(str(action))


def entry(desk_id: str, text: str = "More", marker: str = "[k#1]") -> Entry:
    return Entry(external_key="", desk_id=desk_id, subject="", text=f"{text}\n{marker}", marker=marker)


async def told_resolved_and_opened(desk: Desk, made: str) -> None:
    """A real help desk keeps notes and states, and each is read back."""
    assert await desk.status(made) == "open"
    await desk.note(entry(made, "Grown", "[k#1]"))
    assert await desk.has_note(made, "[k#1]")
    assert not await desk.has_note(made, "[k#2]")
    await desk.note(entry(made, "Gone", "[k#2]"), "resolved")
    assert await desk.status(made) == "resolved"
    await desk.set_state(entry(made), "resolved")
    await desk.note(entry(made, "Back", "[k#3]"), "open")
    assert await desk.status(made) == "open"
    assert await desk.has_note(made, "[k#3]")
