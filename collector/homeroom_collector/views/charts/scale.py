"""From values to places on the paper, and the round numbers at which an axis is marked. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from math import floor, log10

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_HOURS = (1, 3, 6, 12)
_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Scale:
    """A straight line from values to places."""

    low: float
    high: float
    first: float
    last: float

    def place(self, value: float) -> float:
        """Where a value lies, to a hundredth of a pixel."""
        share = (value - self.low) / (self.high - self.low) if self.high > self.low else 0.5
        return round(self.first + share * (self.last - self.first), 2)


def round_marks(low: float, high: float, count: int = 4) -> list[float]:
    """Round numbers from at or below ``low`` to at or above ``high``."""
    if high <= low:
        high = low + (abs(low) or 1.0)
    rough = (high - low) / count
    power = 10.0 ** floor(log10(rough))
    step = next(step * power for step in _STEPS if step * power >= rough * 0.999)
    first = floor(low / step + 1e-9)
    marks = [first * step]
    while marks[-1] < high - step * 1e-9:
        first += 1
        marks.append(round(first * step, 12))
    return marks


def time_marks(start: float, end: float, zone: tzinfo) -> Iterator[tuple[float, str]]:
    """Instants worth a mark, with their words: hours of the day, days, months or years, as the span asks for."""
    days = (end - start) / _DAY
    if days <= 4:
        yield from _hours(start, end, zone, next((h for h in _HOURS if days * 24 / h <= 9), 12))
    elif days <= 45:
        yield from _days(start, end, zone, 1 if days <= 10 else 7)
    else:
        yield from _months(start, end, zone, next((m for m in (1, 3, 6, 12, 24) if days / 30 / m <= 9), 60))


def _hours(start: float, end: float, zone: tzinfo, step: int) -> Iterator[tuple[float, str]]:
    moment = datetime.fromtimestamp(start, zone).replace(minute=0, second=0, microsecond=0)
    while (at := moment.timestamp()) <= end:
        if at >= start and moment.hour % step == 0:
            yield at, moment.strftime("%a" if moment.hour == 0 else "%H:%M")
        moment = datetime.fromtimestamp(at + 3600, zone)


def _days(start: float, end: float, zone: tzinfo, step: int) -> Iterator[tuple[float, str]]:
    moment = datetime.fromtimestamp(start, zone).replace(hour=0, minute=0, second=0, microsecond=0)
    while (at := moment.timestamp()) <= end:
        if at >= start:
            yield at, f"{moment.day} {moment:%b}"
        moment += timedelta(days=step)


def _months(start: float, end: float, zone: tzinfo, step: int) -> Iterator[tuple[float, str]]:
    first = datetime.fromtimestamp(start, zone)
    month = first.year * 12 + first.month - 1
    month -= month % step
    while True:
        moment = datetime(month // 12, month % 12 + 1, 1, tzinfo=zone)
        at = moment.timestamp()
        if at > end:
            return
        if at >= start:
            yield at, f"{moment.year}" if moment.month == 1 or step >= 12 else f"{moment:%b}"
        month += step
