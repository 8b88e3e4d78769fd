"""Counters and clocks of devices that wrap, restart, renumber and run for years."""

from __future__ import annotations

import pytest

from homeroom_agent.report.network import Interface, NetworkGear, System
from homeroom_collector.snmp.polling.continuity import Continuity
from homeroom_collector.snmp.reading.uptime import Clocks, uptime_seconds

WRAP = 2**32
FAST_ETHERNET, GIGABIT = 100_000_000, 1_000_000_000


def port(name: str = "1", index: int = 1, **more: object) -> Interface:
    known = {"index": index, "name": name, "speed_bps": FAST_ETHERNET, "counter_bits": 32, "in_octets": 0}
    return Interface(**(known | more))


class Device:
    """Polls of one device, a minute apart."""

    def __init__(self) -> None:
        self.continuity = Continuity()
        self.at = 0.0

    def poll(self, *ports: Interface, ticks: int | None = None, seconds: float = 60.0, **clocks: int) -> NetworkGear:
        self.at += seconds
        read = Clocks(agent_ticks=int(self.at * 100) if ticks is None else ticks, **clocks)
        system = System(uptime_seconds=uptime_seconds(read))
        return self.continuity.continued(
            NetworkGear(reachable=True, system=system, interfaces=list(ports)), read, self.at
        )

    def octets(self, *ports: Interface, **more: int) -> list[int | None]:
        return [each.in_octets for each in self.poll(*ports, **more).interfaces]


@pytest.fixture
def device() -> Device:
    return Device()


def test_a_32_bit_counter_goes_on_after_it_wrapped(device):
    device.poll(port(in_octets=WRAP - 1000))
    assert device.octets(port(in_octets=500)) == [WRAP + 500]
    assert device.octets(port(in_octets=700)) == [WRAP + 700]
    assert device.octets(port(in_octets=WRAP - 1))[0] >= WRAP


def test_it_goes_on_after_any_number_of_wraps(device):
    total = WRAP - 100_000_000
    device.poll(port(in_octets=total % WRAP))
    for _ in range(40):
        total += 600_000_000
        assert device.octets(port(in_octets=total % WRAP)) == [total]


def test_a_fall_that_would_mean_more_than_the_port_can_carry_is_a_reset(device):
    device.poll(port(in_octets=WRAP // 2))
    assert device.octets(port(in_octets=1000)) == [1000]


def test_a_port_fast_enough_to_wrap_twice_is_taken_to_start_anew(device):
    device.poll(port(speed_bps=GIGABIT, in_octets=WRAP - 1000))
    assert device.octets(port(speed_bps=GIGABIT, in_octets=500)) == [500]


def test_a_64_bit_counter_that_falls_was_reset(device):
    device.poll(port(counter_bits=64, in_octets=WRAP - 1000))
    assert device.octets(port(counter_bits=64, in_octets=500)) == [500]


def test_a_restart_starts_every_count_anew(device):
    device.poll(port(in_octets=WRAP - 1000))
    device.poll(port(in_octets=500))
    restarted = device.poll(port(in_octets=400), ticks=1000)
    assert restarted.interfaces[0].in_octets == 400
    assert restarted.system.restarts_total == 1
    assert restarted.system.uptime_seconds == 10


def test_a_discontinuity_of_one_port_is_of_that_port_alone(device):
    before = [port(name, n, in_octets=WRAP - 1000, discontinuity_seconds=5.0) for n, name in enumerate("ab")]
    device.poll(*before)
    after = [
        port("a", 0, in_octets=500, discontinuity_seconds=60.0),
        port("b", 1, in_octets=500, discontinuity_seconds=5.0),
    ]
    assert device.octets(*after) == [500, WRAP + 500]


def test_a_port_is_itself_by_its_name_when_the_numbers_change(device):
    device.poll(port("uplink", 1, in_octets=WRAP - 1000), port("lab", 2, in_octets=10))
    found = device.poll(port("lab", 1, in_octets=20), port("uplink", 2, in_octets=500))
    assert [(each.name, each.in_octets) for each in found.interfaces] == [("lab", 20), ("uplink", WRAP + 500)]


def test_ports_of_one_name_are_told_apart_by_their_index(device):
    device.poll(port("x", 1, in_octets=WRAP - 1000), port("x", 2, in_octets=10))
    assert device.octets(port("x", 1, in_octets=500), port("x", 2, in_octets=20)) == [WRAP + 500, 20]


def test_errors_wrap_too_and_reset_otherwise(device):
    device.poll(port(in_errors=WRAP - 5, out_discards=1000))
    found = device.poll(port(in_errors=5, out_discards=3)).interfaces[0]
    assert (found.in_errors, found.out_discards) == (WRAP + 5, 3)


def test_a_count_that_goes_missing_for_a_poll_is_not_zero(device):
    device.poll(port(in_octets=WRAP - 1000))
    device.poll(port(in_octets=500))
    assert device.octets(port(in_octets=None)) == [None]
    assert device.octets(port(in_octets=900)) == [WRAP + 900]


def test_497_days_are_not_a_restart(device):
    device.poll(ticks=WRAP - 3000)
    found = device.poll(ticks=3000)
    assert found.system.restarts_total == 0
    assert found.system.uptime_seconds == (WRAP + 3000) / 100
    later = device.poll(ticks=9000)
    assert later.system.uptime_seconds == (WRAP + 9000) / 100


def test_497_days_with_a_clock_of_the_engine_are_not_counted_twice(device):
    days = WRAP // 100
    device.poll(ticks=WRAP - 3000, engine_seconds=days - 30, boots=1)
    found = device.poll(ticks=3000, engine_seconds=days + 30, boots=1)
    assert found.system.uptime_seconds == pytest.approx(days + 30, abs=2)


def test_counters_go_on_over_a_wrap_of_the_clock(device):
    device.poll(port(in_octets=WRAP - 1000), ticks=WRAP - 3000)
    assert device.octets(port(in_octets=500), ticks=3000) == [WRAP + 500]


def test_a_restart_after_a_wrap_of_the_clock_is_seen(device):
    device.poll(ticks=WRAP - 3000)
    device.poll(ticks=3000)
    found = device.poll(ticks=500)
    assert found.system.restarts_total == 1
    assert found.system.uptime_seconds == 5


def test_what_neither_wraps_nor_restarts_is_passed_on_untouched(device):
    first = device.poll(port(in_octets=5), port("2", 2, in_octets=6))
    second = device.poll(port(in_octets=50), port("2", 2, in_octets=60))
    assert [each.in_octets for each in first.interfaces + second.interfaces] == [5, 6, 50, 60]
