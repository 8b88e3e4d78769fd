"""Watching devices: each report is judged when it comes, so that a look at everything costs no more than what is wrong.

Owns what is known of each device between reports. Reads no clock and no store; ``recall`` brings back what an earlier
process, or another replica, had found, so that thresholds for leaving hold across restarts.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

from homeroom_agent import __version__
from homeroom_agent.report import Report
from homeroom_agent.report.network import Interface, NetworkGear
from homeroom_collector.fleet import Member
from homeroom_collector.fleet.labels import Key
from homeroom_collector.model import Device
from homeroom_collector.problems.ear import Ear
from homeroom_collector.problems.known import Known
from homeroom_collector.problems.settings import RuleBook
from homeroom_collector.rules.calendar import SchoolCalendar
from homeroom_collector.rules.health import computer, gear, line, ports, wireless
from homeroom_collector.rules.health.calm import is_calm
from homeroom_collector.rules.health.computer import LIVE, Around
from homeroom_collector.rules.health.presence import DOWN_KINDS
from homeroom_collector.rules.health.rule import Finding, Rules
from homeroom_collector.rules.problem import named
from homeroom_collector.rules.problem_state import Row

_DAY = 86_400.0
_LIVE_SECONDS = 7 * _DAY
_LATENCIES, _LATENCY_SECONDS = 50, 900.0
_PORT_KINDS = frozenset(ports.RULES)
_LINE_KINDS = frozenset({"wan_down"})
_RADIO_KINDS = frozenset(wireless.RULES)
_BY_REPORT = frozenset().union(
    *(kinds for _, kinds, _ in (*computer.CHECKS, *gear.CHECKS)), _PORT_KINDS, _LINE_KINDS, _RADIO_KINDS
)
"""Kinds that the device's own reports tell of."""


class Watch:
    """Findings about every device, by what it said itself. ``shutdowns`` are counts at the start of the window."""

    def __init__(self, book: RuleBook) -> None:
        self.book = book
        self.shutdowns: Mapping[str, int] = {}
        self._known: dict[str, Known] = {}
        self._latencies: defaultdict[str, deque[tuple[float, float]]] = defaultdict(partial(deque, maxlen=_LATENCIES))

    def recall(self, rows: Iterable[Row]) -> None:
        """Begin with what is kept as problems. To be called before reports are heard."""
        for row in rows:
            kind, (name, part) = row.problem.kind, named(row.problem.subject)
            if kind in DOWN_KINDS:
                known = self._at(name)
                known.of_gear, known.silent_since = True, row.pending_at
            if kind not in _BY_REPORT:
                continue
            found = Finding(
                kind=kind,
                name=name,
                part=part,
                says=row.problem.summary,
                evidence=row.problem.evidence,
                since=row.pending_at,
                at=row.pending_at,
            )
            self._at(name).recalled[kind, part] = found

    def known(self, device_id: str) -> Known | None:
        """What is known of one device."""
        return self._known.get(device_id)

    def ear(self, now: float) -> Ear:
        """Which reports of computers that nobody heard yet must be heard, of those that are read at ``now``."""
        book, known = self.book, frozenset(self._known)
        marks = {school: book.marks(school) for school in book.schools}
        # Nowhere is it later than a day after this; and whoever is well then was so before.
        day = datetime.fromtimestamp(now + _DAY, UTC).date()
        return Ear(book.marks(""), marks, known, dict(self.shutdowns), day, now - _LATENCY_SECONDS, _LATENCIES)

    def forget(self, device_id: str) -> None:
        """Let a device go that is not in the register any more."""
        self._known.pop(device_id, None)

    def hear(self, member: Member, calendar: SchoolCalendar, report: Report, at: float) -> None:
        """Judge a report that was measured at ``at``."""
        if report.network is not None:
            self._hear_gear(member, self.book.of(member.device.school_id), report.network, at)
            return
        self._hear_computer(member.device, calendar, report, at)
        connectivity = report.connectivity
        if connectivity and connectivity.latency_seconds is not None and member.on_campus is not False:
            self._latencies[member.device.school_id].append((at, connectivity.latency_seconds))

    def latencies(self, school_id: str, now: float) -> list[float]:
        """The latest round trips from computers on a school's campus."""
        return [each for at, each in self._latencies.get(school_id, ()) if now - at <= _LATENCY_SECONDS]

    def findings(self, now: float) -> Iterator[Finding]:
        """Everything that is wrong by what devices said last. What only holds while they speak ends with silence."""
        for device_id, known in list(self._known.items()):
            known.forget(LIVE, now - _LIVE_SECONDS)
            if known.is_empty():
                del self._known[device_id]
            yield from known.findings()

    def _at(self, name: str) -> Known:
        known = self._known.get(name)
        if known is None:
            known = self._known[name] = Known()
        return known

    def _hear_computer(self, device: Device, calendar: SchoolCalendar, report: Report, at: float) -> None:
        device_id, school_id = device.device_id, device.school_id
        known, shutdowns = self._known.get(device_id), self.shutdowns.get(device_id)
        if known is None:
            if is_calm(report, self.book.marks(school_id), __version__, shutdowns, partial(calendar.day_of, at)):
                return  # most laptops are well: nothing is kept of them
            known = self._known[device_id] = Known()
        rules, around = self.book.of(school_id), Around(calendar.day_of(at), __version__, shutdowns)
        for section, kinds, check in computer.CHECKS:
            if getattr(report, section) is not None:
                judge = known.judge(device_id, rules, section, at)
                check(report, judge, around)
                known.keep(section, kinds, judge)
        if known.is_empty():
            del self._known[device_id]

    def _hear_gear(self, member: Member, rules: Rules, polled: NetworkGear, at: float) -> None:
        device_id = member.device.device_id
        known = self._at(device_id)
        known.of_gear = True
        if not polled.reachable:
            known.silent_since = at if known.silent_since is None else known.silent_since
            return
        known.silent_since = None
        if polled.system is not None:
            known.location = polled.system.location or None
        for section, kinds, check in gear.CHECKS:
            if getattr(polled, section) is not None:
                judge = known.judge(device_id, rules, section, at)
                check(polled, judge)
                known.keep(section, kinds, judge)
        if polled.wireless is not None:
            self._hear_radio(device_id, known, rules, polled, at)
        if polled.interfaces is not None:
            self._hear_ports(device_id, known, rules, polled.interfaces, member.wan, at)

    def _hear_radio(self, device_id: str, known: Known, rules: Rules, polled: NetworkGear, at: float) -> None:
        judge = known.judge(device_id, rules, "wireless", at)
        known.radio = known.radio or wireless.Radio(judge)
        known.radio.look(polled, judge)
        known.keep("wireless", _RADIO_KINDS, judge)

    def _hear_ports(
        self, device_id: str, known: Known, rules: Rules, interfaces: list[Interface], wan: frozenset[Key], at: float
    ) -> None:
        judge = known.judge(device_id, rules, "interfaces", at)
        known.ports = known.ports or ports.Ports()
        known.ports.look(interfaces, judge)
        known.keep("interfaces", _PORT_KINDS, judge)
        outside = frozenset(map(str, wan))
        judge = known.judge(device_id, rules, "outside", at)
        line.look_at_ports(interfaces, outside, judge)
        known.keep("outside", _LINE_KINDS, judge)
        speeds: list[Any] = [port.speed_bps for port in interfaces if ports.name_of(port) in outside]
        known.outside_bps = sum(filter(None, speeds)) if outside and any(speeds) else None
