"""Repairs, out of the log of the register: how often a device was in repair, and for how long. Pure.

A repair begins when a device's state becomes ``repair`` and ends when it becomes anything else. Days are those on
which the register heard of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from homeroom_collector.rules.asset import LifeState


@dataclass(frozen=True, slots=True, kw_only=True)
class StateChange:
    """A device, by its name in the register, came into a state."""

    subject: str
    on: date
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """One stay in repair; ``ended_on`` None: it is there still."""

    began_on: date
    ended_on: date | None

    def days(self, today: date) -> int:
        """How long it took, or takes by now."""
        return ((self.ended_on or today) - self.began_on).days


def repairs(changes: Iterable[StateChange]) -> dict[str, tuple[Repair, ...]]:
    """Repairs of each device that had any, the oldest first. ``changes`` are in the order in which they were made."""
    found: dict[str, list[Repair]] = {}
    began: dict[str, date] = {}
    for change in changes:
        if change.state == LifeState.REPAIR:
            began.setdefault(change.subject, change.on)
        elif (start := began.pop(change.subject, None)) is not None:
            found.setdefault(change.subject, []).append(Repair(began_on=start, ended_on=max(start, change.on)))
    for subject, start in began.items():
        found.setdefault(subject, []).append(Repair(began_on=start, ended_on=None))
    return {subject: tuple(each) for subject, each in found.items()}


def recent(repairs: Sequence[Repair], today: date, days: int) -> int:
    """How many began in the last so many days."""
    return sum(each.began_on >= today - timedelta(days=days) for each in repairs)


def typical_days(names: Iterable[str], repairs: Mapping[str, Sequence[Repair]], today: date, days: int) -> float | None:
    """The median of what repairs of these devices took that ended in the last so many days; None without any."""
    since = today - timedelta(days=days)
    ended = [
        each.days(today)
        for name in names
        for each in repairs.get(name, ())
        if each.ended_on is not None and each.ended_on >= since
    ]
    return float(median(ended)) if ended else None
