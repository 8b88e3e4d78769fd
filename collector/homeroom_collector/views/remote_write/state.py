"""What no report holds, as it is now: presence, what a device is, whether gear answers, uptime.

Sent in rounds, each series at the moment of its round. Where a row is gone since the round before (a device is no
longer ``on_campus`` but ``quiet``), Prometheus' stale marker ends its series, as a scrape would.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import isnan
from typing import NamedTuple

from homeroom_collector.fleet import Fleet, Member, SchoolState, Table
from homeroom_collector.fleet.families import not_in_reports
from homeroom_collector.fleet.labels import Key
from homeroom_collector.views.remote_write.points import Point, Pointer, owners
from homeroom_collector.views.remote_write.protobuf import STALE, double, samples_at

Sample = Callable[[bytes], bytes]


class _Sent(NamedTuple):
    """What was sent of one device: keys of its rows, by table; empty where it has none."""

    school: str
    tables: tuple[Table, ...]
    rows: tuple[tuple[Key, ...], ...]


class StateRounds:
    """Rounds over one fleet. Remembers which rows were sent, in keys that the fleet holds anyway."""

    def __init__(self, fleet: Fleet, pointer: Pointer) -> None:
        self._fleet, self._pointer = fleet, pointer
        self._sent: dict[str, _Sent] = {}

    def pieces(self, at: float) -> Iterator[list[Point]]:
        """One round, device by device, so that others may run in between. The fleet may change meanwhile."""
        sample = samples_at(at)
        before, self._sent = self._sent, {}
        for state in tuple(self._fleet.schools):
            for member in tuple(state.members.values()):
                device = member.device.device_id
                points = self._device(state, member, sample)
                if (old := before.pop(device, None)) is not None and old != self._sent[device]:
                    points += self._ended(device, old, sample)
                yield points
        for device, old in before.items():
            yield self._ended(device, old, sample)

    def _device(self, state: SchoolState, member: Member, sample: Sample) -> list[Point]:
        school, device = state.school.school_id, member.device.device_id
        owned, points = owners(school, device), list[Point]()
        places = [place for place, table in enumerate(member.tables) if table.facts is not_in_reports]
        for place in places:
            keys = member.keys[place] or ()
            layout, start = self._pointer.layout(member.tables[place]), member.starts[place]
            for row, rest in enumerate(layout.rests(owned, keys), start):
                for (head, _), value in zip(layout.heads, state.columns[layout.table.name].values_of(row), strict=True):
                    if not isnan(value):
                        points.append((head + rest, sample(double(value))))
        tables = tuple(member.tables[place] for place in places)
        self._sent[device] = _Sent(school, tables, tuple(member.keys[place] or () for place in places))
        return points

    def _ended(self, device: str, old: _Sent, sample: Sample) -> list[Point]:
        """Stale markers of rows that were sent before and are there no more."""
        now = self._sent.get(device)
        stays = now is not None and now.school == old.school and now.tables == old.tables
        owned, points = owners(old.school, device), list[Point]()
        for place, (table, keys) in enumerate(zip(old.tables, old.rows, strict=True)):
            kept = now.rows[place] if now is not None and stays else ()
            layout = self._pointer.layout(table)
            for rest in layout.rests(owned, [key for key in keys if key not in kept]):
                points += ((head + rest, sample(STALE)) for head, _ in layout.heads)
        return points
