"""Rules of each class of device: where they begin to hold, where they end, and what silence of a value means."""

from datetime import date
from typing import Any

import pytest

from homeroom_agent.report import Battery, Disk, Filesystem, OperatingSystem, Report, Temperature, Uptime
from homeroom_agent.report.network import (
    GearIdentity,
    Interface,
    NetworkGear,
    PoeGroup,
    Pool,
    Printer,
    Processor,
    Sensor,
    Supply,
    System,
    Ups,
)
from homeroom_collector.rules.health import computer, gear, ports
from homeroom_collector.rules.health.catalog import DEFAULTS, switched_on
from homeroom_collector.rules.health.computer import Around
from homeroom_collector.rules.health.rule import Finding, Judge, Spot

RULES = switched_on(DEFAULTS)
AROUND = Around(today=date(2026, 10, 14), newest_agent="1.4.0", shutdowns_before=2)


def of_computer(held: dict[Spot, Finding] | None = None, **facts: Any) -> dict[Spot, Finding]:
    report = Report(source="agent", sequence=1, measured_at=0.0, **facts)
    judge = Judge("laptop", RULES, 0.0, held or {})
    for section, _, check in computer.CHECKS:
        if getattr(report, section) is not None:
            check(report, judge, AROUND)
    return judge.found


def of_gear(held: dict[Spot, Finding] | None = None, **facts: Any) -> dict[Spot, Finding]:
    judge = Judge("sw", RULES, 0.0, held or {})
    for section, _, check in gear.CHECKS:
        if facts.get(section) is not None:
            check(NetworkGear(reachable=True, **facts), judge)
    return judge.found


def battery(health: float | None) -> dict[str, Any]:
    return {"batteries": [Battery(name="BAT0", health_ratio=health)]}


def test_between_two_thresholds_a_finding_stays_as_it_was():
    spot = ("battery_worn", "BAT0")
    assert not of_computer(**battery(0.52))
    worn = of_computer(**battery(0.5))
    assert set(worn) == {spot}
    assert set(of_computer(worn, **battery(0.52))) == {spot}
    assert set(of_computer(worn, **battery(None))) == {spot}, "what is not measured stays as it was"
    assert not of_computer(worn, **battery(0.55))


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        ({"disks": [Disk(name="sda", smart_passed=False)]}, "disk_failing"),
        ({"disks": [Disk(name="sda", failing=True)]}, "disk_failing"),
        ({"filesystems": [Filesystem(mount="/", size_bytes=100, free_bytes=4)]}, "disk_full"),
        ({"temperatures": [Temperature(name="cpu", celsius=96.0)]}, "device_hot"),
        ({"uptime": Uptime(unexpected_shutdowns_total=5)}, "unexpected_shutdowns"),
        ({"os": OperatingSystem(support_end_date="2026-10-13")}, "os_unsupported"),
        ({"agent_version": "1.2.9"}, "agent_old"),
    ],
)
def test_what_is_wrong_with_a_computer_is_found(facts: dict[str, Any], kind: str):
    assert [spot[0] for spot in of_computer(**facts)] == [kind]


@pytest.mark.parametrize(
    "facts",
    [
        {"disks": [Disk(name="sda")]},
        {"filesystems": [Filesystem(mount="/", size_bytes=0, free_bytes=0)]},
        {"uptime": Uptime(unexpected_shutdowns_total=1)},
        {"os": OperatingSystem(support_end_date="2026-10-14")},
        {"os": OperatingSystem(support_end_date="some day")},
        {"agent_version": "simulated"},
        {"agent_version": "1.3.0"},
    ],
)
def test_what_is_unknown_or_just_right_is_no_problem(facts: dict[str, Any]):
    assert not of_computer(**facts)


def sensor(kind: str, name: str, **given: Any) -> dict[str, Any]:
    return {"sensors": [Sensor(index="1", kind=kind, description=name, **given)]}


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        (sensor("temperature", "Board", value=76.0, unit="celsius", status="ok"), "gear_hot"),
        (sensor("temperature", "CPU", value=60.0, unit="celsius", status="critical"), "gear_hot"),
        (sensor("temperature", "CPU", value=90.0, unit="celsius", status="ok"), None),
        (sensor("state", "Fan 2", status="warning"), "fan_failed"),
        (sensor("fan_speed", "Fan 2", value=0.0, unit="rpm", status="unknown"), None),
        (sensor("state", "Power Supply 1", status="critical"), "power_supply_failed"),
        ({**sensor("state", "Fan", status="critical"), "identity": GearIdentity(kind="printer")}, None),
        ({"poe": [PoeGroup(index="1", budget_watts=370.0, used_watts=340.0)]}, "poe_budget"),
        ({"poe": [PoeGroup(index="1", budget_watts=0.0, used_watts=0.0)]}, None),
        ({"processors": [Processor(index="1", usage_ratio=1.0), Processor(index="2", usage_ratio=0.1)]}, None),
        ({"processors": [Processor(index="1", usage_ratio=1.0)]}, "cpu_high"),
        ({"memory": [Pool(index="1", usage_ratio=0.96)]}, "memory_high"),
        ({"system": System(uptime_seconds=100.0)}, "gear_restarted"),
        ({"ups": Ups(on_battery=True, battery_runtime_seconds=100)}, "ups_on_battery"),
        ({"ups": Ups(on_battery=False, battery_runtime_seconds=100)}, "ups_runtime_low"),
        ({"ups": Ups(replace_battery=True)}, "ups_replace_battery"),
        ({"printer": Printer(supplies=[Supply(index="1", level_ratio=0.04)])}, "printer_supply_low"),
        ({"printer": Printer(supplies=[Supply(index="1", level_note="unknown")])}, None),
        ({"printer": Printer(supplies=[], errors=["jammed"])}, "printer_error"),
        ({"printer": Printer(supplies=[], errors=["low_toner"])}, None),
    ],
)
def test_network_gear_is_judged_by_what_it_says(facts: dict[str, Any], kind: str | None):
    assert [spot[0] for spot in of_gear(**facts)] == ([kind] if kind else [])


def polled(known: ports.Ports, at: float, held: dict[Spot, Finding] | None = None, **port: Any) -> dict[Spot, Finding]:
    judge = Judge("sw", RULES, at, held or {})
    known.look([Interface(index=1, name="1", **port)], judge)
    return judge.found


def test_errors_are_counted_between_polls_and_a_reset_says_nothing():
    known = ports.Ports()
    assert not polled(known, 0, in_errors=1_000)
    found = polled(known, 60, in_errors=1_120)
    assert [spot[0] for spot in found] == ["port_errors"]
    assert found["port_errors", "1"].evidence[0].measured == 2.0
    assert set(polled(known, 120, found, in_errors=5)) == set(found), "the counter began anew: nobody knows"
    assert set(polled(known, 9_000, found, in_errors=5)) == set(found), "too long ago to compare"
    assert not polled(known, 9_060, found, in_errors=5)


def test_a_port_that_comes_and_goes_flaps_until_it_is_calm_for_an_hour():
    known, found = ports.Ports(), {}
    for minute in range(12):
        found = polled(known, minute * 60, found, admin_status="up", oper_status="up" if minute % 2 else "down")
    assert [spot[0] for spot in found] == ["port_flapping"]
    assert set(polled(known, 900, found, admin_status="up", oper_status="up")) == set(found)
    assert not polled(known, 4_500, found, admin_status="up", oper_status="up")


def test_names_that_a_device_makes_up_do_not_fill_the_memory():
    known = ports.Ports()
    for poll in range(4_000):
        up = "up" if poll % 2 else "down"
        port = Interface(index=1, name=f"made-up-{poll // 2}", admin_status="up", oper_status=up)
        known.look([port], Judge("sw", RULES, poll * 60.0, {}))
    assert len(known._changes) <= 502


def test_half_duplex_matters_on_fast_ports_that_are_up():
    half = {"full_duplex": False, "oper_status": "up"}
    assert polled(ports.Ports(), 0, **half, speed_bps=100_000_000)
    assert not polled(ports.Ports(), 0, **half, speed_bps=10_000_000)
    assert not polled(ports.Ports(), 0, full_duplex=False, oper_status="down", speed_bps=10**9)
