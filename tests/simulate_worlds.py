"""Pretended districts for tests."""

from datetime import date, time

from homeroom_collector.simulate import world
from homeroom_collector.simulate.faults import Cause
from homeroom_collector.simulate.growth import Size, grow
from homeroom_collector.simulate.script import Event, Script
from homeroom_collector.simulate.stream import Pace
from homeroom_collector.simulate.world import World

ZONE = "America/Chicago"
SMALL = Size(schools=3, devices=60, switches=9, access_points=9)
TUESDAY = date(2026, 9, 8)
HOURLY = Pace(computers=3600, gear=3600)


def make(*events: Event, seed: int = 5, size: Size = SMALL, start: date = TUESDAY) -> World:
    """A small district in which nothing happens but these events."""
    return world.make(grow(size, seed=seed), Script(events=events), start=start, zone=ZONE)


def event(cause: Cause, at: str = "00:00", **more: object) -> Event:
    """An event of the first day."""
    hour, minute = at.split(":")
    wanted: dict[str, object] = {"day": 1, "lasts": 3600.0, "at": time(int(hour), int(minute)), **more}
    return Event(cause=cause, **wanted)  # type: ignore[arg-type] # checked by Event


def moment(made: World, clock: str, day: date = TUESDAY) -> float:
    """A local time of day."""
    hour, minute = clock.split(":")
    return made.years.instant(day, time(int(hour), int(minute)))
