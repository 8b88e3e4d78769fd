"""The time that a report is about: a calendar month, or a quarter of a calendar year. Pure."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Period:
    """From a day to a day, both included, and what people call it."""

    first: date
    last: date
    name: str

    def number(self, day: date) -> int:
        """A day as the history numbers days."""
        return int(f"{day:%Y%m%d}")


def month(text: str) -> Period:
    """``2026-10``. Raises ValueError."""
    found = re.fullmatch(r"(\d{4})-(\d{2})", text)
    if not found:
        raise ValueError(f"{text!r} is not a month; for example 2026-10")
    year, number = int(found[1]), int(found[2])
    first = date(year, number, 1)
    return Period(first, date(year, number, monthrange(year, number)[1]), f"{first:%B %Y}")


def quarter(text: str) -> Period:
    """``2026-Q3``. Raises ValueError."""
    found = re.fullmatch(r"(\d{4})-[Qq]([1-4])", text)
    if not found:
        raise ValueError(f"{text!r} is not a quarter; for example 2026-Q3")
    year, last = int(found[1]), int(found[2]) * 3
    end = date(year, last, monthrange(year, last)[1])
    return Period(date(year, last - 2, 1), end, f"{date(year, last - 2, 1):%B} to {end:%B %Y}")


def last_month(today: date) -> Period:
    """The month before this one."""
    return month(f"{today.replace(day=1) - timedelta(days=1):%Y-%m}")


def last_quarter(today: date) -> Period:
    """The quarter before this one."""
    before = date(today.year, (today.month - 1) // 3 * 3 + 1, 1) - timedelta(days=1)
    return quarter(f"{before.year}-Q{before.month // 3}")
