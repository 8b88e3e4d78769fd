"""One device of the fleet: who it is, where its rows are, when each part was last measured."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from math import inf
from typing import Any, NamedTuple

from homeroom_agent.report import Report
from homeroom_collector.fleet.computers import COMPUTER_TABLES
from homeroom_collector.fleet.families import Table
from homeroom_collector.fleet.gear import GEAR_TABLES
from homeroom_collector.fleet.labels import Key, TableKeys
from homeroom_collector.fleet.register import (
    COMPUTER_INFO,
    COMPUTER_UPTIME,
    GEAR_INFO,
    GEAR_PARENT,
    GEAR_UP,
    GEAR_UPTIME,
    LAST_REPORT,
    PRESENCE,
)
from homeroom_collector.fleet.software import Software
from homeroom_collector.fleet.traffic import Meter
from homeroom_collector.model import Device, DeviceClass, Presence
from homeroom_collector.rules.uptime import UpDays

_REGISTER: dict[DeviceClass, tuple[Table, ...]] = {
    "computer": (PRESENCE, LAST_REPORT, COMPUTER_INFO, COMPUTER_UPTIME),
    "network": (PRESENCE, LAST_REPORT, GEAR_INFO, GEAR_UP, GEAR_PARENT, GEAR_UPTIME),
}
TABLES: dict[DeviceClass, tuple[Table, ...]] = {
    "computer": _REGISTER["computer"] + COMPUTER_TABLES,
    "network": _REGISTER["network"] + GEAR_TABLES,
}


class Measured(NamedTuple):
    """A table that is written from reports: its place among a device's, its name, and how its rows are read."""

    place: int
    name: str
    facts: Callable[[Report], Any | None]
    single: bool
    keys: Callable[[Sequence[Any]], tuple[Key, ...]]


MEASURED: dict[DeviceClass, tuple[Measured, ...]] = {
    name: tuple(
        Measured(place, table.name, table.facts, table.single, table.keys)
        for place, table in enumerate(tables)
        if place >= len(_REGISTER[name])
    )
    for name, tables in TABLES.items()
}
PLACE: dict[DeviceClass, dict[str, int]] = {
    name: {table.name: place for place, table in enumerate(tables)} for name, tables in TABLES.items()
}


class _Blank(NamedTuple):
    """What a device without rows has, to be copied."""

    tables: tuple[Table, ...]
    keys: TableKeys
    starts: array[int]
    measured: array[float]


_BLANK: dict[DeviceClass, _Blank] = {
    name: _Blank(tables, (None,) * len(tables), array("I", [0]) * len(tables), array("d", [0.0]) * len(tables))
    for name, tables in TABLES.items()
}


def class_of(report: Report) -> DeviceClass:
    """The class of the device that a report tells of."""
    return "computer" if report.network is None else "network"


class Attendance:
    """When a device was up. ``since`` is when counting began, ``up_at`` the last sign of life, ``total`` seconds."""

    __slots__ = ("days", "since", "total", "up_at")

    def __init__(self) -> None:
        self.days = UpDays()
        self.since: float | None = None
        self.total = 0.0
        self.up_at: float | None = None


class Member:
    """Mutable record of one device.

    ``tables`` are those that its class of device has rows in. ``keys[i]`` and ``starts[i]`` are the run in table ``i``;
    None is no run; devices that are laid out alike share ``keys``. ``measured[i]`` is when it was last written
    (collector's clock), negative once its fast series have left, 0 where nothing is left. Nothing ages before
    ``ages_at``. ``seen_at`` is when anything was last heard of it, ``spoke_at`` when what runs on it last spoke,
    ``synced_at`` when it last synchronised with its management console, ``measured_at`` the corrected time of the
    newest report.

    Of network gear only: ``meter`` is the newest reading of its ports, ``wan`` names those that lead outside,
    ``parent`` is the next device towards the uplink, ``outline`` changes with what the topology is drawn from.
    """

    __slots__ = (
        "ages_at",
        "attendance",
        "device",
        "keys",
        "measured",
        "measured_at",
        "meter",
        "on_campus",
        "outline",
        "parent",
        "prefix",
        "reachable",
        "seen_at",
        "software",
        "spoke_at",
        "starts",
        "state",
        "synced_at",
        "tables",
        "wan",
    )

    def __init__(self, device: Device, prefix: bytes, software: Software, state: Presence) -> None:
        self.tables, keys, starts, measured = _BLANK[device.device_class]
        self.device = device
        self.prefix = prefix
        self.software = software
        self.state = state
        self.keys, self.starts, self.measured = keys, starts[:], measured[:]
        self.ages_at = inf
        self.attendance = Attendance()
        self.seen_at: float | None = None
        self.spoke_at: float | None = None
        self.synced_at: float | None = None
        self.measured_at: float | None = None
        self.on_campus: bool | None = None
        self.reachable: bool | None = None
        self.meter: Meter | None = None
        self.wan: frozenset[Key] = frozenset()
        self.parent: Member | None = None
        self.outline = 0
