"""Devices that come back together leave the fleet as the same devices one by one do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from fleet_content import known
from fleet_samples import NOW, gear, laptop
from homeroom_agent.report import Battery, Cpu, Link, Report
from homeroom_collector.fleet import Fleet, Member
from homeroom_collector.fleet.sheets import Heard, Remark, Sheets, heard
from homeroom_collector.model import Device, School
from homeroom_collector.rules.calendar import SchoolCalendar

Told = tuple[str, Report, float, bool | None]
Returned = tuple[Device, list[Told]]


def _computer(device_id: str, school_id: str = "ps1", **facts: Any) -> Device:
    return Device(device_id=device_id, device_class="computer", school_id=school_id, **facts)


def _reports() -> list[Told]:
    """All that a store may hold: alike and unlike, long ago, twice of one device, of gear."""
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
        ("d12", Report(source="agent", sequence=1, measured_at=NOW, cpu=Cpu(usage_ratio=0.5)), NOW, True),
        ("d12", Report(source="google", sequence=0, measured_at=NOW - 9), NOW - 9, None),
        ("d13", laptop(13, at=1.0), NOW, None),
        ("switch", gear(), NOW, None),
    ]
    return told


def _returned() -> list[Returned]:
    """Each device, and what is known of it: nothing of some."""
    devices = [_computer(f"d{number}", f"ps{number % 2 + 1}", enrolled_at=NOW) for number in range(14)]
    devices += [
        Device(device_id="switch", device_class="network", school_id="ps1"),
        *(_computer(f"n{number}") for number in range(3)),
        _computer("n9", "ps3", model="Spin 511", grade_band="6-8", shelved=True),
    ]
    return [(device, [each for each in _reports() if each[0] == device.device_id]) for device in devices]


def _fleet() -> Fleet:
    """Two schools; of one a device has left, so that rows are free there."""
    fleet = Fleet()
    for school_id in ("ps1", "ps2"):
        fleet.put_school(School(school_id=school_id, name=school_id))
    fleet.put_device(_computer("left"))
    fleet.apply("left", laptop(), NOW)
    fleet.remove_device("left")
    return fleet


def _one_by_one(fleet: Fleet, returned: list[Returned]) -> None:
    for device, told in returned:
        fleet.put_device(device)
        for device_id, report, received_at, on_campus in told:
            fleet.apply(device_id, report, received_at, on_campus=on_campus)


def _together(fleet: Fleet, returned: list[Returned]) -> None:
    """As a start does: computers on sheets, gear by itself."""
    sheets = Sheets()
    computers = [(device, told) for device, told in returned if device.device_class == "computer"]
    for device, told in computers:
        if not told:
            sheets.note(device)
    for few in (computers[:5], computers[5:]):
        sheets.write([_heard(device, told) for device, told in few if told])
    fleet.bring_back(sheets)
    _one_by_one(fleet, [(device, told) for device, told in returned if device.device_class == "network"])


def _heard(device: Device, told: list[Told]) -> tuple[Device, Heard, Report]:
    """What is known of a device; only a sync with its console may be known beside its own report."""
    own = next((each for each in told if each[1].source != "google"), told[0])
    synced = [at for _, report, at, _ in told if report.source == "google" and report is not own[1]]
    _, report, received_at, on_campus = own
    return device, heard(report, received_at, on_campus=on_campus, synced_at=max(synced, default=None)), report


@pytest.mark.parametrize("order", [list, lambda returned: returned[::-1]], ids=["in order", "backwards"])
def test_many_at_once_are_as_one_by_one(order: Callable[[list[Returned]], list[Returned]]):
    together, singly = _fleet(), _fleet()
    _together(together, order(_returned()))
    _one_by_one(singly, order(_returned()))
    assert known(together) == known(singly)
    assert known(together)["d9"][1]["battery"], "nothing was compared"
    for fleet in (together, singly):
        fleet.refresh(NOW + 3_600.0)
        fleet.apply("d3", replace(laptop(3), batteries=None), NOW + 3_700.0, on_campus=True)
        fleet.apply("n1", laptop(1), NOW + 3_700.0)
        fleet.put_device(_computer("d4", "ps2", model="Spin 512"))
    assert known(together) == known(singly)


def test_devices_that_are_laid_out_alike_share_their_keys_until_one_differs():
    fleet = Fleet()
    _together(fleet, [(_computer(f"d{number}"), [(f"d{number}", laptop(), NOW, None)]) for number in range(3)])
    first, second, third = (member for state in fleet.schools for member in state.members.values())
    assert first.keys is second.keys is third.keys
    fleet.apply("d1", replace(laptop(), batteries=[Battery(name="B1"), Battery(name="B2")]), NOW + 60.0)
    assert second.keys != first.keys
    assert first.keys is third.keys
    fleet.refresh(NOW + 600.0)  # writes uptime rows of all
    assert first.keys is third.keys


def test_a_device_that_is_here_already_is_replaced_by_what_the_store_has():
    fleet, anew = _fleet(), Fleet()
    for school_id in ("ps1", "ps2"):
        anew.put_school(School(school_id=school_id, name=school_id))
    fleet.put_device(_computer("d1", "ps2"))
    fleet.apply("d1", replace(laptop(), links=None), NOW - 300.0, on_campus=True)
    returned: list[Returned] = [(_computer("d1"), [("d1", laptop(1), NOW, None)]), (_computer("d5"), [])]
    _together(fleet, returned)
    _together(anew, returned)
    assert known(fleet) == known(anew)


def test_whoever_listens_hears_remarks_with_the_school_of_each():
    said: list[tuple[str, SchoolCalendar, Report, float]] = []

    def hear(member: Member, calendar: SchoolCalendar, report: Report, at: float) -> None:
        said.append((member.device.device_id, calendar, report, at))

    fleet = _fleet()
    fleet.on_report = hear
    sheets, report = Sheets(), laptop(3)
    sheets.write([_heard(_computer("d3", "ps2"), [("d3", report, NOW, None)])])
    fleet.bring_back(sheets, [Remark("d3", report, NOW)])
    state = fleet.school("ps2")
    assert state is not None
    assert said == [("d3", state.calendar, report, NOW)]
