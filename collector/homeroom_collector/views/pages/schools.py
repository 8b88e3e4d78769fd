"""The table of schools: how many devices are in which state."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from homeroom_collector.fleet import SchoolState
from homeroom_collector.model import DeviceClass, Presence
from homeroom_collector.views.pages.words import LOOKS

COMPUTER_STATES = (
    Presence.ON_CAMPUS,
    Presence.AWAY,
    Presence.NO_SESSION,
    Presence.QUIET,
    Presence.OVERDUE,
    Presence.MISSING,
    Presence.UNKNOWN,
    Presence.SHELVED,
)
GEAR_STATES = (Presence.UP, Presence.DOWN, Presence.UNREACHABLE, Presence.UNKNOWN)
BAR_WIDTH = 120


@dataclass(frozen=True, slots=True)
class Stretch:
    """One stretch of a bar: where it begins, how wide it is, and how it looks."""

    x: float
    width: float
    style: str
    word: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolRow:
    """One school of the table."""

    school_id: str
    name: str
    level: str
    in_session: bool
    computers: dict[Presence, int]
    gear: dict[Presence, int]
    bar: list[Stretch]
    uptime: dict[DeviceClass, float | None]


def tally(states: Iterable[SchoolState], device_class: DeviceClass) -> Counter[Presence]:
    """How many devices of a class are in which state."""
    found = Counter[Presence]()
    for state in states:
        # A copy in one step: pages are made in a thread, while reports come in.
        for group, count in tuple(state.counts.items()):
            if group.device_class == device_class:
                found[group.state] += count
    return found


def rows(states: Iterable[SchoolState], now: float) -> list[SchoolRow]:
    """All schools by name."""
    return sorted((_row(state, now) for state in states), key=lambda row: (row.name.casefold(), row.school_id))


def _row(state: SchoolState, now: float) -> SchoolRow:
    computers = tally([state], "computer")
    return SchoolRow(
        school_id=state.school.school_id,
        name=state.school.name or state.school.school_id or "no school",
        level=state.school.level,
        in_session=state.calendar.in_session(now),
        computers=computers,
        gear=tally([state], "network"),
        bar=bar(computers, COMPUTER_STATES),
        uptime={"computer": state.uptime.get("computer"), "network": state.uptime.get("network")},
    )


def occurring(states: Iterable[SchoolState], device_class: DeviceClass, order: Sequence[Presence]) -> list[Presence]:
    """The states worth a column: those that any device is in, and always the first two."""
    counts = tally(states, device_class)
    return [state for place, state in enumerate(order) if place < 2 or counts[state]]


def bar(counts: Counter[Presence], order: tuple[Presence, ...]) -> list[Stretch]:
    """A bar of all devices, each state as wide as its share."""
    total, x, stretches = counts.total(), 0.0, []
    for state in order:
        if counts[state]:
            width = BAR_WIDTH * counts[state] / total
            look = LOOKS[state]
            stretches.append(Stretch(round(x, 2), round(width, 2), f"{look.style}-{state}", look.word, counts[state]))
            x += width
    return stretches
