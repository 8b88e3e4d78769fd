from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeroom_collector.rules.fiscal_year import FiscalYears, anniversary
from homeroom_collector.rules.money import cents, dollars, inflated, scaled


@pytest.mark.parametrize(
    ("text", "amount"), [("349", 34900), ("$1,249.50", 124950), ("12.5", 1250), (" 0.07 ", 7), ("$ 5", 500)]
)
def test_amounts_are_read_to_the_cent(text: str, amount: int) -> None:
    assert cents(text) == amount


@pytest.mark.parametrize("text", ["", "-5", "1.005", "1,24", "12,34.00", "free", "1e3", "9" * 20, "349 USD"])
def test_what_is_not_an_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is"):
        cents(text)


@given(st.integers(0, 10**12))
def test_dollars_and_cents_are_each_other_s_inverse(amount: int) -> None:
    assert cents(dollars(amount)) == amount


def test_halves_of_a_cent_round_up_and_once() -> None:
    assert scaled(5, Decimal("0.5")) == 3
    # 100.00 at 3 % for two years is 106.09, not 103.00 * 1.03 rounded in between.
    assert inflated(10_000, Decimal("0.03"), 2) == 10_609
    assert inflated(10_000, Decimal("0.03"), 0) == 10_000


def test_a_july_year_is_named_for_the_june_it_ends_in() -> None:
    years = FiscalYears(7, 1)
    assert years.of(date(2026, 6, 30)) == 2026
    assert years.of(date(2026, 7, 1)) == 2027
    assert (years.first_day(2027), years.last_day(2027)) == (date(2026, 7, 1), date(2027, 6, 30))


def test_a_calendar_year_is_itself() -> None:
    years = FiscalYears(1, 1)
    assert years.of(date(2026, 1, 1)) == years.of(date(2026, 12, 31)) == 2026
    assert years.last_day(2026) == date(2026, 12, 31)


@given(
    st.dates(date(1999, 1, 1), date(2099, 1, 1)),
    st.dates(date(2001, 1, 1), date(2001, 12, 31)),
)
def test_every_day_is_in_exactly_its_own_fiscal_year(day: date, start: date) -> None:
    years = FiscalYears(start.month, start.day)
    year = years.of(day)
    assert years.first_day(year) <= day <= years.last_day(year)
    assert years.first_day(year + 1) == years.last_day(year) + timedelta(days=1)


def test_no_year_begins_on_a_day_that_is_not_in_every_year() -> None:
    with pytest.raises(ValueError):
        FiscalYears(2, 29)


def test_a_period_from_a_leap_day_never_ends_early() -> None:
    assert anniversary(date(2024, 2, 29), 5) == date(2029, 3, 1)
    assert anniversary(date(2024, 2, 29), 4) == date(2028, 2, 29)
