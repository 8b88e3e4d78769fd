"""Retry-After in both its forms, and back-off within its bounds."""

import pytest

from homeroom_agent.transport.answers import retry_after_seconds
from homeroom_agent.transport.backoff import Backoff

NOW = 1_700_000_000.0  # Tue, 14 Nov 2023 22:13:20 GMT


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("120", 120.0),
        ("Tue, 14 Nov 2023 22:14:20 GMT", 60.0),
        ("Tue, 14 Nov 2023 22:00:00 GMT", 0.0),
        ("soon", None),
        ("-5", None),
        ("", None),
        ("\u0661", 1.0),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str | None, seconds: float | None):
    assert retry_after_seconds(header, NOW) == seconds


def test_waits_double_up_to_the_bound_and_half_of_each_is_jitter():
    longest = Backoff(first_seconds=10, maximum_seconds=100, dice=lambda: 1.0)
    shortest = Backoff(first_seconds=10, maximum_seconds=100, dice=lambda: 0.0)
    assert [longest.wait_seconds(n) for n in (1, 2, 3, 4, 5, 10_000)] == [10, 20, 40, 80, 100, 100]
    assert [shortest.wait_seconds(n) for n in (1, 2, 5)] == [5, 10, 50]


def test_what_the_collector_asks_for_is_a_floor():
    assert Backoff(dice=lambda: 0.0).wait_seconds(1, 600.0) == 600.0
    assert Backoff(dice=lambda: 1.0).wait_seconds(1, 600.0) == 660.0
    assert Backoff(dice=lambda: 1.0).wait_seconds(9, 1.0) > 1.1
