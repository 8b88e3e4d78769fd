"""Everything that happens in a pretended district, in the order of time: which report arrives when. Pure and seeded.

The same world and the same stretch of time give the same events, byte for byte. A computer that cannot reach the
collector keeps its reports and brings them when it can, as the real agent does.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from homeroom_agent.report import Report
from homeroom_collector.simulate import gear_report
from homeroom_collector.simulate.chance import unit
from homeroom_collector.simulate.district import Gear, Laptop
from homeroom_collector.simulate.habits import Day, Stretch
from homeroom_collector.simulate.world import World

SLOW_EVERY = 12
_MOST_WAITING = 4_000


@dataclass(frozen=True, slots=True)
class Event:
    """Reports of one device that reach the collector together at ``at``, oldest first.

    ``device_id`` is the serial number of a computer or the name of gear. ``on_campus`` is None for gear. ``sent_at``
    of the reports is the device's own clock at ``at``.
    """

    at: float
    device_id: str
    school_id: str
    reports: tuple[Report, ...]
    on_campus: bool | None


@dataclass(slots=True)
class _Life:
    """One computer between two reports."""

    laptop: Laptop
    sequence: int = 0
    lost: int = 0
    waiting: list[Report] = field(default_factory=list)
    day: Day | None = None
    ordinal: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Seconds between two reports of a computer that is awake, and between two polls of gear; 0 leaves gear out."""

    computers: float = 300.0
    gear: float = 60.0


def computers(
    world: World,
    start: float,
    end: float,
    pace: Pace,
    *,
    share: tuple[int, int] = (0, 1),
    sent: Mapping[str, int] | None = None,
) -> Iterator[Event]:
    """Reports of computers from ``start`` until ``end``.

    ``share`` (part, parts) takes only each ``parts``-th computer, so that several processes can do the work. ``sent``
    are the numbers of the last reports by serial number, where there were reports before.
    """
    part, parts = share
    sent = sent or {}
    lives = [_Life(laptop, sent.get(laptop.serial, 0)) for laptop in world.district.laptops[part::parts]]
    queue: list[tuple[float, int]] = []
    for number, life in enumerate(lives):
        if (due := _next(world, life, start, pace.computers)) is not None and due < end:
            queue.append((due, number))
    heapq.heapify(queue)
    while queue:
        at, number = queue[0]
        life = lives[number]
        if event := _report(world, life, at):
            yield event
        due = _next(world, life, at + 0.001, pace.computers, until=end)
        if due is not None and due < end:
            heapq.heapreplace(queue, (due, number))
        else:
            heapq.heappop(queue)


def gear(world: World, start: float, end: float, pace: Pace) -> Iterator[Event]:
    """Reports of polls of all gear from ``start`` until ``end``, each device at its own moment of the interval."""
    if pace.gear <= 0:
        return
    order = sorted((unit(world.district.seed, 60, each.number), each.name, each) for each in world.district.gear)
    turn = start
    while turn < end:
        for phase, name, each in order:
            at = turn + round(phase * pace.gear, 3)
            if at < end:
                yield _polled(world, each, name, at)
        turn += pace.gear


def events(world: World, start: float, end: float, pace: Pace | None = None) -> Iterator[Event]:
    """Everything from ``start`` until ``end``."""
    pace = pace or Pace()
    yield from heapq.merge(computers(world, start, end, pace), gear(world, start, end, pace), key=_moment)


def _moment(event: Event) -> float:
    return event.at


def _polled(world: World, each: Gear, name: str, at: float) -> Event:
    return Event(at, name, each.school_id, (gear_report.report(world.network, name, at),), None)


def _next(world: World, life: _Life, after: float, every: float, *, until: float | None = None) -> float | None:
    """When a computer measures next, at or after an instant: as it wakes, and then at each interval.

    None where that is not within a year, or not before ``until``.
    """
    day = world.years.day_of(after)
    for _ in range(366):
        if life.day is None or life.ordinal != day.toordinal():
            life.day, life.ordinal = world.day(life.laptop, day), day.toordinal()
        if (due := _due(life.day.stretches, after, every)) is not None:
            return due
        day += timedelta(days=1)
        if until is not None and world.years.instant_of(day) >= until:
            return None
    return None


def _due(stretches: Sequence[Stretch], after: float, every: float) -> float | None:
    for stretch in stretches:
        if after < stretch.end:
            turns = max(0, -int(-(after - stretch.start) // every))
            due = round(stretch.start + turns * every, 3)
            if after <= due < stretch.end:
                return due
    return None


def _report(world: World, life: _Life, at: float) -> Event | None:
    """Measure, and bring everything that waits where the collector is reached."""
    laptop, day = life.laptop, life.day
    stretch = day.stretch_at(at) if day else None
    if day is None or stretch is None:
        return None
    life.sequence += 1
    slow = life.sequence % SLOW_EVERY == 1
    reached = world.connected(laptop, at, on_campus=stretch.on_campus)
    sent_at = round(at + world.skew_seconds(laptop, at), 3)
    report = world.report_of(
        laptop,
        day,
        stretch,
        at,
        sequence=life.sequence,
        sent_at=sent_at if reached else None,
        lost=life.lost,
        slow=slow,
    )
    if reached and not life.waiting:
        return Event(at, laptop.serial, laptop.school_id, (report,), stretch.on_campus)
    life.waiting.append(report)
    if len(life.waiting) > _MOST_WAITING:
        del life.waiting[0]
        life.lost += 1
    if not reached:
        return None
    reports, life.waiting = tuple(replace(each, sent_at=sent_at) for each in life.waiting), []
    return Event(at, laptop.serial, laptop.school_id, reports, stretch.on_campus)
