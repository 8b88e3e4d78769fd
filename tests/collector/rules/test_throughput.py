"""Who may measure a school's line now, and how much may pass."""

from dataclasses import dataclass
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeroom_collector.rules.throughput import (
    LIFETIME_SECONDS,
    Allowance,
    Bucket,
    Candidate,
    Hours,
    Line,
    Policy,
    allowance,
    may_measure,
    round_seconds,
    within_hours,
)

POLICY = Policy()
FRESH = Candidate(on_campus=True, metered=None, asked_at=None)


def allowed(bps: int, policy: Policy = POLICY) -> Allowance:
    found = allowance(policy, bps)
    assert found is not None
    return found


def line(bps: int = 1_000_000_000, *, running: int = 0, left: float = 1e12, devices: int = 1) -> Line:
    found = allowed(bps)
    bucket = Bucket(at=0.0, bytes_left=left)
    return Line(
        allowance=found,
        bucket=bucket,
        reserved_bytes=running * found.cost_bytes,
        running=running,
        devices=devices,
    )


def test_a_device_on_campus_that_never_measured_may():
    assert may_measure(POLICY, line(), FRESH, 0.0)


@pytest.mark.parametrize(
    "candidate",
    [
        Candidate(on_campus=False, metered=False, asked_at=None),
        Candidate(on_campus=None, metered=False, asked_at=None),
        Candidate(on_campus=True, metered=True, asked_at=None),
        Candidate(on_campus=True, metered=False, asked_at=1e6 - 3600),
    ],
    ids=["away", "nobody knows where", "volume is paid", "measured an hour ago"],
)
def test_who_may_not(candidate: Candidate):
    assert not may_measure(POLICY, line(), candidate, 1e6)


def test_a_line_with_two_measurements_takes_no_third():
    assert may_measure(POLICY, line(running=1), FRESH, 0.0)
    assert not may_measure(POLICY, line(running=2), FRESH, 0.0)


def test_bytes_that_one_was_promised_are_not_promised_to_another():
    cost = allowed(1_000_000_000).cost_bytes
    assert may_measure(POLICY, line(left=1.5 * cost), FRESH, 0.0)
    assert not may_measure(POLICY, line(running=1, left=1.5 * cost), FRESH, 0.0)


def test_a_district_may_want_one_at_a_time():
    assert not may_measure(Policy(at_once=1), line(running=1), FRESH, 0.0)


def test_a_collector_that_has_just_started_has_saved_nothing_up():
    assert not may_measure(POLICY, line(left=0.0), FRESH, 0.0)


def test_nobody_measures_a_line_that_nobody_knows_unless_told_what_to_take_it_for():
    assert allowance(POLICY, None) is None
    assert allowance(Policy(default_bandwidth_bps=100_000_000), None) == allowed(100_000_000)


def test_a_line_too_small_to_learn_anything_from_is_left_alone():
    assert allowance(POLICY, 56_000) is None
    assert allowed(1_544_000).bytes_each_way < 1_000_000


def test_where_laptops_are_many_none_measures_twice_before_all_had_their_turn():
    crowd = line(10_000_000, devices=5_000)
    assert round_seconds(POLICY, crowd) > 10 * 86_400
    weekly = Candidate(on_campus=True, metered=False, asked_at=0.0)
    assert not may_measure(POLICY, crowd, weekly, 7 * 86_400.0)


def test_hours_are_those_of_the_school_and_hold_until_the_last_byte():
    early = Policy(hours=Hours(start=time(6), end=time(7, 30)))
    chicago = ZoneInfo("America/Chicago")
    six = datetime(2026, 11, 23, 6, tzinfo=chicago).timestamp()
    assert within_hours(early, six, chicago)
    assert not within_hours(early, six - 1, chicago)
    assert not within_hours(early, six, UTC)
    assert not within_hours(early, six + 5_400 - LIFETIME_SECONDS, chicago)


def test_hours_may_pass_midnight():
    night = Hours(start=time(22), end=time(5))
    at = {hour: datetime(2026, 11, 23, hour, tzinfo=UTC).timestamp() for hour in (4, 5, 12, 22, 23)}
    assert [hour for hour, moment in at.items() if night.hold(moment, UTC)] == [4, 22, 23]


@dataclass
class _Running:
    begins_at: float
    ends_at: float
    passes: int


Asking = st.tuples(
    st.one_of(st.floats(0, 10), st.floats(0, 400), st.just(1e5)),  # seconds since the one before asked
    st.floats(0, LIFETIME_SECONDS),  # how long the measurement takes
    st.floats(0, 1),  # how much of what was granted passes
)


def measured(found: Allowance, policy: Policy, asks: list[tuple[float, float, float]]) -> list[_Running]:
    """Let devices ask, one after the other, each as eager as can be; as the ledger does."""
    now, bucket, running, all_ = 0.0, Bucket(at=0.0), list[_Running](), list[_Running]()
    for wait, lasts, share in asks:
        now += wait
        bucket = bucket.filled(found, now)
        for each in [each for each in running if each.ends_at <= now]:
            running.remove(each)
            bucket = bucket.without(each.passes)
        reserved = len(running) * found.cost_bytes
        here = Line(allowance=found, bucket=bucket, reserved_bytes=reserved, running=len(running), devices=1)
        if may_measure(policy, here, FRESH, now):
            running.append(_Running(now, now + lasts, int(share * found.cost_bytes)))
            all_.append(running[-1])
    return all_


def most_within(all_: list[_Running], seconds: float) -> int:
    """The most that can pass in any stretch, were each measurement's bytes to pass at the worst moment."""
    starts = [each.begins_at for each in all_] + [each.ends_at for each in all_]
    return max(
        (sum(e.passes for e in all_ if e.begins_at <= start + seconds and e.ends_at >= start) for start in starts),
        default=0,
    )


@given(
    bps=st.integers(500_000, 10_000_000_000),
    share=st.floats(0.001, 0.01),
    averaging=st.floats(300, 86_400),
    asks=st.lists(Asking, max_size=120),
)
@settings(max_examples=150, deadline=None)
def test_no_stretch_of_time_carries_more_than_the_share_and_no_moment_more_than_two(
    bps: int, share: float, averaging: float, asks: list[tuple[float, float, float]]
):
    policy = Policy(share_ratio=share, averaging_seconds=averaging)
    found = allowance(policy, bps)
    if found is None:
        return
    all_ = measured(found, policy, asks)
    for each in all_:
        assert sum(other.begins_at <= each.begins_at < other.ends_at for other in all_) <= 2
    for seconds in (0.0, 60.0, averaging / 2, averaging, 2 * averaging):
        most = found.bucket_bytes + found.bytes_per_second * seconds
        assert most_within(all_, seconds) <= most * (1 + 1e-9)
    assert most_within(all_, averaging) <= bps / 8 * share * averaging


@given(st.integers(500_000, 10**11), st.floats(0.0001, 0.01), st.floats(1, 86_400), st.integers(100_000, 50_000_000))
def test_the_bucket_and_its_refill_are_the_share_whatever_the_line(bps: int, share: float, averaging: float, most: int):
    found = allowance(Policy(share_ratio=share, averaging_seconds=averaging, most_bytes=most), bps)
    if found is None:
        return
    assert found.bytes_each_way <= most
    assert 0 < found.cost_bytes * 2 <= found.bucket_bytes
    assert found.bytes_per_second > 0
    assert found.bucket_bytes + found.bytes_per_second * averaging < bps / 8 * share * averaging
