import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeroom_collector.rules.uptime import WINDOW_DAYS, UpDays, ratio


@given(st.lists(st.tuples(st.integers(730_000, 730_100), st.integers(0, 2000)), max_size=60))
def test_the_window_holds_exactly_its_last_days(counted: list[tuple[int, int]]) -> None:
    days, expected = UpDays(), dict[int, int]()
    newest = 0
    for day, seconds in counted:
        days.add(day, seconds)
        newest = max(newest, day)
        if day > newest - WINDOW_DAYS:
            expected[day] = expected.get(day, 0) + seconds
        expected = {day: total for day, total in expected.items() if day > newest - WINDOW_DAYS}
    assert days.total(newest) == sum(expected.values())
    assert dict(days.days()) == {day: total for day, total in expected.items() if total}
    assert days.total(newest + WINDOW_DAYS) == 0


@pytest.mark.parametrize(("up", "expected", "share"), [(5, 10, 0.5), (11, 10, 1.0), (0, 10, 0.0), (0, 0, None)])
def test_the_denominator_is_all_instruction(up: float, expected: float, share: float | None) -> None:
    assert ratio(up, expected) == share
