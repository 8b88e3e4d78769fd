"""Numbers for people: short, without exponents, and never rounded up to a floor that they miss. Pure."""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal

_WHOLE_FROM = 100
_DIGITS = 3


def figure(value: float) -> str:
    """Three digits below a hundred, whole numbers from there on: ``0.125``, ``3.99``, ``1000``."""
    # Nine digits take away what binary fractions add: 0.3 is not 0.299999999.
    exact = Decimal(f"{value:.9g}")
    places = 0 if abs(exact) >= _WHOLE_FROM else max(0, _DIGITS - 1 - exact.adjusted()) if exact else 0
    text = format(exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_DOWN), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(ratio: float) -> str:
    """A ratio as a percentage: ``64.9 %``."""
    return f"{int(ratio * 1000 + 1e-9) / 10:g} %"
