"""A small district in a store of its own: gear that is polled, laptops that report, faults that come and go.

Time is the test's. Every fault acts on what devices answer; nothing is told to the rules but reports.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from homeroom_agent.report import Battery, Disk, OperatingSystem, Report, Uptime
from homeroom_agent.report.network import (
    GearIdentity,
    Interface,
    NetworkGear,
    PoeGroup,
    Printer,
    Processor,
    Sensor,
    Supply,
    System,
    Ups,
    Wireless,
)
from homeroom_collector.fleet import Fleet, Network
from homeroom_collector.model import Device, School
from homeroom_collector.problems.keeper import Keeper
from homeroom_collector.problems.settings import RuleBook, load
from homeroom_collector.rules.calendar import CalendarRules
from homeroom_collector.rules.calendar_book import CalendarBook
from homeroom_collector.rules.health.itself import Itself
from homeroom_collector.rules.problem_state import Row, State, Transition
from homeroom_collector.store import Store

ZONE = ZoneInfo("America/Chicago")
CORE, INTERNET = "core", "WAN"


def moment(text: str) -> float:
    """Unix time of a local date and time."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).timestamp()


@dataclass
class Gear:
    """One network device, and how it answers."""

    device_id: str
    school: str
    kind: str
    parent: str | None = None
    location: str = ""
    started_at: float = 0.0
    facts: dict[str, object] = field(default_factory=dict)

    def report(self, now: float, *, answers: bool) -> Report:
        if not answers:
            return Report(source="snmp", sequence=1, measured_at=now, network=NetworkGear(reachable=False))
        found = NetworkGear(
            reachable=True,
            system=System(uptime_seconds=now - self.started_at, location=self.location or None),
            identity=GearIdentity(kind=self.kind),
            sensors=[Sensor(index="1", kind="state", description="Fan 1", status="ok")],
            processors=[Processor(index="1", usage_ratio=0.1)],
            **self._usual(),  # type: ignore[arg-type]
        )
        return Report(source="snmp", sequence=1, measured_at=now, network=replace(found, **self.facts))  # type: ignore[arg-type]

    def _usual(self) -> dict[str, object]:
        if self.kind == "ups":
            return {"ups": Ups(battery_runtime_seconds=2_400, on_battery=False, replace_battery=False)}
        if self.kind == "printer":
            supplies = [Supply(index="1", description="Black toner", level_ratio=0.6)]
            return {"printer": Printer(supplies=supplies, errors=[])}
        if self.kind == "access_point":
            return {"wireless": Wireless(clients=20)}
        port = {"index": 1, "name": "1", "admin_status": "up", "oper_status": "up", "speed_bps": 10**9}
        outside = {**port, "index": 2, "name": INTERNET}
        ports = [Interface(**port, in_errors=0, out_errors=0, full_duplex=True)]  # type: ignore[arg-type]
        if self.kind == "firewall":
            ports.append(Interface(**outside))  # type: ignore[arg-type]
        return {"interfaces": ports, "poe": [PoeGroup(index="1", budget_watts=370.0, used_watts=100.0)]}


@dataclass
class Laptop:
    """One computer, and what it would say."""

    device_id: str
    school: str
    facts: dict[str, object] = field(default_factory=dict)
    gone: bool = False

    def report(self, now: float) -> Report:
        found = Report(
            source="agent",
            sequence=int(now),
            measured_at=now,
            os=OperatingSystem(name="Windows", support_end_date="2035-10-14"),
            uptime=Uptime(unexpected_shutdowns_total=0),
            disks=[Disk(name="nvme0", smart_passed=True, failing=False)],
            batteries=[Battery(name="BAT0", health_ratio=0.9)],
        )
        return replace(found, **self.facts)  # type: ignore[arg-type]


class World:
    """Schools with gear and laptops. ``dead`` does not answer, nor does what hangs from it; ``off`` has no power."""

    def __init__(self, store: Store, *, book: RuleBook | None = None, rules: CalendarRules | None = None) -> None:
        self.fleet = Fleet(calendars=CalendarBook(rules or CalendarRules(zone=ZONE)))
        self.store = store
        self.keeper = Keeper(self.fleet, store, book or load(None))
        self.fleet.on_report = self.keeper.watch.hear
        self.gear: dict[str, Gear] = {}
        self.laptops: dict[str, Laptop] = {}
        self.dead: set[str] = set()
        self.quiet_schools: set[str] = set()
        self.about_us = Itself()
        self.history: list[tuple[float, Transition]] = []
        self.now = 0.0

    def add_school(self, name: str, **given: object) -> None:
        self.fleet.put_school(School(school_id=name, name=name.title(), **given))  # type: ignore[arg-type]

    def add_gear(self, *all_gear: Gear) -> None:
        for gear in all_gear:
            self.gear[gear.device_id] = gear
            self.fleet.put_device(Device(device_id=gear.device_id, device_class="network", school_id=gear.school))
        self.draw()

    def draw(self, links: list[dict[str, object]] | None = None) -> None:
        parents = {gear.device_id: gear.parent for gear in self.gear.values() if gear.parent}
        outside = {gear.device_id: frozenset({INTERNET}) for gear in self.gear.values() if gear.kind == "firewall"}
        self.fleet.use_network(Network(parents=parents, wan=outside, graph={"links": links or []}))

    def add_laptops(self, school: str, count: int) -> None:
        for number in range(count):
            laptop = Laptop(f"{school}-laptop-{number}", school)
            self.laptops[laptop.device_id] = laptop
            self.fleet.put_device(
                Device(device_id=laptop.device_id, device_class="computer", school_id=school, enrolled_at=0.0)
            )

    def usual_school(self, name: str, *, switches: int = 2, laptops: int = 20, parent: str | None = None) -> None:
        """A firewall, a core, closets with an access point and a UPS each, a printer, laptops."""
        self.add_school(name)
        gear = [
            Gear(f"{name}-fw", name, "firewall", parent, location="MDF"),
            Gear(f"{name}-core", name, "switch", f"{name}-fw", location="MDF"),
            Gear(f"{name}-printer", name, "printer", f"{name}-core", location="Office"),
        ]
        for number in range(switches):
            place, switch = f"IDF {number}", f"{name}-sw-{number}"
            gear += [
                Gear(switch, name, "switch", f"{name}-core", location=place),
                Gear(f"{name}-ap-{number}", name, "access_point", switch, location=f"Room {number}"),
                Gear(f"{name}-ups-{number}", name, "ups", switch, location=place),
            ]
        self.add_gear(*gear)
        self.add_laptops(name, laptops)

    def answers(self, device_id: str) -> bool:
        """Whether a device can be reached: neither it nor anything above it is dead."""
        while device_id:
            if device_id in self.dead:
                return False
            device_id = self.gear[device_id].parent or ""
        return True

    def cut(self, school: str) -> bool:
        """Whether reports of a school's computers reach the collector."""
        uplinks = [gear for gear in self.gear.values() if gear.school == school and gear.kind == "firewall"]
        return school in self.quiet_schools or any(not self.answers(gear.device_id) for gear in uplinks)

    def poll(self, device_id: str, at: float) -> None:
        self.fleet.apply(device_id, self.gear[device_id].report(at, answers=self.answers(device_id)), at)

    def say(self, device_id: str, at: float) -> None:
        laptop = self.laptops[device_id]
        if not laptop.gone and not self.cut(laptop.school):
            self.fleet.apply(device_id, laptop.report(at), at, on_campus=True)

    def hear_all(self, at: float, *, laptops: bool = True) -> None:
        """Poll all gear, and let all laptops speak."""
        for device_id in self.gear:
            self.poll(device_id, at)
        for device_id in self.laptops if laptops else ():
            self.say(device_id, at)

    async def look(self, at: float) -> list[Transition]:
        """Let time pass until then, and look."""
        self.now = at
        self.fleet.refresh(at)
        made = await self.keeper.look(at, self.about_us)
        self.history += [(at, change) for change in made]
        return made

    async def run(self, start: float, seconds: float, *, every: float = 10.0, laptops: bool = True) -> None:
        """Live through some time as the collector does: gear each minute, laptops each five, a look each ten seconds.

        Polls are spread over the minute.
        """
        at = start
        while at < start + seconds:
            for place, device_id in enumerate(self.gear):
                if (place * 7) % 60 // every == at % 60 // every:
                    self.poll(device_id, at)
            for place, device_id in enumerate(self.laptops if laptops else ()):
                if (place * 11) % 300 // every == at % 300 // every:
                    self.say(device_id, at)
            await self.look(at)
            at += every

    def roots(self) -> dict[str, Row]:
        """Problems that are known now and are not effects."""
        return {key: row for key, row in self.keeper.rows.items() if row.opened_at and row.problem.cause is None}

    def opened(self) -> list[str]:
        """Keys of all problems that ever opened, in order."""
        return [change.after.problem.key for _, change in self.history if change.change == "opened" and change.after]

    def states(self) -> dict[str, State]:
        return {key: row.state for key, row in self.keeper.rows.items()}
