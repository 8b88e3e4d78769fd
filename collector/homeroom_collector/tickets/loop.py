"""The round: look, fold, deliver; for as long as the collector runs, in whichever replica holds the lease."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from homeroom_collector.errors import CollectorError, StoreUnavailableError
from homeroom_collector.rules.ticket import Ticket
from homeroom_collector.store import Connection, ticket_desks, ticket_writer, tickets
from homeroom_collector.tickets.delivery import Delivery
from homeroom_collector.tickets.folding import Fold
from homeroom_collector.tickets.source import IncidentSource, Look

_log = logging.getLogger(__name__)
_FORGET_EVERY_SECONDS = 6 * 3600.0


@dataclass(slots=True, kw_only=True)
class TicketLoop:
    """Everything that a round needs. ``keep_seconds`` is how long history stays."""

    delivery: Delivery
    fold: Fold
    sources: Sequence[IncidentSource]
    every_seconds: float
    keep_seconds: float
    _forgotten_at: float = 0.0

    async def run(self) -> None:
        """Go round until cancelled."""
        try:
            while True:
                try:
                    await self.round()
                except CollectorError as error:
                    _log.warning("tickets not looked after: %s", error)
                except Exception:
                    _log.exception("tickets not looked after")
                await asyncio.sleep(self.every_seconds)
        finally:
            await self._release()

    async def round(self) -> int:
        """One round; how many things were done at the help desk. Nothing where another replica does it."""
        now, store = self.delivery.clock(), self.delivery.store
        looks = [await source.look(now) for source in self.sources]
        stored = await store.write(lambda connection: self._folded(connection, looks, now))
        done = 0 if stored is None else await self.delivery.round(stored, self.fold.moment)
        await self._show()
        return done

    def _folded(self, connection: Connection, looks: Sequence[Look], now: float) -> list[Ticket] | None:
        lease = self.delivery.lease
        if not ticket_writer.claim(connection, lease.holder, now, lease.seconds):
            return None
        if now - self._forgotten_at > _FORGET_EVERY_SECONDS:
            self._forgotten_at = now
            tickets.forget(connection, now - self.keep_seconds)
        return self.fold(connection, looks, now)

    async def _show(self) -> None:
        delivery = self.delivery

        def work(connection: Connection) -> tuple[list[Ticket], ticket_desks.DeskState]:
            return tickets.under_way(connection), ticket_desks.find(connection, delivery.caller.name)

        delivery.measures.show(*await delivery.store.read(work), delivery.clock())

    async def _release(self) -> None:
        """Let another replica go on at once."""
        holder = self.delivery.lease.holder
        try:
            await self.delivery.store.write(lambda connection: ticket_writer.release(connection, holder))
        except StoreUnavailableError as error:
            _log.info("lease of tickets not given back: %s", error)
