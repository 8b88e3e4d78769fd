"""When a device is polled next."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeroom_collector.snmp.polling import schedule


@given(st.text(), st.text())
def test_a_phase_is_a_share_of_the_interval_and_never_changes(name, other):
    assert 0 <= schedule.phase(name) < 1
    assert schedule.phase(name) == schedule.phase(name)


@given(st.floats(0, 1e7), st.floats(0.1, 86_400), st.floats(0, 86_400))
def test_the_next_moment_is_ahead_and_within_an_interval(now, interval, offset):
    due = schedule.next_due(now, interval, offset)
    assert now < due <= now + interval * 1.001 + 1e-6


@pytest.mark.parametrize(("failures", "waits"), [(0, 1), (1, 1), (2, 2), (3, 4), (4, 4), (1000, 4)])
def test_the_wait_doubles_up_to_its_bound(failures, waits):
    assert schedule.intervals_to_wait(failures, 60, 240) == waits


def test_a_device_polled_rarely_is_never_asked_less_than_at_every_interval():
    assert schedule.intervals_to_wait(9, 3600, 240) == 1
