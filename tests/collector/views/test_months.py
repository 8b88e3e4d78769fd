"""Days of a device as months and years: counters become events, and what was not measured stays unknown."""

import pytest

from homeroom_collector.history.day import Day
from homeroom_collector.views.pages import months


def day(number: int, boots: tuple[int, int] | None = None, crashes: int | None = None, **rest: float) -> Day:
    low, high = boots or (None, None)
    return Day(number, boots_total_min=low, boots_total_max=high, crashes_total_max=crashes, **rest)  # type: ignore[arg-type]


def boots(*days: Day) -> list[int | None]:
    return [each.boots for each in months.periods(days)]


def test_boots_of_a_month_are_what_the_counter_grew_over_days_without_reports_too():
    assert boots(day(20261001, (10, 12)), day(20261020, (15, 15)), day(20261103, (15, 16))) == [5, 1]


def test_a_counter_that_began_anew_counts_from_there_and_is_no_negative_number():
    assert boots(day(20261001, (90, 91)), day(20261002, (0, 3)), day(20261003, (3, 5))) == [1 + 3 + 2]


def test_what_was_before_the_first_day_is_not_this_months():
    assert boots(day(20261001, (5000, 5000))) == [0]


def test_crashes_and_unexpected_ends_count_together_and_unknown_days_change_nothing():
    days = [
        day(20261001, crashes=4, unexpected_shutdowns_total_max=1),
        day(20261002),
        day(20261003, crashes=5, unexpected_shutdowns_total_max=3),
    ]
    assert [each.crashes for each in months.periods(days)] == [3]
    assert [each.crashes for each in months.periods([day(20261001)])] == [None]


def test_the_longest_uptime_and_all_reports_of_a_month_stand():
    days = [day(20261001, uptime_seconds_max=60.0, reports=3), day(20261002, uptime_seconds_max=50.0, reports=4)]
    (found,) = months.periods(days)
    assert (found.longest_uptime_seconds, found.reports, found.name) == (60.0, 7, "Oct 26")


def test_more_months_than_a_chart_can_name_become_years():
    days = [day(year * 10_000 + month * 100 + 1, reports=2) for year in (2024, 2025) for month in range(1, 13)]
    assert [(each.name, each.reports) for each in months.periods(days)] == [("2024", 24), ("2025", 24)]


@pytest.mark.parametrize("days", [[], [day(20261001, (1, 2), 0, reports=3)]])
def test_one_month_alone_is_no_comparison(days: list[Day]):
    assert months.charts(days) == []


def test_charts_show_what_is_known_and_leave_out_what_is_not():
    computer = [day(20261001, (1, 2), reports=3), day(20261101, (2, 2), reports=0)]
    assert [(chart.title, chart.words) for chart in months.charts(computer)] == [
        ("Reports", "Oct 26 3, Nov 0"),
        ("Boots", "Oct 26 1, Nov 0"),
    ]
    gear = [
        day(number, reports=4, polls=4, polls_answered=answered) for number, answered in ((20261001, 4), (20261101, 3))
    ]
    assert [(chart.title, chart.words) for chart in months.charts(gear)] == [
        ("Polls that were answered", "Oct 26 100%, Nov 75%")
    ]
