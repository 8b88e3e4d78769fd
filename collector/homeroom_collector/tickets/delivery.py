"""Doing what is due: one round over all tickets, by whoever holds the lease.

Before each call the ticket is stored with what is begun, after it with what came of it. So a process that ends between
the two leaves behind that the outcome is not known, and the next one finds out before it does anything.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from homeroom_collector.rules import ticket_outcome as outcome
from homeroom_collector.rules.ticket import Action, Ticket
from homeroom_collector.rules.ticket_next import Moment, next_action
from homeroom_collector.rules.ticket_policy import TicketPolicy
from homeroom_collector.store import Connection, Store, ticket_desks, ticket_writer, tickets
from homeroom_collector.store.ticket_desks import DeskState
from homeroom_collector.tickets.call import Caller
from homeroom_collector.tickets.errors import DeskDeniedError, DeskDownError, DeskError
from homeroom_collector.tickets.measures import TicketMeasures

_log = logging.getLogger(__name__)
_LOCAL = frozenset({Action.DROP, Action.FINISH})
_CALL_SHARE = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """Whose process this is, and for how long it may write without asking again."""

    holder: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One help desk, told by one process at a time."""

    store: Store
    caller: Caller
    lease: Lease
    measures: TicketMeasures
    clock: Callable[[], float]

    @property
    def _policy(self) -> TicketPolicy:
        return self.caller.policy

    async def round(self, stored: Sequence[Ticket], moment_of: Callable[[Ticket, float], Moment]) -> int:
        """Do one thing for each ticket that needs one; how many were done. Ends where the help desk is away.

        Raises LeaseLostError where another process took over.
        """
        desk = await self.store.read(lambda connection: ticket_desks.find(connection, self.caller.name))
        if desk.next_try_at > self.clock():
            return 0
        done = 0
        for ticket in sorted(stored, key=_rank):
            action = next_action(ticket, self._policy, moment_of(ticket, self.clock()))
            if action is Action.NOTHING:
                continue
            try:
                await self._do(action, ticket)
            except (DeskDownError, DeskDeniedError) as error:
                await self._down(desk, error)
                return done
            except DeskError as error:
                _log.warning("ticket %s (%s): %s", ticket.external_key, ticket.key, error)
                continue
            done += 1
            desk = await self._up(desk)
        return done

    async def _do(self, action: Action, ticket: Ticket) -> None:
        again, before = ticket.doing is not Action.NOTHING, ticket
        if action in _LOCAL:
            await self._save(outcome.finished(ticket))
            return
        ticket = await self._save(outcome.begun(ticket, action, self.clock()))
        try:
            after = await self._within_lease(action, ticket, again=again)
        except DeskError as error:
            await self._failed(ticket if again or error.unsure else outcome.not_done(ticket), error)
            raise
        if after.external_key != ticket.external_key:
            await self._save(outcome.finished(ticket))
            after = replace(after, revision=0)
        await self._save(after)
        self.measures.done(action)
        _log.info("ticket %s (%s): %s %s", after.desk_id or after.external_key, before.key, action, self.caller.name)

    async def _within_lease(self, action: Action, ticket: Ticket, *, again: bool) -> Ticket:
        """Give up before the lease ends: after that another process may be at it."""
        try:
            async with asyncio.timeout(self.lease.seconds * _CALL_SHARE):
                return await self.caller.do(action, ticket, self.clock(), again=again)
        except TimeoutError:
            raise DeskDownError("the help desk takes too long", unsure=True) from None

    async def _failed(self, ticket: Ticket, error: DeskError) -> None:
        # A key that does not work is the help desk's trouble, not this ticket's: the round ends and is tried again.
        permanent = error.permanent and not isinstance(error, DeskDeniedError)
        self.measures.failed(permanent=error.permanent)
        after = outcome.failed(
            ticket,
            str(error),
            self._policy,
            self.clock(),
            permanent=permanent,
            wait_seconds=error.retry_after_seconds,
        )
        await self._save(after)

    async def _save(self, ticket: Ticket) -> Ticket:
        now = self.clock()

        def work(connection: Connection) -> Ticket:
            ticket_writer.hold(connection, self.lease.holder, now, self.lease.seconds)
            return tickets.save(connection, ticket, now)

        return await self.store.write(work)

    async def _down(self, desk: DeskState, error: DeskError) -> None:
        now = self.clock()
        doubled = self._policy.retry_first_seconds * 2.0 ** min(desk.attempts, 30)
        wait = min(self._policy.retry_longest_seconds, error.retry_after_seconds or doubled)
        _log.warning("help desk %s: %s; next try in %.0f s", self.caller.name, error, wait)
        state = replace(
            desk,
            attempts=desk.attempts + 1,
            next_try_at=now + wait,
            down_since=now if desk.down_since is None else desk.down_since,
            error=str(error)[:500],
        )
        await self.store.write(lambda connection: ticket_desks.put(connection, state))

    async def _up(self, desk: DeskState) -> DeskState:
        if not desk.attempts and not desk.error:
            return desk
        state = DeskState(desk=desk.desk)
        await self.store.write(lambda connection: ticket_desks.put(connection, state))
        return state


def _rank(ticket: Ticket) -> tuple[bool, float, str]:
    """What is begun first, so that nothing stays in doubt; then the gravest, then the oldest."""
    return ticket.doing is Action.NOTHING, ticket.first_at + (0 if ticket.severity == "critical" else 1e12), ticket.key
