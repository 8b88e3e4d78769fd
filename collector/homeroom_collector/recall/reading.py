"""What a start needs of the store's devices, read off their stored reports: all of the work that needs no fleet."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain

from homeroom_agent.report import Report
from homeroom_collector.fleet.sheets import Heard, Remark, Sheet, Sheets, heard
from homeroom_collector.ingest.model_support import ModelEnds, filled
from homeroom_collector.ingest.retelling import told
from homeroom_collector.ingest.wire import Wire
from homeroom_collector.model import Device
from homeroom_collector.problems.ear import Ear
from homeroom_collector.store import Connection, by_school
from homeroom_collector.store.by_school import Known, Span

# Decoded, reports take much room: so few at once that they stay where the processor is quick.
_FEW = 64

_Said = tuple[Device, Heard, Report]
_RoundTrips = defaultdict[str, deque[Remark]]


@dataclass(slots=True)
class Portion:
    """Some of the store's devices. ``others`` are those that must come back one by one, as the store has them.

    ``remarks`` are of devices on the ``sheets``; ``google`` is what Google said of devices, as the store has it.
    """

    devices: list[tuple[int, Device]] = field(default_factory=list)
    sheets: list[Sheet] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    google: list[tuple[str, str]] = field(default_factory=list)
    others: list[Known] = field(default_factory=list)


class Reader:
    """Reads devices off what the store has of them."""

    def __init__(self, wire: Wire, ends: ModelEnds, ear: Ear, shelved: frozenset[str]) -> None:
        self._wire, self._ends, self._ear, self._shelved = wire, ends, ear, shelved

    def read(self, connection: Connection, span: Span) -> Portion:
        """Everything about the devices of a span."""
        portion, sheets = Portion(), Sheets()
        round_trips: _RoundTrips = defaultdict(partial(deque, maxlen=self._ear.latencies))
        for few in by_school.within(connection, span, self._shelved, most=_FEW):
            sheets.write(self._said(few, portion, sheets, round_trips))
            for device, stored in few:
                portion.devices.append((stored.device_number, device))
                if stored.google is not None:
                    portion.google.append((stored.device_id, stored.google))
        portion.remarks += chain.from_iterable(round_trips.values())
        portion.sheets += sheets
        return portion

    def _said(self, few: Sequence[Known], portion: Portion, sheets: Sheets, round_trips: _RoundTrips) -> list[_Said]:
        """What is to be written on sheets; everything else goes where it belongs."""
        said = []
        for each in few:
            device, stored = each
            found = told(stored, self._wire) if _is_plain(device) else []
            if not _is_plain(device) or (found and found[0].report.network is not None):
                portion.others.append(each)
            elif not found:
                sheets.note(device)
            else:
                (_, report, received_at, on_campus), *synced = found
                report = filled(report, self._ends.of(device))
                at = synced[0].received_at if synced else None
                one = heard(report, received_at, on_campus=on_campus, synced_at=at)
                said.append((device, one, report))
                if self._ear.must_hear(device, report):
                    portion.remarks.append(Remark(device.device_id, report, one.measured_at))
                elif (slim := self._ear.round_trip(report, on_campus=on_campus)) is not None:
                    round_trips[device.school_id].append(Remark(device.device_id, slim, one.measured_at))
        return said


def _is_plain(device: Device) -> bool:
    return device.device_class == "computer" and device.standing == "accepted"
