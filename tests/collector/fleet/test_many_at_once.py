"""Reports of many devices at once leave the fleet as the same reports one by one do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from fleet_samples import NOW, gear, laptop
from homeroom_agent.report import Battery, Cpu, Link, Report
from homeroom_collector.fleet import Fleet, Member
from homeroom_collector.model import Device, School
from homeroom_collector.rules.calendar import SchoolCalendar

Told = tuple[str, Report, float, bool | None]


def _reports() -> list[Told]:
    """All that a store may hold: alike and unlike, long ago, twice of one device, of gear, of nobody."""
    bare = replace(laptop(), os=None, identity=None, disks=[], filesystems=None, connectivity=None)
    twins = [Battery(name="BAT", health_ratio=0.4), Battery(name="BAT", charge_ratio=0.1), Battery(name="B2")]
    radio = [Link(name="eth0", up=True), Link(name="wlan0", up=True, wifi_signal_dbm=-50.0)]
    told: list[Told] = [(f"d{number}", laptop(number), NOW, None) for number in range(6)]
    told += [(f"d{number}", replace(bare, sequence=number), NOW, True) for number in range(6, 9)]
    told += [
        ("d9", replace(bare, batteries=twins, links=radio), NOW + 5, False),
        ("d10", laptop(10, at=NOW - 86_400.0), NOW, None),
        ("d11", laptop(11, at=NOW - 40 * 86_400.0), NOW - 40 * 86_400.0, False),
        ("d0", Report(source="google", sequence=0, measured_at=NOW + 9), NOW + 9, None),
        ("d12", Report(source="google", sequence=0, measured_at=NOW - 9), NOW - 9, None),
        ("d12", Report(source="agent", sequence=1, measured_at=NOW, cpu=Cpu(usage_ratio=0.5)), NOW, True),
        ("switch", gear(), NOW, None),
        ("nobody", laptop(), NOW, None),
    ]
    return told


def _fleet() -> Fleet:
    """Two schools; of one a device has left, so that rows are free there; another has reported before."""
    fleet = Fleet()
    for school_id in ("ps1", "ps2"):
        fleet.put_school(School(school_id=school_id, name=school_id))
    for number in range(13):
        school_id = f"ps{number % 2 + 1}"
        fleet.put_device(Device(device_id=f"d{number}", device_class="computer", school_id=school_id, enrolled_at=NOW))
    fleet.put_device(Device(device_id="switch", device_class="network", school_id="ps1"))
    fleet.put_device(Device(device_id="left", device_class="computer", school_id="ps1"))
    fleet.apply("left", laptop(), NOW)
    fleet.remove_device("left")
    fleet.apply("d5", replace(laptop(), links=None), NOW - 300.0)
    return fleet


def _one_by_one(fleet: Fleet, told: list[Told]) -> None:
    for device_id, report, received_at, on_campus in told:
        fleet.apply(device_id, report, received_at, on_campus=on_campus)


def _known(fleet: Fleet) -> dict[str, Any]:
    """Everything that is known of each device, and how schools count them."""
    found: dict[str, Any] = {state.school.school_id: dict(state.counts) for state in fleet.schools}
    for device_id in fleet.device_ids():
        member = fleet.member(device_id)
        assert member is not None
        state = fleet.school(member.device.school_id)
        assert state is not None
        rows = {table.name: state.measured(member, table.name) for table in member.tables}
        labels = [
            columns.prefixes[start + row] + columns.suffixes[start + row]
            for _, columns, start, count in state.runs(member)
            for row in range(count)
        ]
        heard = (member.seen_at, member.spoke_at, member.synced_at, member.measured_at, member.ages_at)
        what = (member.state, member.on_campus, member.software, member.attendance.up_at, list(member.measured))
        found[device_id] = (rows, labels, heard, what, member.keys)
    return found


@pytest.mark.parametrize("order", [list, lambda told: told[::-1]], ids=["in order", "backwards"])
def test_many_at_once_are_as_one_by_one(order: Callable[[list[Told]], list[Told]]):
    told, at_once, singly = order(_reports()), _fleet(), _fleet()
    at_once.apply_all(told)
    _one_by_one(singly, told)
    assert _known(at_once) == _known(singly)
    assert _known(at_once)["d9"][0]["battery"], "nothing was compared"
    for fleet in (at_once, singly):
        fleet.refresh(NOW + 3_600.0)
        _one_by_one(fleet, [("d3", replace(laptop(3), batteries=None), NOW + 3_700.0, True)])
    assert _known(at_once) == _known(singly)


def test_devices_that_come_together_are_as_those_that_come_one_by_one():
    devices = [
        Device(device_id="switch", device_class="network", school_id="ps1"),
        Device(device_id="d1", device_class="computer", school_id="ps2", model="Spin 511", enrolled_at=NOW),
        *(Device(device_id=f"n{number}", device_class="computer", school_id="ps1") for number in range(3)),
        Device(device_id="n9", device_class="computer", school_id="ps3", grade_band="6-8", shelved=True),
        Device(device_id="n9", device_class="computer", school_id="ps1", grade_band="6-8"),
    ]
    together, singly = _fleet(), _fleet()
    together.put_all(devices)
    for device in devices:
        singly.put_device(device)
    assert _known(together) == _known(singly)
    for fleet in (together, singly):
        fleet.apply_all([("n9", laptop(), NOW, True), ("n1", laptop(1), NOW, None)])
        fleet.refresh(NOW + 60.0)
    assert _known(together) == _known(singly)


def test_whoever_listens_hears_of_each_with_its_school():
    heard: list[tuple[str, Report, float]] = []

    def hear(member: Member, _calendar: SchoolCalendar, report: Report, at: float) -> None:
        heard.append((member.device.device_id, report, at))

    fleet = _fleet()
    fleet.on_report = hear
    told = _reports()
    fleet.apply_all(told)
    known = [(device_id, report, min(report.measured_at, at)) for device_id, report, at, _ in told[:-1]]
    assert sorted(heard, key=repr) == sorted(known, key=repr)
