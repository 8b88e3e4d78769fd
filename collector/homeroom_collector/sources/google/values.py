"""Google's ways to write a value. What cannot be read is None: a strange value is not worth a lost device."""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime
from typing import Any

_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)", re.IGNORECASE)
_DURATION = re.compile(r"-?\d+(?:\.\d+)?s")
_LARGEST = 2**63 - 1


def whole(value: Any) -> int | None:
    """A whole number that is not negative; 64-bit ones come as text."""
    if isinstance(value, bool):
        return None
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if 0 <= number <= _LARGEST else None


def signed(value: Any) -> float | None:
    """A number that may be negative, such as a signal or a temperature."""
    if isinstance(value, bool):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def seconds(value: Any) -> float | None:
    """A duration such as ``1.5s``."""
    if not isinstance(value, str) or not _DURATION.fullmatch(value):
        return None
    return float(value[:-1])


def moment(value: Any) -> float | None:
    """A time in RFC 3339, to Unix seconds. Nanoseconds are cut to microseconds. Google's zero, year 1, is None."""
    found = _TIME.fullmatch(value) if isinstance(value, str) else None
    if not found:
        return None
    zone = "+00:00" if found[3] in "Zz" else found[3]
    try:
        at = datetime.fromisoformat(found[1] + zone).timestamp() + float(found[2] or 0)
    except (ValueError, OverflowError):
        return None
    return at if at > 0 else None


def day(value: Any) -> str | None:
    """A day, from a date, a time in RFC 3339, or milliseconds since 1970; ISO 8601."""
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    try:
        if text.isascii() and text.isdigit():
            return datetime.fromtimestamp(int(text) / 1000, UTC).date().isoformat() if int(text) else None
        return date.fromisoformat(text[:10]).isoformat()
    except (ValueError, OverflowError, OSError):
        return None


def words(value: Any, longest: int) -> str | None:
    """Text without padding, cut to what a report may hold; None where nothing is left."""
    if not isinstance(value, str):
        return None
    return " ".join(value.replace("\0", "").encode(errors="replace").decode().split())[:longest] or None


def share(value: Any) -> float | None:
    """A percentage, to a ratio between 0 and 1."""
    number = signed(value)
    return number / 100 if number is not None and 0 <= number <= 100 else None


def within(value: float | None, least: float, most: float) -> float | None:
    """A number that a report may hold, else None."""
    return value if value is not None and least <= value <= most else None
