"""Fiscal years, by the district's own first day. Pure.

A fiscal year is named for the calendar year in which it ends, as school finance does: with a start on 1 July, FY2027
runs from 2026-07-01 to 2027-06-30. E-rate names its funding years for the year in which they begin (see erate.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class FiscalYears:
    """The district's year. ``month`` and ``day`` are its first day; 29 February is refused by ValueError."""

    month: int = 7
    day: int = 1

    def __post_init__(self) -> None:
        date(2001, self.month, self.day)  # an ordinary year: a day that is not in every year begins none

    def first_day(self, year: int) -> date:
        """The first day of a fiscal year."""
        starts_on_new_year = (self.month, self.day) == (1, 1)
        return date(year if starts_on_new_year else year - 1, self.month, self.day)

    def last_day(self, year: int) -> date:
        """The last day of a fiscal year."""
        return self.first_day(year + 1) - timedelta(days=1)

    def of(self, day: date) -> int:
        """The fiscal year that a day belongs to."""
        return day.year if day <= self.last_day(day.year) else day.year + 1


def anniversary(day: date, years: int) -> date:
    """The same day so many years later; for 29 February, 1 March where there is none: no period ends early."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)
