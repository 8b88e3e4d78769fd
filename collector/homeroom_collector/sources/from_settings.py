"""What the configuration names, brought into the store or ready to be asked: the schools' file, the calendars."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from homeroom_collector.sources import calendar_settings
from homeroom_collector.sources import schools as school_file
from homeroom_collector.sources.calendar_keeper import CalendarKeeper, Plan
from homeroom_collector.sources.calendar_settings import CalendarSettings
from homeroom_collector.store import Store, schools
from homeroom_collector.store.calendar_memory import CalendarMemory

if TYPE_CHECKING:
    from homeroom_collector.config import Settings


async def sync_schools(store: Store, settings: Settings) -> None:
    """Read the schools file, if there is one, into the store."""
    if settings.schools.file is not None:
        found = school_file.read(settings.schools.file)
        bring_in = partial(schools.bring_in, found=found, source=settings.schools.file.name, now=time.time())
        await store.write(bring_in)


def keeper_of(settings: Settings, store: Store) -> CalendarKeeper:
    """The keeper of the calendars. Raises ConfigError where the calendar file is wrong."""
    file = settings.calendar.file
    plan = Plan(
        settings=CalendarSettings() if file is None else calendar_settings.load(file),
        zone=ZoneInfo(settings.timezone),
        folder=Path() if file is None else file.parent,
    )
    return CalendarKeeper(plan, CalendarMemory(store))
