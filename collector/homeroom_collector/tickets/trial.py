"""Trying a help desk: the whole life of one ticket, by the same calls as in earnest."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass

from homeroom_collector.tickets.desk import Desk, Entry, NewTicket
from homeroom_collector.tickets.errors import DeskError

_SUBJECT = "[Homeroom] Trial ticket, please ignore"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was tried, in words."""

    what: str
    fine: bool


async def trial(desk: Desk, external_key: str) -> AsyncIterator[Step]:
    """Make a ticket, find it, note, resolve, reopen and resolve it, as far as the help desk can. Ends at a failure."""
    can = desk.capabilities
    try:
        desk_id = await desk.create(_new(external_key))
        yield Step(f"made ticket {desk_id or '(no number is told)'}", fine=True)
        if can.find:
            found = await desk.find(external_key)
            yield Step(f"found by its key: {', '.join(found) or 'nothing'}", fine=found == [desk_id])
        if can.notes:
            note = _entry(external_key, desk_id, 1)
            await desk.note(note)
            there = not can.read_notes or await desk.has_note(desk_id, note.marker)
            yield Step("a note" + (" is there when read again" if can.read_notes else ""), fine=there)
        if can.close:
            yield await _moved(desk, external_key, desk_id, "resolved")
        if can.close and can.reopen:
            yield await _moved(desk, external_key, desk_id, "open")
            yield await _moved(desk, external_key, desk_id, "resolved")
    except DeskError as error:
        yield Step(str(error), fine=False)


async def _moved(desk: Desk, external_key: str, desk_id: str, state: str) -> Step:
    entry = _entry(external_key, desk_id, 2)
    work: Awaitable[None] = desk.set_state(entry, "resolved" if state == "resolved" else "open")
    await work
    now = await desk.status(desk_id) if desk.capabilities.status else state
    return Step(f"set to {state}" + (f", is {now}" if desk.capabilities.status else ""), fine=now == state)


def _new(external_key: str) -> NewTicket:
    return NewTicket(
        external_key=external_key,
        subject=_SUBJECT,
        text=f"Made by: homeroom tickets test. It is resolved at once.\n\n[{external_key}#0]",
        severity="info",
        school="",
        school_name="",
        kind="homeroom_trial",
    )


def _entry(external_key: str, desk_id: str, number: int) -> Entry:
    marker = f"[{external_key}#{number}]"
    return Entry(
        external_key=external_key, desk_id=desk_id, subject=_SUBJECT, text=f"A trial.\n\n{marker}", marker=marker
    )
