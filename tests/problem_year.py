"""A simulated year held against the truth: every fault of the script, and every problem that was made.

The simulator's reports go into a real fleet, and the keeper looks at it as it does in a collector, with a store of its
own. Time is dense around faults of network gear (polls each minute, looks each ten seconds) and wide elsewhere.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from heapq import merge

from homeroom_collector.fleet import Fleet
from homeroom_collector.fleet.drawing import Outline, draw_network
from homeroom_collector.model import Device, School
from homeroom_collector.problems.keeper import Keeper
from homeroom_collector.problems.settings import load
from homeroom_collector.rules.calendar import Patch
from homeroom_collector.rules.calendar_book import CalendarBook
from homeroom_collector.rules.problem import Problem, named
from homeroom_collector.simulate import gear_report
from homeroom_collector.simulate.faults import MEANING, Cause, Fault
from homeroom_collector.simulate.world import World
from homeroom_collector.store import Store

EXPECTED: dict[Cause, tuple[str, ...]] = {
    Cause.POWER_CUT: ("power_out",),
    Cause.UPLINK_DOWN: ("uplink_down",),
    Cause.SLOW_UPLINK: ("wan_slow",),
    Cause.WIFI_OUTAGE: ("wifi_down",),
    Cause.GEAR_DEAD: ("switch_down", "uplink_down"),
    Cause.PORT_ERRORS: ("port_errors",),
    Cause.FLAPPING_PORT: ("port_flapping",),
    Cause.OVERHEATING: ("gear_hot",),
    Cause.RESTARTING: ("switch_down", "uplink_down", "gear_restarted"),
    Cause.POE_OVERLOAD: ("poe_budget",),
    Cause.AP_DEAD: ("access_point_down",),
    Cause.WORN_UPS: ("ups_replace_battery",),
    Cause.TONER_EMPTY: ("printer_supply_low",),
    Cause.VANISHED: ("device_missing",),
    Cause.DYING_BATTERY: ("battery_worn",),
    Cause.FAILING_DISK: ("disk_failing",),
    Cause.FULL_DISK: ("disk_full",),
    Cause.CRASHING: ("unexpected_shutdowns",),
    Cause.HOT: ("device_hot",),
}
"""Which problem each cause should become. What is not here should become none: snow, a closed lid, a wrong clock."""
FACTS = ("os_unsupported", "battery_worn")
"""Kinds that become true without a fault: simulated models grow old, and so do their batteries."""
MINUTE, HOUR, DAY = 60.0, 3_600.0, 86_400.0
_GRACE_SECONDS = 8 * DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Seconds between two moments: around faults of gear, during instruction, and otherwise."""

    dense: float = 10.0
    lessons: float = 2 * HOUR
    otherwise: float = 8 * HOUR


@dataclass
class Seen:
    """One problem that opened as a root."""

    at: float
    problem: Problem
    faults: list[Fault] = field(default_factory=list)


class Year:
    """A simulated district under the eyes of one keeper."""

    def __init__(self, made: World, store: Store, pace: Pace | None = None) -> None:
        self.made, self.pace = made, pace or Pace()
        levels = {level: made.years.calendar(level) for level in ("elementary", "middle", "high", "other")}
        patches = {level: Patch(week=calendar.rules.week) for level, calendar in levels.items()}
        self.fleet = Fleet(calendars=CalendarBook(levels["other"].rules, patches))
        self.keeper = Keeper(self.fleet, store, load(None))
        self.fleet.on_report = self.keeper.watch.hear
        self.laptops = {laptop.serial: laptop for laptop in made.district.laptops}
        self.seen: list[Seen] = []
        self.reports: Counter[Fault] = Counter()
        self.looks = 0
        self._shutdowns: dict[str, deque[tuple[int, int]]] = {}
        self._register()

    def _register(self) -> None:
        district = self.made.district
        for school in district.schools:
            self.fleet.put_school(School(school_id=school.school_id, name=school.name, level=school.level))
        for gear in district.gear:
            self.fleet.put_device(Device(device_id=gear.name, device_class="network", school_id=gear.school_id))
        for laptop in district.laptops:
            self.fleet.put_device(
                Device(
                    device_id=laptop.serial, device_class="computer", school_id=laptop.school_id, serial=laptop.serial
                )
            )

    async def live(self, start: float, end: float) -> None:
        """Live from ``start`` until ``end``."""
        self._poll_all(start)
        reports = [gear_report.report(self.made.network, gear.name, start) for gear in self.made.district.gear]
        outlines = [
            Outline(device_id=gear.name, school_id=gear.school_id, gear=report.network)
            for gear, report in zip(self.made.district.gear, reports, strict=True)
            if report.network
        ]
        self.fleet.use_network(draw_network(outlines, {}))
        for at, dense in self._moments(start, end):
            await self._moment(at, dense=dense)

    def _moments(self, start: float, end: float) -> Iterator[tuple[float, bool]]:
        """All moments in order, each once; around faults of gear they lie close together."""
        windows = sorted(self._windows(start, end))
        closed: list[list[float]] = []
        for first, last in windows:
            if closed and first <= closed[-1][1]:
                closed[-1][1] = max(closed[-1][1], last)
            else:
                closed.append([first, last])
        dense = (at for first, last in closed for at in _grid(first, last, self.pace.dense))
        starts = [first for first, _ in closed]

        def inside(at: float) -> bool:
            place = bisect_left(starts, at + 0.5) - 1
            return place >= 0 and at < closed[place][1]

        wide = (at for at in self._wide(start, end) if not inside(at))
        yield from merge(((at, True) for at in dense), ((at, False) for at in wide))

    def _windows(self, start: float, end: float) -> Iterator[tuple[float, float]]:
        for fault in self.made.faults.all:
            if MEANING[fault.cause].subject == "computer" or fault.cause not in EXPECTED:
                continue
            spans = [(fault.start - 120, fault.start + 900), (fault.end - 120, fault.end + 900)]
            if fault.cause in (Cause.FLAPPING_PORT, Cause.RESTARTING):
                spans = [(fault.start - 120, fault.start + 3 * HOUR)]
            yield from ((max(start, first), min(end, last)) for first, last in spans if first < end and last > start)

    def _wide(self, start: float, end: float) -> Iterator[float]:
        calendar, at = self.made.years.calendar("other"), start
        while at < end:
            yield at
            _, until, in_session = calendar.stretch(at)
            step = self.pace.lessons if in_session else self.pace.otherwise
            # Never past a bell: lessons begin on time.
            at = min(at + step, until + 600.0) if until > at else at + step

    async def _moment(self, at: float, *, dense: bool) -> None:
        if dense:
            for place, gear in enumerate(self.made.district.gear):
                if (place * 7) % 60 // self.pace.dense == at % 60 // self.pace.dense:
                    self._poll(gear.name, at)
            if at % 300 < self.pace.dense:
                self._speak(at)
        else:
            self._poll_all(at)
            self._speak(at)
        if not dense or at % 60 < self.pace.dense or self._busy(at):
            await self._look(at)

    def _busy(self, at: float) -> bool:
        return any(abs(at - edge) < 420 for fault in self.made.faults.at(at) for edge in (fault.start, fault.end))

    def _poll_all(self, at: float) -> None:
        for gear in self.made.district.gear:
            self._poll(gear.name, at)

    def _poll(self, name: str, at: float) -> None:
        self.fleet.apply(name, gear_report.report(self.made.network, name, at), at)

    def _speak(self, at: float) -> None:
        for serial, laptop in self.laptops.items():
            stretch = self.made.stretch(laptop, at)
            if stretch is None or not self.made.connected(laptop, at, on_campus=stretch.on_campus):
                continue
            report = self.made.report(laptop, at, sequence=int(at))
            if report is None:
                continue
            self._count(serial, laptop.school_id, report.uptime.unexpected_shutdowns_total if report.uptime else 0, at)
            # Ingest corrects a clock that is wrong.
            self.fleet.apply(serial, replace(report, measured_at=at, sent_at=at), at, on_campus=stretch.on_campus)
            for cause in EXPECTED:
                if fault := self.made.faults.now(serial, cause, at):
                    self.reports[fault] += 1

    def _count(self, serial: str, school_id: str, total: int | None, at: float) -> None:
        """What the daily history would say of unexpected shutdowns a week ago."""
        days, today = self._shutdowns.setdefault(serial, deque()), int(at // DAY)
        if not days or days[-1][0] != today:
            days.append((today, total or 0))
        while days[0][0] < today - 7:
            days.popleft()
        self.keeper.watch.shutdowns = {**self.keeper.watch.shutdowns, serial: days[0][1]} if len(days) > 0 else {}

    async def _look(self, at: float) -> None:
        self.looks += 1
        self.fleet.refresh(at)
        for change in await self.keeper.look(at):
            if change.change == "opened" and change.after is not None:
                self.seen.append(Seen(at, change.after.problem))


def _grid(first: float, last: float, step: float) -> Iterator[float]:
    at = first // step * step
    while at < last:
        yield at
        at += step


@dataclass
class Score:
    """The confusion table: for each cause, how its faults were answered, and which problems nobody caused."""

    rows: dict[str, Counter[str]]
    false: list[Seen]
    facts: int
    repeats: list[Seen]
    missed: list[Fault]

    def table(self) -> str:
        """As Markdown."""
        names = ("faults", "exactly one", "more than one", "missed", "not observable")
        lines = [f"| cause | becomes | {' | '.join(names)} |", f"|---|---|{'---|' * len(names)}"]
        for cause, counts in self.rows.items():
            kinds = ", ".join(f"`{kind}`" for kind in EXPECTED.get(Cause(cause), ())) or "nothing"
            lines.append(f"| {cause} | {kinds} | {' | '.join(str(counts[name]) for name in names)} |")
        return "\n".join(lines)


def score(year: Year, begin: float, end: float) -> Score:
    """Hold what was seen against what went wrong."""
    rows: dict[str, Counter[str]] = {}
    false, facts, repeats = [], 0, []
    answers: dict[Fault, list[Seen]] = {}
    known = [fault for fault in year.made.faults.all if fault.start < end]
    faults = [fault for fault in known if fault.start >= begin]
    for seen in year.seen:
        mine = [fault for fault in known if _answers(seen, fault)]
        if not mine and seen.problem.kind in FACTS:
            facts += 1
        elif not mine:
            false.append(seen)
        for fault in mine[:1]:
            answers.setdefault(fault, []).append(seen)
    missed = []
    for fault in faults:
        counts = rows.setdefault(fault.cause.value, Counter())
        counts["faults"] += 1
        found = answers.get(fault, [])
        if len(found) > 1:
            repeats += found[1:]
        if fault.cause not in EXPECTED:
            counts["exactly one"] += not found
        elif len(found) == 1:
            counts["exactly one"] += 1
        elif found:
            counts["more than one"] += 1
        elif _observable(fault, year, end):
            counts["missed"] += 1
            missed.append(fault)
        else:
            counts["not observable"] += 1
    return Score(dict(sorted(rows.items())), false, facts, repeats, missed)


def _answers(seen: Seen, fault: Fault) -> bool:
    if seen.problem.kind not in EXPECTED.get(fault.cause, ()):
        return False
    name, _ = named(seen.problem.subject)
    within = fault.start - MINUTE <= seen.at <= fault.end + _GRACE_SECONDS
    return within and (name == fault.subject or (name == fault.school_id and fault.subject.endswith("-core")))


def _observable(fault: Fault, year: Year, end: float) -> bool:
    """Whether anything could have told: a computer that slept all the time cannot, nor what began at the very end."""
    if fault.cause is Cause.VANISHED:
        return end - fault.start > 30 * DAY
    if fault.cause is Cause.DYING_BATTERY:
        return year.reports[fault] > 1 and end > fault.end
    if MEANING[fault.cause].subject == "computer":
        return year.reports[fault] > 3
    return end > fault.start + HOUR


def when(seen: Seen, year: Year) -> str:
    """In which part of the calendar a problem was made."""
    calendar, at = year.made.years.calendar("other"), seen.at
    if calendar.in_session(at):
        return "lessons"
    day = calendar.day_of(at)
    if calendar.rules.bells(day):
        return "night"
    return "summer" if day.month in (6, 7, 8) else "weekend" if day.weekday() >= 5 else "break"
