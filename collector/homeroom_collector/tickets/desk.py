"""What every help desk gives. Each is one file of ``desks/``, tested by one contract suite."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from homeroom_collector.rules.incident import Severity
from homeroom_collector.rules.ticket_outcome import DeskStatus

State = Literal["open", "resolved"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a help desk can do, as far as Homeroom uses it.

    ``find``: tickets are found by the external key, at once. ``repeatable``: a create that is sent twice makes one
    ticket. ``notes``: notes can be added; ``read_notes``: and read, so that one is not written twice. ``status``: a
    ticket's status can be read. ``close``, ``reopen``: and set. Without ``find`` and ``repeatable`` a create whose
    outcome is unknown is reported to people and not repeated.
    """

    find: bool = False
    find_lag_seconds: float = 0.0
    repeatable: bool = False
    notes: bool = False
    read_notes: bool = False
    status: bool = False
    close: bool = False
    reopen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTicket:
    """What a ticket is made of. ``subject`` is one line of at most 200 bytes."""

    external_key: str
    subject: str
    text: str
    severity: Severity
    school: str
    school_name: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Something written into a ticket that exists. ``marker`` is part of ``text`` and of no other entry."""

    external_key: str
    desk_id: str
    subject: str
    text: str
    marker: str


class Desk(Protocol):
    """One help desk. Every method raises DeskError; a method that the capabilities deny is never called.

    ``create`` gives the ticket's number, empty where the help desk does not tell. ``note`` with a state also sets it,
    in one step where the help desk can. Setting a state that a ticket already has changes nothing.
    """

    capabilities: Capabilities

    async def check(self) -> str:
        """Say in a few words who answers, or raise: the key may not work, or what we need may be missing there."""
        ...

    async def find(self, external_key: str) -> list[str]:
        """Numbers of the tickets with this key, the oldest first."""
        ...

    async def create(self, ticket: NewTicket) -> str:
        """Make it; give its number."""
        ...

    async def note(self, entry: Entry, state: State | None = None) -> None:
        """Write into it, where the requestor is not written to."""
        ...

    async def set_state(self, entry: Entry, state: State) -> None:
        """The state alone, without a note."""
        ...

    async def has_note(self, desk_id: str, marker: str) -> bool:
        """Whether something with this marker was written into it."""
        ...

    async def status(self, desk_id: str) -> DeskStatus:
        """How it stands now, whoever brought that about."""
        ...
