import dataclasses
from collections import Counter
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from fleet_samples import NOW, gear, laptop
from homeroom_agent.report import Battery, Filesystem, NetworkGear, Report
from homeroom_agent.report.network import Interface
from homeroom_collector.fleet import Fleet
from homeroom_collector.fleet.school import SchoolState
from homeroom_collector.ingest.clock import timing
from homeroom_collector.model import Device, Presence, School
from homeroom_collector.rules.calendar import Bells, CalendarRules, Patch, Span
from homeroom_collector.rules.calendar_book import CalendarBook

NEW_YORK = ZoneInfo("America/New_York")


def computer(number: int = 0, school_id: str = "ps1", **facts) -> Device:
    return Device(device_id=f"laptop-{number}", device_class="computer", school_id=school_id, **facts)


def switch(school_id: str = "ps1") -> Device:
    return Device(device_id="switch", device_class="network", school_id=school_id)


def series(fleet: Fleet, device_id: str) -> dict[tuple[str, bytes], float]:
    """What the fleet would expose of one device, NaN left out."""
    found = {}
    for state in fleet.schools:
        for columns in state.columns.values():
            labels = [prefix + suffix for prefix, suffix in zip(columns.prefixes, columns.suffixes, strict=True)]
            for place, column in enumerate(columns.table.columns):
                for label, value in zip(labels, columns.column(place), strict=True):
                    if value == value and f'"{device_id}"'.encode() in label:
                        assert (column.family.name, label) not in found
                        found[column.family.name, label.split(b",", 1)[-1]] = value
    return found


def names(fleet: Fleet, device_id: str) -> set[str]:
    return {name for name, _ in series(fleet, device_id)}


def counts(state: SchoolState | None) -> Counter[Presence]:
    assert state is not None
    total = Counter[Presence]()
    for group, number in state.counts.items():
        total[group.state] += number
    return total


@pytest.fixture
def fleet() -> Fleet:
    fleet = Fleet()
    fleet.put_school(School(school_id="ps1", name="First"))
    fleet.put_device(computer())
    fleet.put_device(switch())
    return fleet


def test_a_section_that_was_not_measured_keeps_what_was_known(fleet: Fleet) -> None:
    fleet.apply("laptop-0", laptop(), NOW)
    before = series(fleet, "laptop-0")
    fleet.apply("laptop-0", Report(source="agent", sequence=2, measured_at=NOW + 60), NOW + 60)
    after = series(fleet, "laptop-0")
    last_report = ("homeroom_device_last_report_timestamp_seconds", b'device="laptop-0"} ')
    assert after.pop(last_report) == before.pop(last_report) + 60
    assert after == before


def test_a_section_that_was_measured_replaces_all_its_rows(fleet: Fleet) -> None:
    fleet.apply("laptop-0", laptop(), NOW)
    home = [Filesystem(mount="/", size_bytes=10), Filesystem(mount="/home", size_bytes=20, free_bytes=5)]
    fleet.apply("laptop-0", dataclasses.replace(laptop(1), filesystems=home, batteries=[]), NOW + 60)
    found = series(fleet, "laptop-0")
    assert found["homeroom_device_filesystem_size_bytes", b'mount="/home"} '] == 20
    assert ("homeroom_device_filesystem_free_bytes", b'mount="/"} ') not in found
    assert "homeroom_device_battery_health_ratio" not in names(fleet, "laptop-0")


def test_rows_are_reused_and_never_leak_into_another_device(fleet: Fleet) -> None:
    for number in range(1, 50):
        fleet.put_device(computer(number))
        two = [Battery(name="BAT0", health_ratio=0.5), Battery(name="BAT1", health_ratio=number / 100)]
        fleet.apply(f"laptop-{number}", dataclasses.replace(laptop(number), batteries=two), NOW)
        fleet.apply(f"laptop-{number}", dataclasses.replace(laptop(number), batteries=two[1:]), NOW)
        fleet.apply(f"laptop-{number}", dataclasses.replace(laptop(number), batteries=two), NOW)
        if number % 2:
            fleet.remove_device(f"laptop-{number}")
    state = fleet.school("ps1")
    assert state is not None
    assert len(state.columns["battery"].prefixes) <= 2 * 26 + 2
    for number in range(2, 50, 2):
        assert series(fleet, f"laptop-{number}")["homeroom_device_battery_health_ratio", b'battery="BAT1"} '] == (
            number / 100
        )
        assert not series(fleet, f"laptop-{number - 1}")


def test_ports_are_told_apart_by_name_and_only_namesakes_by_index(fleet: Fleet) -> None:
    ports = [
        Interface(index=1, name="Gi1/0/1", in_octets=1),
        Interface(index=2, name="Gi1/0/1", in_octets=2),
        Interface(index=3, description="vlan 7", in_octets=3),
        Interface(index=4, in_octets=4),
    ]
    for order in (ports, ports[::-1]):
        fleet.apply("switch", gear(*order), NOW)
        received = {
            label: value
            for (name, label), value in series(fleet, "switch").items()
            if name == "homeroom_interface_receive_bytes_total"
        }
        assert received == {
            b'interface="Gi1/0/1#1"} ': 1,
            b'interface="Gi1/0/1#2"} ': 2,
            b'interface="vlan 7"} ': 3,
            b'interface="4"} ': 4,
        }


def test_gear_that_is_down_at_the_start_is_counted_as_what_it_was(fleet: Fleet) -> None:
    silent = Report(source="snmp", sequence=1, measured_at=NOW, network=NetworkGear(reachable=False))
    fleet.apply("switch", silent, NOW)
    assert series(fleet, "switch")["homeroom_target_up", b'kind=""} '] == 0
    fleet.recall_kinds({"switch": "switch", "nobody": "router"})
    found = {label for name, label in series(fleet, "switch") if name == "homeroom_target_up"}
    assert found == {b'kind="switch"} '}
    fleet.recall_kinds({"switch": "router"})
    assert series(fleet, "switch")["homeroom_target_up", b'kind="switch"} '] == 0, "what it says itself is stronger"


def test_gear_that_does_not_answer_is_down_and_shows_no_old_measurement(fleet: Fleet) -> None:
    fleet.apply("switch", gear(Interface(index=1, name="1", in_octets=1)), NOW)
    silent = Report(source="snmp", sequence=2, measured_at=NOW + 60, network=NetworkGear(reachable=False))
    fleet.apply("switch", silent, NOW + 60)
    found = series(fleet, "switch")
    assert found["homeroom_target_up", b'kind="switch"} '] == 0
    assert found["homeroom_device_presence", b'state="down"} '] == 1
    assert names(fleet, "switch") == {
        "homeroom_target_up",
        "homeroom_target_info",
        "homeroom_device_presence",
        "homeroom_device_last_report_timestamp_seconds",
    }


def test_gear_that_nobody_polls_any_more_is_unknown_and_neither_up_nor_down(fleet: Fleet) -> None:
    fleet.apply("switch", gear(), NOW)
    fleet.refresh(NOW + 301)
    found = series(fleet, "switch")
    assert found["homeroom_device_presence", b'state="unknown"} '] == 1
    assert "homeroom_target_up" not in names(fleet, "switch")
    fleet.apply("switch", gear(at=NOW + 400), NOW + 400)
    assert series(fleet, "switch")["homeroom_target_up", b'kind="switch"} '] == 1


def test_fast_series_leave_with_silence_and_slow_ones_a_month_later(fleet: Fleet) -> None:
    fleet.apply("laptop-0", laptop(), NOW)
    fleet.refresh(NOW + 899)
    assert "homeroom_device_cpu_usage_ratio" in names(fleet, "laptop-0")
    fleet.refresh(NOW + 901)
    assert "homeroom_device_cpu_usage_ratio" not in names(fleet, "laptop-0")
    assert "homeroom_device_battery_health_ratio" in names(fleet, "laptop-0")
    fleet.refresh(NOW + 31 * 86400)
    assert names(fleet, "laptop-0") == {
        "homeroom_device_info",
        "homeroom_device_presence",
        "homeroom_device_last_report_timestamp_seconds",
        "homeroom_device_uptime_ratio",
        "homeroom_device_up_instructional_seconds_total",
    }


def test_a_report_from_last_week_brings_slow_facts_and_no_fast_ones(fleet: Fleet) -> None:
    fleet.apply("laptop-0", laptop(at=NOW - 7 * 86400), NOW)
    assert "homeroom_device_battery_health_ratio" in names(fleet, "laptop-0")
    assert "homeroom_device_cpu_usage_ratio" not in names(fleet, "laptop-0")
    assert counts(fleet.school("ps1"))[Presence.ON_CAMPUS] == 1, "it is talking to us now"


def test_a_satellites_late_poll_does_not_make_a_switch_known(fleet: Fleet) -> None:
    fleet.apply("switch", gear(at=NOW - 7200), NOW)
    fleet.refresh(NOW)
    assert counts(fleet.school("ps1"))[Presence.UNKNOWN] == 2


@pytest.mark.parametrize("off", [3 * 3600, -3 * 3600])
def test_a_clock_three_hours_off_changes_neither_time_nor_state(fleet: Fleet, off: float) -> None:
    at = timing(NOW - 60 + off, NOW + off, NOW, oldest_seconds=86400)
    assert at.skew_seconds == off
    fleet.apply("laptop-0", dataclasses.replace(laptop(at=at.measured_at), sent_at=None), NOW)
    label = b'device="laptop-0"} '
    assert series(fleet, "laptop-0")["homeroom_device_last_report_timestamp_seconds", label] == NOW - 60
    assert "homeroom_device_cpu_usage_ratio" in names(fleet, "laptop-0")
    fleet.refresh(NOW + 60)
    assert counts(fleet.school("ps1"))[Presence.ON_CAMPUS] == 1


def test_moving_school_takes_values_and_counts_along(fleet: Fleet) -> None:
    fleet.put_school(School(school_id="ps2", name="Second"))
    fleet.apply("laptop-0", laptop(), NOW)
    before = series(fleet, "laptop-0")
    fleet.put_device(computer(school_id="ps2"))
    assert series(fleet, "laptop-0") == before
    assert counts(fleet.school("ps2")) == {Presence.ON_CAMPUS: 1}
    assert counts(fleet.school("ps1")) == {Presence.UNKNOWN: 1}
    fleet.apply("laptop-0", laptop(3, at=NOW + 60), NOW + 60)
    assert series(fleet, "laptop-0")["homeroom_device_uptime_seconds", b'device="laptop-0"} '] == 3603.5


def test_counts_follow_presence_through_a_school_day() -> None:
    rules = CalendarRules(
        zone=NEW_YORK,
        week=dict.fromkeys(range(5), (Bells(time(8), time(15)),)),
        terms=(Span(date(2026, 1, 5), date(2026, 6, 26)),),
    )
    fleet = Fleet(calendars=CalendarBook(rules, schools={"hill": Patch(off=frozenset({date(2026, 2, 3)}))}))
    monday = datetime(2026, 2, 2, 14, 0, tzinfo=NEW_YORK).timestamp()
    for number, school_id in enumerate(("hill", "vale")):
        fleet.put_school(School(school_id=school_id, name=school_id))
        fleet.put_device(computer(number, school_id))
        fleet.apply(f"laptop-{number}", laptop(at=monday), monday)
    tuesday = monday + 20 * 3600
    fleet.refresh(tuesday)
    assert counts(fleet.school("hill")) == {Presence.QUIET: 1}
    assert counts(fleet.school("vale")) == {Presence.QUIET: 1}
    fleet.refresh(tuesday + 3600)
    assert counts(fleet.school("hill")) == {Presence.QUIET: 1}
    assert counts(fleet.school("vale")) == {Presence.OVERDUE: 1}


def test_silence_that_nobody_could_have_heard_makes_no_one_overdue() -> None:
    rules = CalendarRules(zone=NEW_YORK, terms=(Span(date(2026, 1, 5), date(2026, 6, 26)),))
    fleet = Fleet(calendars=CalendarBook(rules))
    friday = datetime(2026, 2, 6, 14, 0, tzinfo=NEW_YORK).timestamp()
    for number, heard_at in enumerate((friday, friday - 8 * 86400)):
        fleet.put_device(computer(number))
        fleet.apply(f"laptop-{number}", laptop(at=heard_at), heard_at)
    restarted = friday + 5 * 86400
    fleet.refresh(restarted)
    assert counts(fleet.school("ps1")) == {Presence.QUIET: 1, Presence.MISSING: 1}
    fleet.refresh(restarted + 899)
    assert counts(fleet.school("ps1")) == {Presence.QUIET: 1, Presence.MISSING: 1}
    fleet.refresh(restarted + 900)
    assert counts(fleet.school("ps1")) == {Presence.OVERDUE: 1, Presence.MISSING: 1}


def test_a_report_of_a_removed_device_changes_nothing(fleet: Fleet) -> None:
    fleet.remove_device("laptop-0")
    version = fleet.version
    fleet.apply("laptop-0", laptop(), NOW)
    assert (fleet.version, len(fleet)) == (version, 1)


def test_a_device_of_a_school_nobody_listed_is_kept_under_its_id(fleet: Fleet) -> None:
    fleet.put_device(computer(9, "somewhere"))
    fleet.apply("laptop-9", laptop(), NOW)
    fleet.put_school(School(school_id="somewhere", name="Found"))
    state = fleet.school("somewhere")
    assert state is not None
    assert (state.school.name, len(state.members)) == ("Found", 1)


def test_on_campus_or_away_is_what_ingest_decided(fleet: Fleet) -> None:
    fleet.apply("laptop-0", laptop(), NOW, on_campus=False)
    assert counts(fleet.school("ps1"))[Presence.AWAY] == 1
    fleet.apply("laptop-0", laptop(1, at=NOW + 1), NOW + 1, on_campus=True)
    assert counts(fleet.school("ps1"))[Presence.ON_CAMPUS] == 1
