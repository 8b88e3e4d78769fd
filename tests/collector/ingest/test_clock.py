"""When something was measured, and which school day that was."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeroom_collector.ingest.clock import Days, SchoolDays, timing
from homeroom_collector.model import School

NOW = 1_795_000_000.0
MONTH = 35 * 86_400.0
CHICAGO = ZoneInfo("America/Chicago")


def measured(measured_at: float, sent_at: float | None) -> float:
    return timing(measured_at, sent_at, NOW, oldest_seconds=MONTH).measured_at


def test_a_clock_three_hours_ahead_is_corrected():
    fast = 3 * 3600.0
    assert measured(NOW - 600 + fast, NOW + fast) == NOW - 600
    assert timing(NOW + fast, NOW + fast, NOW, oldest_seconds=MONTH).skew_seconds == fast


def test_a_clock_three_hours_behind_is_corrected():
    assert measured(NOW - 600 - 10_800, NOW - 10_800) == NOW - 600


def test_the_way_here_is_not_taken_for_a_wrong_clock():
    assert measured(NOW - 60, NOW - 0.8) == NOW - 60


def test_nothing_was_measured_in_the_future():
    assert measured(NOW + 500, None) == NOW
    assert measured(NOW + 500, NOW) == NOW


def test_a_laptop_offline_for_three_days_keeps_its_own_times():
    assert measured(NOW - 3 * 86_400, NOW) == NOW - 3 * 86_400


def test_a_clock_that_began_in_1970_and_was_set_before_sending_counts_as_now():
    assert measured(120.0, NOW) == NOW


def test_without_a_sending_time_the_skew_is_unknown():
    assert timing(NOW, None, NOW, oldest_seconds=MONTH).skew_seconds is None


@given(st.floats(0, 4e9), st.sampled_from(["UTC", "America/Chicago", "Australia/Lord_Howe", "Asia/Kathmandu"]))
def test_a_day_is_that_of_the_wall_clock_whatever_came_before(moment: float, zone: str):
    days = Days(ZoneInfo(zone))
    for at in (moment, moment + 7_000, moment + 86_400, moment):
        assert days.of(at) == int(datetime.fromtimestamp(at, ZoneInfo(zone)).strftime("%Y%m%d"))


@pytest.mark.parametrize(("month", "day", "hours"), [(3, 8, 23), (11, 1, 25), (5, 1, 24)])
def test_days_of_a_clock_change_are_shorter_and_longer(month: int, day: int, hours: int):
    midnight = datetime(2026, month, day, tzinfo=CHICAGO).timestamp()
    days, number = Days(CHICAGO), 20_260_000 + month * 100 + day
    assert {days.of(midnight + hour * 3600) for hour in range(hours)} == {number}
    assert days.of(midnight + hours * 3600) != number
    assert days.of(midnight - 1) != number


def test_a_school_may_live_in_a_zone_of_its_own():
    days = SchoolDays("America/Chicago")
    days.put(School(school_id="west", name="West", timezone="America/Denver"))
    after_midnight_in_chicago = datetime(2026, 5, 2, 0, 30, tzinfo=CHICAGO).timestamp()
    assert days.of("east").of(after_midnight_in_chicago) == 20260502
    assert days.of("west").of(after_midnight_in_chicago) == 20260501
