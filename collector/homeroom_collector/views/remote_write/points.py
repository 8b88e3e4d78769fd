"""Points: samples on their way, each with the finished label bytes of its series.

Labels are those that ``/metrics`` writes for the same series, with the external ones on top, sorted by name. One table
of the fleet has one layout, so a row costs one join, and a sample of it two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from homeroom_agent.report import Report
from homeroom_collector.fleet import Table
from homeroom_collector.fleet.columns import reader
from homeroom_collector.fleet.families import Number
from homeroom_collector.fleet.labels import Key
from homeroom_collector.fleet.member import MEASURED, TABLES, class_of
from homeroom_collector.views.remote_write.protobuf import double, label, request, samples_at

_NAME = "__name__"
OWNERS = ("device", "school")

Point = tuple[bytes, bytes]
"""The labels of a series and one sample of it, both as they stand in the message."""


@dataclass(frozen=True, slots=True)
class Layout:
    """One table with its labels in their order: a slot is bytes that never change, or the name of what varies.

    ``heads`` begins each series of a row: the metric's name, and before it only external labels in capitals.
    """

    table: Table
    heads: tuple[tuple[bytes, Callable[[Any], Number]], ...]
    slots: tuple[bytes | str, ...]

    def rests(self, owners: Mapping[str, bytes], keys: Sequence[Key]) -> list[bytes]:
        """What follows the head, for each row of one device."""
        labels = self.table.labels
        if not labels:
            return [self._rest(owners)] * len(keys)
        if len(labels) == 1:
            (name,) = labels
            return [self._rest({**owners, name: label(name, str(key))}) for key in keys]
        return [self._rest({**owners, **dict(zip(labels, map(label, labels, key), strict=True))}) for key in keys]

    def _rest(self, found: Mapping[str, bytes]) -> bytes:
        return b"".join([slot if slot.__class__ is bytes else found[slot] for slot in self.slots])  # type: ignore[index] # bytes or a name


class Pointer:
    """Makes points, with external labels."""

    def __init__(self, external: Mapping[str, str]) -> None:
        self._external = dict(external)
        self._layouts: dict[str, Layout] = {}
        self._measured = {
            kind: [self.layout(TABLES[kind][each.place]) for each in tables] for kind, tables in MEASURED.items()
        }

    def report(self, school: str, device: str, report: Report, at: float) -> list[Point]:
        """Every sample that a report holds, measured at ``at`` by our clock."""
        owned, sample = owners(school, device), samples_at(at)
        points: list[Point] = []
        for layout in self._measured[class_of(report)]:
            facts = layout.table.facts(report)
            if layout.table.single:
                facts = None if facts is None else (facts,)
            if not facts:
                continue
            for rest, fact in zip(layout.rests(owned, layout.table.keys(facts)), facts, strict=True):
                for head, read in layout.heads:
                    value = read(fact)
                    if value is not None:
                        points.append((head + rest, sample(double(value))))
        return points

    def layout(self, table: Table) -> Layout:
        """The layout of a table, made once."""
        if table.name not in self._layouts:
            self._layouts[table.name] = self._made(table)
        return self._layouts[table.name]

    def _made(self, table: Table) -> Layout:
        names = sorted([*self._external, *OWNERS, *table.labels])
        before = b"".join(label(name, self._external[name]) for name in names if name < _NAME)
        heads = [(before + label(_NAME, column.family.name), reader(column)) for column in table.columns]
        slots = [label(name, self._external[name]) if name in self._external else name for name in names]
        return Layout(table, tuple(heads), tuple(slots[sum(name < _NAME for name in names) :]))


def owners(school: str, device: str) -> dict[str, bytes]:
    """The labels that all series of a device have."""
    return {"school": label("school", school), "device": label("device", device)}


def encoded(points: Iterable[Point]) -> bytes:
    """The message of some points, those of one series together, in the order in which they came."""
    series: dict[bytes, list[bytes]] = {}
    for labels, one in points:
        known = series.get(labels)
        if known is None:
            series[labels] = [one]
        else:
            known.append(one)
    return request(series)
