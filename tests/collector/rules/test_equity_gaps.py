from datetime import date
from typing import Any

import pytest

from homeroom_collector.rules.equity import Standing
from homeroom_collector.rules.equity_gaps import MEASURES, gaps
from homeroom_collector.rules.trend import Past, Trend, before, trend

TODAY = date(2026, 11, 22)


def standing(school_id: str, **more: Any) -> Standing:
    return Standing(school_id=school_id, **more)


def test_a_transfer_is_said_where_it_narrows_the_gap_more_than_a_purchase() -> None:
    # The median is 1.0: of the 60 devices that c is short of, a can spare 40. The most even district is one in which
    # c has 80 of 100 and a has 100 of 100.
    schools = [
        standing("a", students=100, devices=140, devices_per_student=1.4),
        standing("b", students=100, devices=100, devices_per_student=1.0),
        standing("c", students=100, devices=40, devices_per_student=0.4),
    ]
    (gap,) = gaps(schools)
    # Bought, 60 devices give 1.0 against 1.4 (0.71); moved, 40 give 0.8 against 1.0.
    assert (gap.remedy, gap.ratio_after) == ("move 40 devices from a to c", pytest.approx(0.8))


@pytest.mark.parametrize(
    ("measure", "values", "worst", "remedy"),
    [
        ("gear_up_ratio", {"a": 0.999, "b": 0.99, "c": 0.9}, "c", "until it answers 99.0% of the time"),
        ("repair_days", {"a": 3.0, "b": 6.0, "c": 30.0}, "c", "repairs there in 6 days"),
        ("age_years", {"a": 2.0, "b": 3.0, "c": 7.0}, "c", "below 3.0 years"),
    ],
)
def test_each_measure_has_its_worst_school_and_a_remedy(
    measure: str, values: dict[str, float], worst: str, remedy: str
) -> None:
    (gap,) = gaps([standing(school, **{measure: value}) for school, value in values.items()])
    assert (gap.measure, gap.worst_school) == (measure, worst)
    assert remedy in gap.remedy
    assert gap.ratio_after is not None
    assert gap.ratio_after > gap.ratio


def test_headroom_needs_a_larger_line() -> None:
    common: dict[str, Any] = {"students": 100, "busy_mbps_per_student": 0.5}
    schools = [standing(name, headroom_mbps_per_student=room, **common) for name, room in (("a", 2.0), ("b", 0.5))]
    (gap,) = gaps(schools)
    # The median of 2.0 and 0.5 is 1.25; with 0.5 in use that makes 1.75 Mbps for each of 100 students.
    assert gap.remedy == "175 Mbps for b"


def test_homes_are_no_measure_of_schools() -> None:
    assert "home_adequate_ratio" not in {measure.name for measure in MEASURES}


def test_a_trend_compares_with_the_newest_day_that_is_old_enough() -> None:
    past = [Past(day=date(2026, month, 1), measure="age_years", ratio=ratio) for month, ratio in ((9, 0.5), (10, 0.6))]
    found = before(past, "age_years", TODAY, 30)
    assert found is not None
    assert (found.day.month, trend(found.ratio, 0.7)) == (10, Trend.NARROWING)
    assert before(past, "age_years", TODAY, 365) is None
    assert before(past, "pass_ratio", TODAY, 30) is None
    assert (trend(0.7, 0.6), trend(0.7, 0.705)) == (Trend.WIDENING, Trend.STEADY)
