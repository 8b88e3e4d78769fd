"""The top of the page: the district in four numbers, and what deserves a look today."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isnan

from homeroom_collector.access import OPERATORS, Admitted
from homeroom_collector.fleet import SchoolState
from homeroom_collector.model import Presence
from homeroom_collector.views.pages.gear import LOW_SUPPLY
from homeroom_collector.views.pages.schools import tally
from homeroom_collector.views.pages.words import many, number, percent

WORN_BATTERY = 0.6


@dataclass(frozen=True, slots=True)
class Tile:
    """One number of the headline."""

    title: str
    figure: str
    note: str
    style: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of what deserves a look.

    ``state`` and ``anchor`` lead to the devices meant, where a list has them; ``path`` to a page of its own.
    """

    text: str
    style: str
    state: str = ""
    anchor: str = ""
    path: str = ""


def tiles(states: Sequence[SchoolState], now: float) -> list[Tile]:
    """The headline."""
    computers, gear = tally(states, "computer"), tally(states, "network")
    in_use = computers[Presence.ON_CAMPUS] + computers[Presence.AWAY]
    late = computers[Presence.OVERDUE] + computers[Presence.MISSING]
    session = sum(state.calendar.in_session(now) for state in states)
    unseen = gear[Presence.DOWN] + gear[Presence.UNREACHABLE]
    return [
        Tile("Computers in use", number(in_use), f"of {number(computers.total())}{_away(computers[Presence.AWAY])}"),
        Tile("Silent too long", number(late), f"{number(computers[Presence.MISSING])} missing", "warn" if late else ""),
        Tile(
            "Network devices up",
            number(gear[Presence.UP]),
            f"of {number(gear.total())}, {number(unseen)} down",
            "bad" if unseen else "",
        ),
        Tile("Schools in session", number(session), f"of {number(len(states))}"),
    ]


def _away(count: int) -> str:
    return f", {number(count)} away" if count else ""


def findings(states: Sequence[SchoolState], now: float) -> list[Finding]:
    """What deserves a look, worst first; empty on a good day."""
    return [*_silent(states), *_gear(states), *_computers(states, now)]


def waiting(counts: Mapping[tuple[str, str], int], reader: Admitted) -> list[Finding]:
    """Devices that wait for somebody to accept them, for whoever may; ``counts`` by school and standing."""
    mine = reader.caller.schools_for(OPERATORS) if reader.caller else frozenset()
    found = sum(
        number
        for (school_id, standing), number in counts.items()
        if standing == "quarantined" and (mine is None or school_id in mine)
    )
    return [Finding(f"{many(found, 'device')} waiting to be accepted", "warn", path="/quarantine")] if found else []


def _silent(states: Sequence[SchoolState]) -> Iterator[Finding]:
    gear, computers = tally(states, "network"), tally(states, "computer")
    if count := gear[Presence.DOWN]:
        yield Finding(f"{many(count, 'network device')} down", "bad", Presence.DOWN, "network")
    if count := gear[Presence.UNREACHABLE]:
        yield Finding(
            f"{many(count, 'network device')} behind one that is down", "warn", Presence.UNREACHABLE, "network"
        )
    if count := computers[Presence.MISSING]:
        yield Finding(f"{many(count, 'computer')} missing for days of school", "bad", Presence.MISSING, "devices")
    if count := computers[Presence.OVERDUE]:
        yield Finding(f"{many(count, 'computer')} overdue", "warn", Presence.OVERDUE, "devices")


def _gear(states: Sequence[SchoolState]) -> Iterator[Finding]:
    if count := sum(map(bool, values(states, "ups", "homeroom_ups_on_battery"))):
        yield Finding(f"{many(count, 'UPS', 'UPSes')} running on battery", "bad", anchor="network")
    if count := sum(map(bool, values(states, "ups", "homeroom_ups_replace_battery"))):
        yield Finding(f"{many(count, 'UPS', 'UPSes')} asking for a new battery", "warn", anchor="network")
    low = sum(level < LOW_SUPPLY for level in values(states, "supply", "homeroom_printer_supply_level_ratio"))
    if low:
        yield Finding(f"{many(low, 'printer supply', 'printer supplies')} nearly empty", "warn", anchor="network")


def _computers(states: Sequence[SchoolState], now: float) -> Iterator[Finding]:
    if count := sum(map(bool, values(states, "disk", "homeroom_device_disk_failing"))):
        yield Finding(f"{many(count, 'disk')} failing", "bad", anchor="devices")
    healths = list(values(states, "battery", "homeroom_device_battery_health_ratio"))
    if worn := sum(health < WORN_BATTERY for health in healths):
        text = f"{many(worn, 'battery', 'batteries')} below {percent(WORN_BATTERY)} of the capacity when new"
        yield Finding(f"{text} ({percent(worn / len(healths))} of all)", "warn", anchor="devices")
    ends = values(states, "os", "homeroom_device_support_end_timestamp_seconds")
    if count := sum(end < now for end in ends):
        yield Finding(f"{many(count, 'computer')} without security updates any more", "warn", anchor="devices")


def values(states: Sequence[SchoolState], table: str, family: str) -> Iterator[float]:
    """All known values of one family."""
    for state in states:
        columns = state.columns.get(table)
        if columns is not None:
            place = [column.family.name for column in columns.table.columns].index(family)
            yield from (value for value in columns.column(place) if not isnan(value))
