"""One school's share of the fleet: its devices, their columns, and how many are in which state."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from math import inf
from typing import Any, NamedTuple

from homeroom_agent.report import Report
from homeroom_collector.fleet.columns import Columns
from homeroom_collector.fleet.families import Table
from homeroom_collector.fleet.labels import Key, SharedTexts
from homeroom_collector.fleet.layouts import Labels, Layouts
from homeroom_collector.fleet.member import MEASURED, PLACE, Member
from homeroom_collector.fleet.sheets import Sheet
from homeroom_collector.fleet.software import computer_labels, model_of
from homeroom_collector.fleet.wan import SchoolWan
from homeroom_collector.model import DeviceClass, Presence, School
from homeroom_collector.rules import presence
from homeroom_collector.rules.calendar import SchoolCalendar

_ONE: tuple[Key, ...] = ("",)
_SHOWN: dict[Presence, tuple[Key, ...]] = {state: (state.value,) for state in Presence}
_ANSWERED = {Presence.UP: 1.0, Presence.DOWN: 0.0, Presence.UNREACHABLE: 0.0}


def _labels(member: Member) -> Labels:
    return _SHOWN[member.state], (computer_labels(member.device, member.software),)


class Group(NamedTuple):
    """What devices are counted by."""

    device_class: DeviceClass
    grade_band: str
    model: str
    state: Presence


def group_of(member: Member) -> Group:
    """The group that a device counts in now."""
    device = member.device
    return Group(device.device_class, device.grade_band, model_of(device, member.software), member.state)


class SchoolState:
    """Devices and columns of one school.

    ``counts`` holds no zeros. ``instructional_seconds`` is the instruction that passed while this process looked on,
    until ``passed_at``. ``uptime`` is the ratio of each class at ``reviewed_at``.
    """

    def __init__(self, school: School, calendar: SchoolCalendar, texts: SharedTexts, layouts: Layouts) -> None:
        self.school = school
        self.calendar = calendar
        self.members: dict[str, Member] = {}
        self.counts: Counter[Group] = Counter()
        self.columns: dict[str, Columns] = {}
        self.cutoffs = presence.Cutoffs()
        self.instructional_seconds = 0.0
        self.passed_at: float | None = None
        self.reviewed_at: float | None = None
        self.uptime: dict[DeviceClass, float | None] = {}
        self.wan = SchoolWan()
        self._stretch = (inf, -inf, False)
        self._texts, self._layouts = texts, layouts

    def live_by(self, calendar: SchoolCalendar) -> None:
        """Count time on this calendar from now on."""
        if calendar is not self.calendar:
            self.calendar, self._stretch, self.reviewed_at = calendar, (inf, -inf, False), None

    def welcome(self, member: Member) -> None:
        """Take in a device that nobody here knew, in the state that it is in."""
        member.state = self._presence(member)
        self.join(member)
        self.register(member, "presence", _SHOWN[member.state], 1.0)
        self.show_answer(member)

    def welcome_all(self, members: Sequence[Member], sheet: Sheet) -> None:
        """:meth:`welcome` for the computers on a sheet, which are labelled too, with what they said."""
        for member in members:
            member.state = self._presence(member)
            self.members[member.device.device_id] = member
        self.counts.update(map(group_of, members))
        self._layouts.lay(self._columns, members, sheet, list(map(_labels, members)))

    def join(self, member: Member) -> None:
        """Count a device in."""
        self.members[member.device.device_id] = member
        self.count(member)

    def leave(self, member: Member) -> None:
        """Count a device out. To be called before anything it is counted by changes."""
        del self.members[member.device.device_id]
        self.wan.forget(member.device.device_id)
        self.uncount(member)

    def settle(self, member: Member) -> bool:
        """Bring a device's presence up to the school's cut-offs. True if it changed."""
        state = self._presence(member)
        if state == member.state:
            return False
        self.uncount(member)
        member.state = state
        self.count(member)
        self.register(member, "presence", _SHOWN[state], 1.0)
        self.show_answer(member)
        return True

    def instruction(self, start: float, end: float) -> float:
        """Instruction between two instants that are close together, mostly without a search."""
        first, last, in_session = self._stretch
        if not (first <= start and end < last):
            first, last, in_session = self._stretch = self.calendar.stretch(start)
        if end < last:
            return end - start if in_session else 0.0
        return self.calendar.instructional_seconds(start, end)

    def show_answer(self, member: Member) -> None:
        """Write ``homeroom_target_up`` of network gear; nobody having looked is neither up nor down."""
        if member.device.device_class == "network":
            self.register(member, "target_up", (member.software.kind,), _ANSWERED.get(member.state))

    def _presence(self, member: Member) -> Presence:
        device = member.device
        if device.device_class == "network":
            parent_down = member.parent is not None and presence.explains_silence(member.parent.state)
            return presence.gear(
                member.seen_at,
                self.cutoffs,
                reachable=member.reachable,
                parent_down=parent_down,
                shelved=device.shelved,
            )
        seen_at = device.enrolled_at if member.seen_at is None else member.seen_at
        return presence.computer(
            seen_at,
            self.cutoffs,
            on_campus=member.on_campus,
            shelved=device.shelved,
            spoke_at=member.spoke_at,
            synced_at=member.synced_at,
        )

    def register(self, member: Member, table: str, keys: tuple[Key, ...], value: float | None) -> None:
        """Store one of the rows that come from the register or from a verdict."""
        place = PLACE[member.device.device_class][table]
        if member.keys[place] != keys:
            self._allot(member, place, keys)
        self.columns[table].write_row(member.starts[place], value)
        member.measured[place] = inf

    def count(self, member: Member) -> None:
        """Put a device into its group."""
        self.counts[group_of(member)] += 1

    def uncount(self, member: Member) -> None:
        """Take a device out of its group, before it changes group."""
        group = group_of(member)
        self.counts[group] -= 1
        if not self.counts[group]:
            del self.counts[group]

    def put(self, member: Member, place: int, keys: tuple[Key, ...], facts: Sequence[Any], at: float) -> None:
        """Store the rows of one table of one device, replacing those it had. ``at`` is the collector's time."""
        if member.keys[place] != keys:
            self._allot(member, place, keys)
        if facts:
            self.columns[member.tables[place].name].write(member.starts[place], facts)
        member.measured[place] = at

    def measure(self, member: Member, report: Report, at: float) -> None:
        """Store the rows of every table that a report has facts for. Here all time goes: one look-up each."""
        rows_of, starts, columns, measured = member.keys, member.starts, self.columns, member.measured
        for place, name, read, single, name_rows in MEASURED[member.device.device_class]:
            facts = read(report)
            if facts is None:
                continue
            keys = _ONE if single else name_rows(facts)
            if rows_of[place] != keys:
                self._allot(member, place, keys)
            if single:
                columns[name].write_row(starts[place], facts)
            elif facts:
                columns[name].write(starts[place], facts)
            measured[place] = at

    def _columns(self, table: Table) -> Columns:
        columns = self.columns.get(table.name)
        if columns is None:
            columns = self.columns[table.name] = Columns(table)
        return columns

    def _allot(self, member: Member, place: int, keys: tuple[Key, ...]) -> None:
        """Give the device rows for these keys in one table, in place of those it had."""
        table, old = member.tables[place], member.keys[place]
        columns = self._columns(table)
        keys, suffixes = self._texts.rows(table.labels, keys)
        if old and len(old) == len(keys):
            columns.relabel(member.starts[place], suffixes)
        else:
            if old:
                columns.release(member.starts[place], len(old))
            if keys:
                member.starts[place] = columns.allocate(member.prefix, suffixes)
        self._rename(member, place, keys)

    def drop(self, member: Member, place: int) -> None:
        """Remove the device's rows from one table."""
        keys = member.keys[place]
        if keys:
            self.columns[member.tables[place].name].release(member.starts[place], len(keys))
        self._rename(member, place, None)

    def _rename(self, member: Member, place: int, keys: tuple[Key, ...] | None) -> None:
        member.keys = self._texts.tables((*member.keys[:place], keys, *member.keys[place + 1 :]))
        member.measured[place] = 0.0

    def blank(self, member: Member, place: int, *, lasting: bool) -> bool:
        """Forget the device's values in one table, lasting families only if ``lasting``. True if any was known."""
        columns, keys = self.columns[member.tables[place].name], member.keys[place]
        return columns.blank(member.starts[place], len(keys or ()), lasting=lasting)

    def runs(self, member: Member) -> Iterator[tuple[int, Columns, int, int]]:
        """The runs of a device: place, columns, start, count."""
        for place, keys in enumerate(member.keys):
            if keys:
                yield place, self.columns[member.tables[place].name], member.starts[place], len(keys)

    def measured(self, member: Member, table: str) -> list[tuple[Key, dict[str, float]]]:
        """What is known of a device in one table: the key of each row, and its values by the family's name.

        Rows of which nothing is known are left out.
        """
        place = PLACE[member.device.device_class][table]
        keys = member.keys[place]
        if not keys:
            return []
        columns, start = self.columns[table], member.starts[place]
        rows = ((key, columns.row(start + number)) for number, key in enumerate(keys))
        return [(key, row) for key, row in rows if row]

    def take_over(self, member: Member, other: SchoolState) -> None:
        """Bring the rows of a device here from another school."""
        for place, columns, start, count in list(other.runs(member)):
            keys, values, at = member.keys[place], columns.copy(start, count), member.measured[place]
            other.drop(member, place)
            assert keys is not None
            self._allot(member, place, keys)
            self.columns[columns.table.name].paste(member.starts[place], values)
            member.measured[place] = at
