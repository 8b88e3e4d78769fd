"""Numbers within bounds: what is outside is what the device does not know, so None, never a guess."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any, TypeVar

from homeroom_agent.report.bounds import Bounds
from homeroom_collector.snmp.reading.text import whole
from homeroom_collector.snmp.session import Value

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    Facts = TypeVar("Facts", bound=DataclassInstance)


def fitted(facts: Facts) -> Facts:
    """Leave out the numbers of a section that are outside of what a report may hold: the device cannot mean them."""
    wrong = [f.name for f in dataclasses.fields(facts) if not _fits(getattr(facts, f.name), f.metadata["bounds"])]
    return dataclasses.replace(facts, **dict.fromkeys(wrong)) if wrong else facts


def _fits(value: Any, bounds: Bounds) -> bool:
    if not isinstance(value, int | float):
        return True
    low = -math.inf if bounds.minimum is None else bounds.minimum
    high = math.inf if bounds.maximum is None else bounds.maximum
    return math.isfinite(value) and low <= value <= high


def within(value: Value | None, low: int, high: int) -> int | None:
    """Give a whole number that lies in ``low`` to ``high``, both allowed."""
    number = whole(value)
    return number if number is not None and low <= number <= high else None


def counter(value: Value | None) -> int | None:
    """Give a counter of any width."""
    return within(value, 0, 2**64 - 1)


def unsigned(value: Value | None) -> int | None:
    """Give an Integer32 that agents use past 2^31: a negative one is what is left of a wrap (hrStorageSize)."""
    number = whole(value)
    return number + 2**32 if number is not None and -(2**31) <= number < 0 else number


def share(part: int | None, total: int | None) -> float | None:
    """Give part / total, from 0 to 1; None where either is unknown or the total is not positive."""
    if part is None or total is None or part < 0 or total <= 0:
        return None
    return round(min(part / total, 1.0), 4)


def percent(value: Value | None) -> float | None:
    """Give a percentage from 0 to 100 as a ratio."""
    number = within(value, 0, 100)
    return None if number is None else number / 100
