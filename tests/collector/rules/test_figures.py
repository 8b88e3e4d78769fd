import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeroom_collector.rules.figures import figure


@pytest.mark.parametrize(
    ("value", "text"),
    [(1000.0, "1000"), (1e6, "1000000"), (0.3, "0.3"), (0.125, "0.125"), (7.77, "7.77"), (12.5, "12.5"), (0, "0")],
)
def test_a_figure_is_short_and_has_no_exponent(value: float, text: str) -> None:
    assert figure(value) == text


@pytest.mark.parametrize(("value", "text"), [(999.6, "999"), (3.999, "3.99"), (0.9999, "0.999")])
def test_a_figure_is_never_rounded_up_to_a_floor_that_it_misses(value: float, text: str) -> None:
    assert figure(value) == text


@given(st.floats(min_value=1e-6, max_value=1e15))
def test_a_figure_is_at_most_the_value_and_close_to_it(value: float) -> None:
    text = figure(value)
    assert "e" not in text
    assert value * 0.98 < float(text) <= value * (1 + 1e-8)
