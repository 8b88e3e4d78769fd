"""The day of a port, out of its counters."""

from homeroom_collector.history.interfaces import PortDay, port_days
from homeroom_collector.history.sample import GearSample, PortSample

START = 1_795_000_000.0
GIGABIT = 10**9


def polls(
    octets: list[int | None], *, every: float = 300.0, bits: int = 64, up: float = 1e6, speed: int = GIGABIT
) -> list[GearSample]:
    """A switch with one port, polled from ``START - every`` on."""
    return [
        GearSample(
            START + (n - 1) * every,
            value is not None,
            up + n * every,
            [] if value is None else [PortSample("1", value, 2 * value, bits, speed)],
        )
        for n, value in enumerate(octets)
    ]


def day(samples: list[GearSample], in_session=lambda at: True) -> PortDay:
    (found,) = port_days(samples, START, in_session)
    return found


def test_octets_add_up_and_the_percentile_leaves_out_the_top_twentieth():
    steady = [n * 300_000 for n in range(100)]
    burst = [*steady, steady[-1] + 30_000_000]
    found = day(polls(burst))
    assert (found.interface, found.readings) == ("1", 100)
    assert (found.in_octets, found.out_octets) == (burst[-1], 2 * burst[-1])
    assert (found.in_p95_bps, found.out_p95_bps) == (8_000.0, 16_000.0)


def test_only_instruction_counts_for_the_percentile():
    found = day(polls([0, 300_000, 600_000, 9_600_000]), lambda at: at <= START + 300)
    assert found.in_p95_bps == 8_000.0
    assert found.in_octets == 9_600_000
    weekend = day(polls([0, 300_000]), lambda at: False)
    assert (weekend.in_p95_bps, weekend.in_octets) == (None, 300_000)


def test_a_counter_that_wrapped_goes_on_and_one_that_began_anew_does_not():
    wrapped = day(polls([2**32 - 100_000, 200_000], bits=32, speed=10**8))
    assert wrapped.in_octets == 300_000
    restarted = polls([5_000_000, 1_000, 301_000])
    restarted[1].uptime_seconds, restarted[2].uptime_seconds = 10.0, 310.0
    assert day(restarted).in_octets == 300_000


def test_a_gap_counts_as_traffic_but_not_as_a_rate():
    found = day(polls([0, *[None] * 6, 2_100_000, 2_400_000]))
    assert found.in_octets == 2_400_000
    assert found.in_p95_bps == 8_000.0
    assert found.readings == 2


def test_what_came_before_the_day_is_only_compared_with():
    before = polls([0, 300_000])
    before[0].at, before[1].at = START - 600, START - 300
    assert port_days(before, START, lambda at: True) == []


def test_nothing_is_known_of_ports_without_two_readings():
    assert port_days(polls([5]), START, lambda at: True) == []
    assert port_days([], START, lambda at: True) == []
