"""Doing one thing to one ticket at the help desk, so that doing it again after a crash does no harm.

The ticket that goes in says in ``doing`` whether an earlier try may have been made; the one that comes out is what to
store. Every method raises DeskError where the help desk did not do it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import tzinfo

from homeroom_collector.rules import ticket_outcome as outcome
from homeroom_collector.rules.ticket import Action, Ticket
from homeroom_collector.rules.ticket_policy import TicketPolicy
from homeroom_collector.tickets import words
from homeroom_collector.tickets.desk import Desk, Entry, NewTicket, State
from homeroom_collector.tickets.errors import KeyLostError, TicketGoneError

_UNSURE = "it is not known whether the ticket was made; look for the key, or: homeroom tickets retry"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A school as tickets speak of it."""

    name: str
    zone: tzinfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """One help desk with how we speak to it. ``repeat_unsure``: rather two tickets than none."""

    name: str
    desk: Desk
    policy: TicketPolicy
    place_of: Callable[[str], Place]
    repeat_unsure: bool = False

    async def do(self, action: Action, ticket: Ticket, now: float, *, again: bool) -> Ticket:
        """Do it. ``again``: an earlier try was begun, and nobody knows how it ended."""
        if action is Action.CREATE:
            return await self._create(ticket, now, again=again)
        if action is Action.CHECK:
            return await self._check(ticket, now)
        written = again and await self._written(ticket)
        if again and not written and ticket.firing == (action is Action.RESOLVE):
            return outcome.not_done(ticket)  # it has changed since, and nothing was said
        match action:
            case Action.NOTE:
                return await self._note(ticket, now, written=written)
            case Action.RESOLVE:
                return await self._resolve(ticket, now, written=written)
            case Action.REOPEN:
                return await self._reopen(ticket, now, written=written)
            case _:
                return outcome.finished(ticket)

    async def _written(self, ticket: Ticket) -> bool:
        """Whether an earlier try wrote its note. Where notes cannot be read: rather one too few than one too many."""
        return not self.desk.capabilities.read_notes or await self.desk.has_note(ticket.desk_id, ticket.marker)

    async def _create(self, ticket: Ticket, now: float, *, again: bool) -> Ticket:
        can = self.desk.capabilities
        found = await self.desk.find(ticket.external_key) if can.find else []
        if again and not found and now - ticket.doing_at < can.find_lag_seconds:
            return outcome.wait_until(ticket, ticket.doing_at + can.find_lag_seconds)
        if again and not (can.find or can.repeatable or self.repeat_unsure):
            return replace(outcome.created(ticket, self.name, "", self.policy, now), error=_UNSURE)
        if again and not found and not ticket.firing:
            return outcome.not_done(ticket)
        if found and not again and can.status and await self.desk.status(found[0]) != "open":
            # An older ticket has this key: the store was lost since. Ours is the next.
            return outcome.renumbered(ticket, ticket.generation + 1)
        return await self._made(ticket, found, now)

    async def _made(self, ticket: Ticket, found: list[str], now: float) -> Ticket:
        try:
            made = found[0] if found else await self.desk.create(self._new(ticket))
        except KeyLostError as error:
            kept = outcome.created(ticket, self.name, error.desk_id, self.policy, now)
            return replace(kept, error=str(error), stuck=True)
        if self.desk.capabilities.find:
            # Nobody but us enforces that there is one: two collectors that cannot see each other may both have tried.
            found = found or await self.desk.find(ticket.external_key)
            await self._close_twins(ticket, [each for each in found if each != min(found, key=_age)])
            made = min(found, key=_age) if found else made
        return outcome.created(ticket, self.name, made, self.policy, now)

    async def _close_twins(self, ticket: Ticket, twins: list[str]) -> None:
        for twin in twins:
            if await self.desk.status(twin) == "open":
                await self.desk.note(
                    self._entry(ticket, words.duplicate(ticket, "with the lower number"), twin), "resolved"
                )

    async def _note(self, ticket: Ticket, now: float, *, written: bool) -> Ticket:
        if self.desk.capabilities.notes and not written:
            await self.desk.note(self._entry(ticket, words.note(ticket, self.policy, now)))
        return outcome.noted(ticket, self.policy, now)

    async def _resolve(self, ticket: Ticket, now: float, *, written: bool) -> Ticket:
        can, left_open = self.desk.capabilities, self.policy.closing[ticket.severity] == "note"
        done = outcome.resolved(ticket, self.policy, now)
        try:
            if can.status and not written and await self.desk.status(ticket.desk_id) != "open":
                return done  # a person was faster
            closing = can.close and not left_open
            text = words.resolved(ticket, self._zone(ticket), left_open=not closing)
            await self._write(ticket, text, "resolved" if closing else None, written=written)
        except TicketGoneError:
            return outcome.finished(ticket)
        return done

    async def _reopen(self, ticket: Ticket, now: float, *, written: bool) -> Ticket:
        can = self.desk.capabilities
        try:
            status = await self.desk.status(ticket.desk_id) if can.status else "resolved"
            if status == "rejected":
                return outcome.rejected(ticket, now)
            if status == "gone" or not can.reopen:
                return outcome.finished(ticket)
            text = words.reopened(ticket, self.policy, self._zone(ticket))
            await self._write(ticket, text, "open" if status != "open" else None, written=written)
        except TicketGoneError:
            return outcome.finished(ticket)
        return outcome.reopened(ticket, self.policy, now)

    async def _write(self, ticket: Ticket, text: str, state: State | None, *, written: bool) -> None:
        entry = self._entry(ticket, text)
        if self.desk.capabilities.notes and not written:
            await self.desk.note(entry, state)
        elif state is not None:
            await self.desk.set_state(entry, state)

    async def _check(self, ticket: Ticket, now: float) -> Ticket:
        if not self.desk.capabilities.status:
            return replace(outcome.checked(ticket, "open", now), error=ticket.error, stuck=ticket.stuck)
        try:
            return outcome.checked(ticket, await self.desk.status(ticket.desk_id), now)
        except TicketGoneError:
            return outcome.checked(ticket, "gone", now)

    def _new(self, ticket: Ticket) -> NewTicket:
        place = self.place_of(ticket.school)
        return NewTicket(
            external_key=ticket.external_key,
            subject=words.subject(ticket, place.name),
            text=words.text(ticket, place.name, place.zone),
            severity=ticket.severity,
            school=ticket.school,
            school_name=place.name,
            kind=ticket.kind,
        )

    def _entry(self, ticket: Ticket, text: str, desk_id: str | None = None) -> Entry:
        return Entry(
            external_key=ticket.external_key,
            desk_id=ticket.desk_id if desk_id is None else desk_id,
            subject=words.subject(ticket, self.place_of(ticket.school).name),
            text=text,
            marker=ticket.marker,
        )

    def _zone(self, ticket: Ticket) -> tzinfo:
        return self.place_of(ticket.school).zone


def _age(desk_id: str) -> tuple[int, str]:
    """Numbers in the order in which they were given; other names by the alphabet."""
    return (int(desk_id), "") if desk_id.isascii() and desk_id.isdigit() else (0, desk_id)
