"""Whether a gap between schools narrows or widens: today's ratio against that of earlier days. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

_NOTICEABLE = 0.01


class Trend(StrEnum):
    """A ratio of 1 is even, so one that grows is a gap that narrows."""

    NARROWING = "narrowing"
    STEADY = "steady"
    WIDENING = "widening"


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """The ratio of worst to best quartile in one measure, as it was on a day."""

    day: date
    measure: str
    ratio: float


def before(past: Iterable[Past], measure: str, today: date, days: int) -> Past | None:
    """The newest day that is at least so many days old; None where nobody looked then."""
    limit = today - timedelta(days=days)
    return max((each for each in past if each.measure == measure and each.day <= limit), key=_day, default=None)


def _day(past: Past) -> date:
    return past.day


def trend(then: float, now: float) -> Trend:
    """A hundredth up or down is noise."""
    if abs(now - then) < _NOTICEABLE:
        return Trend.STEADY
    return Trend.NARROWING if now > then else Trend.WIDENING
