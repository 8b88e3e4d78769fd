"""Letters within the running collector: whenever something is due, for as long as this replica has leave."""

from __future__ import annotations

import asyncio
import logging
import os
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from prometheus_client import CollectorRegistry

from homeroom_collector.clock import Clock
from homeroom_collector.config import Settings
from homeroom_collector.decisions.newest import BoardKeeper, Newest
from homeroom_collector.errors import CollectorError
from homeroom_collector.fleet import Fleet
from homeroom_collector.letters.digest import Digests, Schools
from homeroom_collector.letters.measures import LetterMeasures
from homeroom_collector.letters.post import Post
from homeroom_collector.letters.reports import Reports
from homeroom_collector.mail import MailServer
from homeroom_collector.sources.calendar_keeper import CalendarKeeper
from homeroom_collector.store import Store
from homeroom_collector.tickets import settings as ticket_settings

_log = logging.getLogger(__name__)
EVERY_SECONDS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Letters:
    """What is sent by itself, and what it is made from."""

    digests: Digests
    reports: Reports
    measures: LetterMeasures
    newest: Newest
    fleet: Fleet

    async def round(self, now: float) -> None:
        """Send what is due. Raises CollectorError; what was sent stays sent."""
        states = self.fleet.schools
        names = {each.school.school_id: each.school.name for each in states}
        calendars = {each.school.school_id: each.calendar for each in states}
        await self.digests.send(Schools(names, calendars), now, self.measures.count)
        decided = self.newest()
        if decided is not None:
            await self.reports.send(decided.board, now, self.measures.count)

    async def run(self, clock: Clock) -> None:
        """Go round until cancelled."""
        while True:
            try:
                await self.round(clock())
            except CollectorError as error:
                _log.warning("letters not looked after: %s", error)
            except Exception:
                _log.exception("letters not looked after")
            await asyncio.sleep(clock.real(EVERY_SECONDS))


def letters_of(
    settings: Settings,
    store: Store,
    registry: CollectorRegistry,
    fleet: Fleet,
    calendars: CalendarKeeper,
    board: BoardKeeper,
) -> Letters | None:
    """What the configuration asks for; None where there is no mail server. Raises ConfigError."""
    if settings.mail.host is None:
        return None
    post = Post(store, MailServer.of(settings.mail, "mail", os.environ))
    chosen = ticket_settings.load(settings.tickets.file, settings.mail)
    return Letters(
        digests=Digests(
            post=post, settings=settings.digests, staff=chosen.staff_hours(), by_tickets=chosen.desk is not None
        ),
        reports=Reports(post=post, settings=settings.reports, zone=ZoneInfo(settings.timezone), book=calendars.book),
        measures=LetterMeasures(registry),
        newest=lambda: board.newest,
        fleet=fleet,
    )
