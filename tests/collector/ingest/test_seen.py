"""Sequences taken: a set, whatever the order of arrival, and nearly always one range."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeroom_collector.ingest import seen as module
from homeroom_collector.ingest.seen import MOST_RANGES, Seen


@given(st.lists(st.integers(0, 40)))
def test_it_is_a_set_of_numbers(numbers: list[int]):
    seen, plain = Seen(), set[int]()
    for number in numbers:
        assert seen.add(number) is (number not in plain)
        plain.add(number)
        seen = Seen(str(seen))
    assert [number in seen for number in range(42)] == [number in plain for number in range(42)]
    assert len(seen) == len(plain)


@pytest.mark.parametrize("order", ["oldest first", "newest first", "shuffled"])
def test_ten_thousand_reports_in_any_order_end_as_one_range(order: str):
    numbers = list(range(1, 10_001))
    if order == "newest first":
        numbers.reverse()
    elif order == "shuffled":
        Random(3).shuffle(numbers)
    seen = Seen()
    assert all(seen.add(number) for number in numbers)
    assert not any(seen.add(number) for number in numbers)
    assert str(seen) == "1-10000"


def test_lost_reports_stay_gaps_that_can_still_be_filled():
    seen = Seen("1-90,92-97")
    assert 91 not in seen
    assert seen.add(91)
    assert str(seen) == "1-97"


def test_the_set_is_bounded_and_forgets_from_below(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "MOST_RANGES", 3)
    seen = Seen()
    for number in (10, 20, 30, 40):
        seen.add(number)
    assert str(seen) == "10-20,30,40"
    assert MOST_RANGES >= 4096


def test_a_source_that_never_overtakes_itself_needs_one_range():
    seen = Seen()
    assert seen.add_all_up_to(1_795_000_000_000)
    assert seen.add_all_up_to(1_795_000_060_000)
    assert not seen.add_all_up_to(1_795_000_060_000)
    assert not seen.add_all_up_to(1_795_000_000_000)
    assert str(seen) == "0-1795000060000"
