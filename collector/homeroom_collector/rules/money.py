"""Money: whole cents, never floating point. Pure."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

_AMOUNT = re.compile(r"\$?\s*(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d{1,2}))?")
_MOST_CENTS = 10**13
"""A hundred billion dollars: more than any district ever had, far inside a 64-bit column."""


def cents(text: str) -> int:
    """Read an amount in dollars, such as ``349``, ``$1,249.50`` or ``12.5``, as cents.

    Raises ValueError for anything else: a sign, a third decimal, a comma in an odd place.
    """
    found = _AMOUNT.fullmatch(text.strip())
    if not found:
        raise ValueError(f"{text!r} is not an amount in dollars; for example 349.00")
    amount = int(found[1].replace(",", "")) * 100 + int((found[2] or "").ljust(2, "0"))
    if amount > _MOST_CENTS:
        raise ValueError(f"{text!r} is more than any device costs")
    return amount


def exact(amount: Decimal) -> int:
    """Dollars as a settings file has them, in cents. Raises ValueError for parts of a cent and negative amounts."""
    if not amount.is_finite() or amount < 0 or amount * 100 != int(amount * 100):
        raise ValueError(f"{amount} is not an amount in dollars; for example 349.00")
    return int(amount * 100)


def dollars(amount: int) -> str:
    """Cents as dollars with two decimals, as a spreadsheet reads them: ``1249.50``."""
    sign = "-" if amount < 0 else ""
    return f"{sign}{abs(amount) // 100}.{abs(amount) % 100:02d}"


def scaled(amount: int, factor: Decimal) -> int:
    """Cents times a factor, rounded to the nearest cent, halves up, as invoices do."""
    return int((amount * factor).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def inflated(amount: int, rate: Decimal, years: int) -> int:
    """What ``amount`` of today comes to after ``years`` at a yearly ``rate`` (0.03 is 3 %); rounded once, last."""
    return scaled(amount, (1 + rate) ** years)
