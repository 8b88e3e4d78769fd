import pytest

from homeroom_agent.report.network import Interface
from homeroom_collector.snmp.bandwidth import Reading, by_name, percentile_95, rates, wraps_unseen
from homeroom_collector.snmp.reading.uptime import Clocks

MBIT = 1_000_000


def port(name="Gi1", index=1, *, octets=0, bits=64, speed=1000 * MBIT, **more):
    return Interface(index=index, name=name, in_octets=octets, out_octets=0, counter_bits=bits, speed_bps=speed, **more)


def rate(before, after, *, seconds=60, clocks=None):
    first, second = clocks or (Clocks(), Clocks())
    older = Reading(at=1000, ports=[before], clocks=first)
    newer = Reading(at=1000 + seconds, ports=[after], clocks=second)
    return next(iter(rates(older, newer)), None)


def test_octets_become_bits_per_second_and_a_share_of_the_speed():
    found = rate(port(octets=1_000), port(octets=1_000 + 750_000_000))
    assert (found.in_bps, found.out_bps, found.utilization_ratio) == (100 * MBIT, 0, 0.1)


def test_a_32_bit_counter_wraps():
    speed = 100 * MBIT
    before, after = port(octets=2**32 - 1_000, bits=32, speed=speed), port(octets=6_500, bits=32, speed=speed)
    assert rate(before, after).in_bps == 1_000


def test_a_wrap_that_may_as_well_be_a_reset_is_unknown():
    assert rate(port(octets=2**32 - 1_000, bits=32), port(octets=6_500, bits=32)).in_bps is None


def test_a_32_bit_counter_that_was_reset_is_no_spike():
    before, after = port(octets=3 * 10**9, bits=32, speed=10 * MBIT), port(octets=5, bits=32, speed=10 * MBIT)
    assert rate(before, after).in_bps is None


def test_a_reset_on_a_port_of_unknown_speed_is_no_spike():
    assert rate(port(octets=10**9, bits=32, speed=None), port(octets=5, bits=32, speed=None)).in_bps is None


def test_a_64_bit_counter_never_wraps():
    assert rate(port(octets=2**63), port(octets=5)).in_bps is None


def test_more_than_the_port_can_carry_is_nonsense():
    assert rate(port(octets=0), port(octets=10**13)).in_bps is None


def test_a_port_without_speed_has_a_rate_but_no_utilisation():
    found = rate(port(octets=0, speed=None), port(octets=7_500, speed=None))
    assert (found.in_bps, found.utilization_ratio) == (1_000, None)


def test_a_port_that_moved_to_another_index_is_still_itself():
    assert rate(port(index=10101, octets=0), port(index=55, octets=7_500)).in_bps == 1_000


def test_another_port_at_the_same_index_has_no_rate():
    assert rate(port("Gi1", octets=0), port("Gi2", octets=7_500)) is None


def test_a_restart_gives_no_rates():
    clocks = Clocks(agent_ticks=10**8), Clocks(agent_ticks=3_000)
    assert rate(port(octets=5), port(octets=9_000), clocks=clocks) is None


def test_a_restart_between_two_late_polls_gives_no_rates():
    clocks = Clocks(agent_ticks=10_000), Clocks(agent_ticks=16_000)
    assert rate(port(octets=5), port(octets=9_000), seconds=300, clocks=clocks) is None


def test_the_497_day_wrap_is_no_restart():
    clocks = Clocks(agent_ticks=2**32 - 3_000), Clocks(agent_ticks=3_000)
    assert rate(port(octets=0), port(octets=7_500), clocks=clocks).in_bps == 1_000


def test_a_device_whose_clock_stands_still_has_rates():
    clocks = Clocks(agent_ticks=500), Clocks(agent_ticks=500)
    assert rate(port(octets=7), port(octets=7), seconds=600, clocks=clocks).in_bps == 0


def test_a_discontinuity_gives_no_rate_for_that_port():
    before, after = port(octets=5, discontinuity_seconds=0), port(octets=9_000, discontinuity_seconds=77.5)
    found = rate(before, after)
    assert (found.in_bps, found.errors_per_second) == (None, None)


def test_a_port_whose_counters_changed_width_waits_for_the_next_poll():
    assert rate(port(octets=5, bits=32), port(octets=2**33, bits=64)).in_bps is None


def test_errors_and_discards_are_per_second_over_both_directions():
    before = port(in_errors=10, out_errors=0, in_discards=2**32 - 10)
    after = port(in_errors=40, out_errors=30, in_discards=20)
    found = rate(before, after)
    assert (found.errors_per_second, found.discards_per_second) == (1.0, 0.5)


def test_error_counters_that_were_cleared_are_unknown():
    assert rate(port(in_errors=500), port(in_errors=2)).errors_per_second is None


def test_ports_that_share_a_name_are_told_apart_by_index():
    assert list(by_name([port("Trk", 1), port("Trk", 2), port("a", 3)])) == ["Trk#1", "Trk#2", "a"]


def test_time_that_went_back_gives_nothing():
    assert rates(Reading(at=10, ports=[port()]), Reading(at=10, ports=[port()])) == []


@pytest.mark.parametrize(
    ("values", "expected"),
    [([], None), ([5.0], 5.0), (list(range(1, 101)), 95), (list(range(1, 21)), 19), ([1, 1, 1, 900], 900)],
)
def test_the_95th_percentile_is_by_nearest_rank(values, expected):
    assert percentile_95(values) == expected


def test_a_gigabit_port_with_32_bit_counters_cannot_be_polled_each_minute():
    assert wraps_unseen(1000 * MBIT, 60)
    assert not wraps_unseen(100 * MBIT, 60)
