"""Single values out of an untrusted capture: text, numbers, whole numbers. What does not fit is None, never zero.

No function here raises: one bad value must not cost the report its other facts.
"""

import math

from homeroom_agent.report.bounds import TEXT_LENGTH

# A signed 64-bit column and every counter of SMART and NVMe that a disk reaches in practice.
LARGEST = 2**63 - 1
# int() of a long digit string is slow; the largest 64-bit number has 20 digits.
_DIGITS = 24


def clean(value: object, max_length: int = TEXT_LENGTH) -> str | None:
    """Text without padding, control characters and lone surrogates, cut at ``max_length``; None where none is left."""
    if not isinstance(value, str):
        return None
    head = value.replace("\x00", " ").strip()[: max_length * 4]
    return "".join(char for char in head if char.isprintable())[:max_length].strip() or None


def number(value: object, minimum: float = -math.inf, maximum: float = math.inf) -> float | None:
    """A finite number within the bounds, from a number or its decimal text; true and false are not numbers."""
    if isinstance(value, str):
        value = _from_text(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, int) and abs(value) > LARGEST * 4:
        return None
    return float(value) if math.isfinite(value) and minimum <= value <= maximum else None


def whole(value: object, minimum: int = 0, maximum: int = LARGEST) -> int | None:
    """A whole number within the bounds, from a number or its decimal or 0x text."""
    if isinstance(value, str):
        value = _from_text(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if minimum <= value <= maximum else None


def flag(value: object) -> bool | None:
    """A yes or no as the systems write it: true, "TRUE", "yes", 1, "0x1"."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        word = value.strip().lower()
        if word in ("true", "yes", "vrai", "ja", "wahr"):
            return True
        if word in ("false", "no", "faux", "nein", "falsch"):
            return False
    return {0: False, 1: True}.get(count) if (count := whole(value)) is not None else None


def share(part: float | None, of: float | None) -> float | None:
    """``part / of``, None where either is missing or the divisor is not positive."""
    return part / of if part is not None and of is not None and of > 0 else None


def clamped(ratio: float | None) -> float | None:
    """A ratio held between 0 and 1: a charge just above full is full."""
    return None if ratio is None else min(max(ratio, 0.0), 1.0)


def _from_text(text: str) -> int | float | None:
    word = text.strip()
    if not word or len(word) > _DIGITS or not word.isascii():
        return None
    try:
        return int(word, 16 if word[:2].lower() == "0x" else 10)
    except ValueError:
        pass
    try:
        return float(word)
    except ValueError:
        return None
