"""Sheets: what many computers said, read off their reports and packed as the fleet keeps it.

Most computers of a school are laid out alike, so a sheet says once which rows they have, and holds the values of all of
them side by side. Writing sheets needs no fleet: a start has other processes do it. ``layouts.py`` takes them in.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from operator import attrgetter, truth
from typing import Any, NamedTuple

from homeroom_agent.report import Report
from homeroom_collector.fleet.columns import values_in
from homeroom_collector.fleet.labels import Key
from homeroom_collector.fleet.member import MEASURED, TABLES
from homeroom_collector.fleet.software import Software, merged
from homeroom_collector.model import Device

_TABLES = TABLES["computer"]
# In the order in which facts are read: one look at the report gives all sections as they stand.
_SECTIONS = [each.place for each in MEASURED["computer"] if _TABLES[each.place].section]
_OTHERS = [each.place for each in MEASURED["computer"] if not _TABLES[each.place].section]
PLACES = (*_SECTIONS, *_OTHERS)
"""Which of a computer's tables each of :data:`Names` is about."""

_sections = attrgetter(*(_TABLES[place].section for place in _SECTIONS))
_read = tuple(_TABLES[place].facts for place in _OTHERS)
# The one row of a single table has no name: that there are facts is all there is to know.
_names = tuple(truth if _TABLES[place].single else _TABLES[place].keys for place in PLACES)
_NOTHING = Software()
CONSOLE = "google"
"""The source of reports that a management console gives of a device, which itself may be silent."""

Names = tuple[tuple[Key, ...] | bool | None, ...]
"""The keys of a report's rows in each measured table, True for the one without a name; None where it has no facts."""

_Facts = tuple[Any, ...]
"""What a report says for each measured table, None where nothing."""


class Heard(NamedTuple):
    """What was heard of one computer beside its rows; times on the collector's clock.

    ``by_console``: a management console said it, and the computer itself may be silent. ``synced_at`` is when it last
    synchronised with that console, where that is known beside what was heard.
    """

    measured_at: float
    received_at: float
    on_campus: bool | None
    by_console: bool
    synced_at: float | None
    software: Software


class Remark(NamedTuple):
    """A report that says more than what is on a sheet: someone must hear it. Of whom, and when it was measured."""

    device_id: str
    report: Report
    measured_at: float


@dataclass(frozen=True, slots=True)
class Sheet:
    """Computers of one school that have the same rows. ``heard`` is empty where nothing was ever heard of them.

    ``values`` has an array for each of ``names``: the values of all rows, device by device.
    """

    school_id: str
    names: Names
    devices: list[Device]
    heard: list[Heard]
    values: list[array[float]]


class Sheets:
    """Writes sheets, one for each way to be laid out at each school."""

    def __init__(self) -> None:
        self._sheets: dict[tuple[str, Names], Sheet] = {}

    def __iter__(self) -> Iterator[Sheet]:
        return iter(self._sheets.values())

    def note(self, device: Device) -> None:
        """Write down a device of which nothing was ever heard."""
        self._sheet(device.school_id, ()).devices.append(device)

    def write(self, few: Iterable[tuple[Device, Heard, Report]]) -> None:
        """Write down what computers said. Call it with a few at a time: reports are large, what is kept is not."""
        alike: defaultdict[tuple[str, Names], list[tuple[Device, Heard, _Facts]]] = defaultdict(list)
        for device, heard, report in few:
            names, facts = _named(report)
            alike[device.school_id, names].append((device, heard, facts))
        for (school_id, names), group in alike.items():
            sheet = self._sheet(school_id, names)
            devices, heards, facts_of = zip(*group, strict=True)
            sheet.devices.extend(devices)
            sheet.heard.extend(heards)
            for place, keys, values, each in zip(PLACES, names, sheet.values, zip(*facts_of, strict=True), strict=True):
                if keys is not None:
                    table = _TABLES[place]
                    values.extend(values_in(table, each if table.single else list(chain.from_iterable(each))))

    def _sheet(self, school_id: str, names: Names) -> Sheet:
        sheet = self._sheets.get((school_id, names))
        if sheet is None:
            sheet = self._sheets[school_id, names] = Sheet(school_id, names, [], [], [array("d") for _ in names])
        return sheet


def heard(report: Report, received_at: float, *, on_campus: bool | None, synced_at: float | None = None) -> Heard:
    """What is heard by a report, beside the rows that it has."""
    software = _NOTHING if report.identity is None and report.os is None else merged(_NOTHING, report)
    measured_at = min(report.measured_at, received_at)
    return Heard(measured_at, received_at, on_campus, report.source == CONSOLE, synced_at, software)


def _named(report: Report) -> tuple[Names, _Facts]:
    facts: _Facts = (*_sections(report), *[read(report) for read in _read])
    return tuple([each if each is None else keys(each) for each, keys in zip(facts, _names, strict=True)]), facts
