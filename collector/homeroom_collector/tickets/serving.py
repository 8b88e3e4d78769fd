"""Tickets within the running collector: the call that takes alerts in, and the loop."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Sequence
from zoneinfo import ZoneInfo

from aiohttp import web
from prometheus_client import CollectorRegistry

from homeroom_collector.background import CRIPPLED, watch
from homeroom_collector.config import Settings
from homeroom_collector.errors import ConfigError
from homeroom_collector.fleet import Fleet
from homeroom_collector.rules.calendar import CalendarRules, SchoolCalendar
from homeroom_collector.store import Store
from homeroom_collector.tickets import settings as ticket_settings
from homeroom_collector.tickets.alertmanager.intake import AlertCalls
from homeroom_collector.tickets.service import KnownSchool, Surroundings, run_tickets
from homeroom_collector.tickets.settings import TicketSettings


def serve_tickets(
    app: web.Application, settings: Settings, store: Store, registry: CollectorRegistry, fleet: Fleet
) -> None:
    """Add to an application what tickets need; to be called after the store was added. Raises ConfigError."""
    chosen = ticket_settings.load(settings.tickets.file, settings.mail)
    if missing := ticket_settings.missing_secrets(chosen, settings.mail, os.environ):
        raise ConfigError(missing)

    def known() -> Sequence[KnownSchool]:
        return [KnownSchool(each.school.school_id, each.school.name, each.calendar) for each in fleet.schools]

    calendar = SchoolCalendar(CalendarRules(zone=ZoneInfo(settings.timezone)))
    around = Surroundings(store=store, registry=registry, schools=known, calendar=calendar, mail=settings.mail)
    most, wanted = chosen.alertmanager.max_body_bytes, chosen.desk is not None
    app.add_routes(AlertCalls(store=store, most_body_bytes=most, wanted=wanted).routes())
    if wanted:
        app.cleanup_ctx.append(_Looking(chosen, around))


class _Looking:
    """The loop, for as long as the application runs."""

    def __init__(self, settings: TicketSettings, around: Surroundings) -> None:
        self._settings, self._around = settings, around

    async def __call__(self, app: web.Application) -> AsyncIterator[None]:
        task = asyncio.create_task(run_tickets(self._settings, self._around), name="tickets")
        watch(task, app[CRIPPLED])
        yield
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
