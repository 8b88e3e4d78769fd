"""Putting the parts of tickets together, for the collector and for the commands."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import aiohttp
from prometheus_client import CollectorRegistry

from homeroom_collector.mail import MailSettings
from homeroom_collector.rules.calendar import SchoolCalendar
from homeroom_collector.rules.staffed import staffed
from homeroom_collector.store import Store
from homeroom_collector.tickets.alertmanager.measures import AlertMeasures
from homeroom_collector.tickets.alertmanager.source import AlertSource
from homeroom_collector.tickets.building import Building
from homeroom_collector.tickets.call import Caller, Place
from homeroom_collector.tickets.delivery import Delivery, Lease
from homeroom_collector.tickets.desk import Desk
from homeroom_collector.tickets.desks import DESKS
from homeroom_collector.tickets.folding import Fold
from homeroom_collector.tickets.loop import TicketLoop
from homeroom_collector.tickets.measures import TicketMeasures
from homeroom_collector.tickets.own import OwnProblems
from homeroom_collector.tickets.settings import TicketSettings
from homeroom_collector.tickets.source import IncidentSource


@dataclass(frozen=True, slots=True)
class KnownSchool:
    """A school as tickets need it."""

    school_id: str
    name: str
    calendar: SchoolCalendar


Schools = Callable[[], Sequence[KnownSchool]]
"""All schools, asked again each time: names and calendars change while the collector runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the rest of the collector gives. ``calendar`` is the district's own, ``mail`` the section of that name."""

    store: Store
    registry: CollectorRegistry
    schools: Schools
    calendar: SchoolCalendar
    mail: MailSettings = field(default_factory=MailSettings)

    def place_of(self, school_id: str) -> Place:
        """How tickets speak of a school; one that is not known is called by its id."""
        for each in self.schools():
            if each.school_id == school_id:
                return Place(name=each.name, zone=each.calendar.rules.zone)
        return Place(name=school_id, zone=self.calendar.rules.zone)


def desk_of(
    settings: TicketSettings, session: aiohttp.ClientSession, environment: Mapping[str, str], mail: MailSettings
) -> Desk:
    """The help desk that the settings name. Raises ConfigError where a secret is missing."""
    assert settings.desk is not None
    building = Building(session=session, environment=environment, timeout_seconds=settings.timeout, mail=mail)
    return DESKS[settings.desk].build(getattr(settings, settings.desk), building)


def loop_of(
    settings: TicketSettings, desk: Desk, around: Surroundings, sources: Sequence[IncidentSource]
) -> TicketLoop:
    """The loop, ready to run."""
    policy, name = settings.policy(), settings.desk or ""
    caller = Caller(
        name=name,
        desk=desk,
        policy=policy,
        place_of=around.place_of,
        repeat_unsure=settings.unsure == "repeat",
    )
    delivery = Delivery(
        store=around.store,
        caller=caller,
        lease=Lease(holder=secrets.token_hex(8), seconds=settings.lease),
        measures=TicketMeasures(around.registry),
        clock=time.time,
    )
    fold = Fold(policy, _staffed(settings, around))
    return TicketLoop(
        delivery=delivery, fold=fold, sources=sources, every_seconds=settings.every, keep_seconds=settings.keep
    )


def _staffed(settings: TicketSettings, around: Surroundings) -> Callable[[str, float], bool]:
    """At a school by its calendar; in the district where any school is staffed."""
    hours = settings.staff_hours()

    def answer(school_id: str, now: float) -> bool:
        known = around.schools()
        calendars = [each.calendar for each in known if each.school_id == school_id]
        chosen = calendars or [each.calendar for each in known] or [around.calendar]
        return any(staffed(each, hours, now) for each in chosen)

    return answer


async def run_tickets(settings: TicketSettings, around: Surroundings) -> None:
    """Look after tickets until cancelled, where a help desk is named."""
    if settings.desk is None:
        return
    async with aiohttp.ClientSession() as session:
        own = OwnProblems(store=around.store, runbooks=settings.runbooks)
        sources: list[IncidentSource] = [own, _alerts(settings, around, session)]
        loop = loop_of(settings, desk_of(settings, session, os.environ, around.mail), around, sources)
        await loop.run()


def _alerts(tickets: TicketSettings, around: Surroundings, session: aiohttp.ClientSession) -> AlertSource:
    settings = tickets.alertmanager
    token = settings.token.read("alertmanager.token", os.environ).reveal() if settings.token else ""
    return AlertSource(
        store=around.store,
        settings=settings,
        hold_seconds=tickets.hold,
        session=session,
        headers={"Authorization": f"Bearer {token}"} if token else {},
        measures=AlertMeasures(around.registry),
    )
