"""Load of ports and of a school's lines, from reports as they come."""

from dataclasses import replace
from datetime import UTC, time

import pytest

from fleet_samples import NOW, gear
from homeroom_agent.report import Report
from homeroom_agent.report.network import Interface, System
from homeroom_collector.fleet import Fleet, Network
from homeroom_collector.fleet.traffic import Load
from homeroom_collector.fleet.wan import FEWEST_SAMPLES, MOST_SAMPLES, SAMPLE_SECONDS, Rate, SchoolWan
from homeroom_collector.model import Device, School
from homeroom_collector.rules.bandwidth import BandwidthPolicy
from homeroom_collector.rules.calendar import Bells, CalendarRules
from homeroom_collector.rules.calendar_book import CalendarBook

GIGABIT = 10**9
RECEIVE, TRANSMIT = "homeroom_interface_receive_utilization_ratio", "homeroom_interface_transmit_utilization_ratio"


def port(received: int | None, sent: int | None = 0, *, index: int = 1, name: str = "1", **facts: object) -> Interface:
    known = {"speed_bps": GIGABIT, "counter_bits": 64} | facts
    return Interface(index=index, name=name, in_octets=received, out_octets=sent, **known)  # type: ignore[arg-type]


def poll(*ports: Interface, after: float, up: float | None = None) -> Report:
    """A poll ``after`` seconds; the device is up for a day, or for ``up`` seconds."""
    report = gear(*ports, at=NOW + after)
    assert report.network is not None
    system = System(uptime_seconds=86400.0 + after if up is None else up)
    return replace(report, network=replace(report.network, system=system))


@pytest.fixture
def fleet() -> Fleet:
    every_day = dict.fromkeys(range(7), (Bells(time.min, time.max),))
    fleet = Fleet(calendars=CalendarBook(CalendarRules(zone=UTC, week=every_day)))
    fleet.put_school(School(school_id="ps1", name="First", enrollment_students=400))
    fleet.put_device(Device(device_id="sw", device_class="network", school_id="ps1"))
    return fleet


def loads(fleet: Fleet, *reports: Report) -> dict[object, dict[str, float]]:
    """What the fleet shows of each port's load after these reports."""
    for report in reports:
        fleet.apply("sw", report, report.measured_at)
    state, member = fleet.school("ps1"), fleet.member("sw")
    assert state is not None
    assert member is not None
    return dict(state.measured(member, "interface_load"))


def test_one_reading_is_no_load(fleet: Fleet) -> None:
    assert loads(fleet, poll(port(10**9), after=0)) == {}


def test_two_readings_are_a_share_of_the_speed_in_each_direction(fleet: Fleet) -> None:
    before, after = port(0, 10**9), port(750_000_000, 10**9 + 1_875_000_000)
    assert loads(fleet, poll(before, after=0), poll(after, after=60)) == {"1": {RECEIVE: 0.1, TRANSMIT: 0.25}}


@pytest.mark.parametrize("speed", [None, 0])
def test_a_port_of_unknown_speed_has_no_utilisation(fleet: Fleet, speed: int | None) -> None:
    assert loads(fleet, poll(port(0), after=0), poll(port(9, speed_bps=speed), after=60)) == {}


def test_a_port_is_itself_by_name_when_a_restart_renumbers_it_without_resetting(fleet: Fleet) -> None:
    before = [port(0, name="Gi1", index=1), port(10**12, name="Gi2", index=2)]
    after = [port(10**12, name="Gi2", index=1), port(75_000_000, name="Gi1", index=2)]
    found = loads(fleet, poll(*before, after=0), poll(*after, after=60))
    assert found == {"Gi1": {RECEIVE: 0.01, TRANSMIT: 0.0}, "Gi2": {RECEIVE: 0.0, TRANSMIT: 0.0}}


def test_a_32_bit_counter_wraps_and_a_64_bit_one_was_reset(fleet: Fleet) -> None:
    slow = {"counter_bits": 32, "speed_bps": 10**8}
    first = poll(port(2**32 - 1000, name="old", **slow), port(10**15, name="new", index=2), after=0)
    second = poll(port(74_000, name="old", **slow), port(5, name="new", index=2), after=60)
    found = loads(fleet, first, second)
    assert found["old"][RECEIVE] == pytest.approx(0.0001)
    assert RECEIVE not in found["new"]


def test_counters_wider_than_a_double_keep_their_small_steps(fleet: Fleet) -> None:
    found = loads(fleet, poll(port(2**63), after=0), poll(port(2**63 + 75), after=60))
    assert found["1"][RECEIVE] == pytest.approx(1e-8)


def test_after_a_restart_there_is_no_load_for_one_interval(fleet: Fleet) -> None:
    before, restarted = poll(port(10**9), after=0), poll(port(10**9 + 5), after=60, up=10.0)
    assert loads(fleet, before, restarted) == {}
    assert loads(fleet, poll(port(10**9 + 5), after=120, up=70.0)) == {"1": {RECEIVE: 0.0, TRANSMIT: 0.0}}


def test_a_port_whose_counters_began_anew_has_none_either(fleet: Fleet) -> None:
    before, after = port(5, discontinuity_seconds=10.0), port(50, discontinuity_seconds=90.0)
    assert loads(fleet, poll(before, after=0), poll(after, after=60)) == {}


def test_the_uptime_clock_of_497_days_wrapping_is_no_restart(fleet: Fleet) -> None:
    wrapped = 2**32 / 100
    found = loads(fleet, poll(port(0), after=0, up=wrapped - 30), poll(port(0), after=60, up=30.0))
    assert found == {"1": {RECEIVE: 0.0, TRANSMIT: 0.0}}


def test_a_late_report_changes_nothing(fleet: Fleet) -> None:
    known = loads(fleet, poll(port(0), after=0), poll(port(750_000_000), after=60))
    assert loads(fleet, poll(port(1), after=30)) == known


def test_readings_hours_apart_say_nothing_of_now(fleet: Fleet) -> None:
    assert loads(fleet, poll(port(0), after=0), poll(port(5), after=7200)) == {}


def test_a_device_that_falls_silent_shows_no_load(fleet: Fleet) -> None:
    assert loads(fleet, poll(port(0), after=0), poll(port(5), after=60))
    assert loads(fleet, gear(at=NOW + 120, reachable=False)) == {}


def test_the_schools_traffic_is_that_of_its_outside_ports(fleet: Fleet) -> None:
    fleet.use_network(Network(wan={"sw": frozenset({"wan1", "wan2"})}))
    first = [port(0, 0, name="wan1"), port(0, 0, name="wan2", index=2), port(0, 0, name="lan", index=3)]
    second = [port(750, 75, name="wan1"), port(750, 75, name="wan2", index=2), port(10**6, name="lan", index=3)]
    loads(fleet, poll(*first, after=0), poll(*second, after=60))
    state = fleet.school("ps1")
    assert state is not None
    assert state.wan.rate(NOW + 60) == Rate(200.0, 20.0)
    loads(fleet, gear(at=NOW + 120, reachable=False))
    assert state.wan.rate(NOW + 120) is None


def test_one_outside_port_of_unknown_traffic_leaves_the_schools_unknown() -> None:
    wan = SchoolWan()
    wan.take("fw", [Load(8.0, 8.0, None), Load(None, 8.0, None)], NOW, in_session=True)
    assert wan.rate(NOW) is None


def test_a_port_that_counts_nothing_is_passed_over() -> None:
    wan = SchoolWan()
    wan.take("fw", [Load(8.0, 4.0, None), Load(None, None, None, counted=False)], NOW, in_session=True)
    assert wan.rate(NOW) == Rate(8.0, 4.0)


def busy(wan: SchoolWan, minutes: range, bps: float, *, in_session: bool = True) -> None:
    for minute in minutes:
        wan.take("fw", [Load(bps, bps / 2, None)], NOW + minute * 60, in_session=in_session)


def test_the_percentile_is_of_instruction_only() -> None:
    wan = SchoolWan()
    busy(wan, range(120), 100.0)
    busy(wan, range(120, 600), 9000.0, in_session=False)
    busy(wan, range(600, 606), 100.0)
    assert wan.percentile == Rate(100.0, 50.0)


def test_the_percentile_leaves_out_the_busiest_twentieth() -> None:
    wan = SchoolWan()
    busy(wan, range(190 * 5), 100.0)
    busy(wan, range(190 * 5, 200 * 5 + 1), 9000.0)
    assert wan.percentile == Rate(100.0, 50.0)


def test_less_than_an_hour_of_instruction_has_no_percentile() -> None:
    wan = SchoolWan()
    busy(wan, range(int(FEWEST_SAMPLES * SAMPLE_SECONDS / 60)), 100.0)
    assert wan.percentile is None


def test_samples_are_bounded() -> None:
    wan = SchoolWan()
    for number in range(MOST_SAMPLES + 50):
        wan.take("fw", [Load(1.0, 1.0, None)], NOW + number * SAMPLE_SECONDS, in_session=True)
    assert len(wan._receive) == len(wan._transmit) == MOST_SAMPLES


def test_a_school_needs_a_megabit_for_each_student_unless_told_otherwise(fleet: Fleet) -> None:
    state = fleet.school("ps1")
    assert state is not None
    assert state.wan.needed_bps == 400e6
    other = Fleet(bandwidth=BandwidthPolicy(megabits_per_student=2.5))
    other.put_school(School(school_id="ps1", name="First", enrollment_students=400))
    other.put_school(School(school_id="ps2", name="Second"))
    assert [state.wan.needed_bps for state in other.schools] == [1e9, None]


def test_a_device_that_moves_takes_its_traffic_out_of_the_school(fleet: Fleet) -> None:
    fleet.use_network(Network(wan={"sw": frozenset({"wan1"})}))
    loads(fleet, poll(port(0, name="wan1"), after=0), poll(port(750, name="wan1"), after=60))
    fleet.network_changed = False
    fleet.put_device(Device(device_id="sw", device_class="network", school_id="ps2"))
    state = fleet.school("ps1")
    assert state is not None
    assert state.wan.rate(NOW + 60) is None
    assert fleet.network_changed


def test_only_what_the_topology_is_drawn_from_asks_for_another_drawing(fleet: Fleet) -> None:
    loads(fleet, poll(port(0), after=0))
    assert fleet.network_changed
    fleet.network_changed = False
    loads(fleet, poll(port(10**6, oper_status="down", speed_bps=None), after=60))
    assert not fleet.network_changed
    loads(fleet, gear(at=NOW + 120, reachable=False))
    assert not fleet.network_changed
    loads(fleet, poll(port(10**6, alias="to the library"), after=180))
    assert fleet.network_changed
