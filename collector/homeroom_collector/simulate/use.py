"""Which computers are in use while something lasts. Pure.

A fault of a computer that nobody opens before it is repaired can be seen by no one, so scripts prefer those in use.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from operator import itemgetter

from homeroom_collector.simulate.district import District, Laptop
from homeroom_collector.simulate.faults import SILENT, Fault, Faults
from homeroom_collector.simulate.habits import Habits, Stretch
from homeroom_collector.simulate.school_year import SchoolYears

_ENOUGH_SECONDS = 16 * 3600.0
_ENOUGH_RATIO = 0.125
_ONE_DAY = timedelta(days=1)


class Use:
    """What computers do by their habits, but for what ``known`` faults keep asleep."""

    def __init__(self, district: District, years: SchoolYears, known: Faults) -> None:
        self._laptops = {laptop.serial: laptop for laptop in district.laptops}
        self._years, self._habits, self._known = years, Habits(district.seed, years), known

    def first(self, drawn: Iterable[Fault]) -> Iterator[Fault]:
        """Those whose computer is in use meanwhile, in the order given; then the others, the least idle first.

        In use is what is awake for an eighth of the time that the fault lasts; 16 hours are always enough.
        """
        idle: list[tuple[float, Fault]] = []
        for fault in drawn:
            enough = min(_ENOUGH_SECONDS, _ENOUGH_RATIO * (fault.end - fault.start))
            awake = self._awake_seconds(fault, enough)
            if awake >= enough:
                yield fault
            else:
                idle.append((-awake, fault))
        for _, fault in sorted(idle, key=itemgetter(0)):
            yield fault

    def _awake_seconds(self, fault: Fault, enough: float) -> float:
        """How long its computer is awake while it lasts; not counted on where it is enough."""
        awake = 0.0
        for stretch in self._stretches(self._laptops[fault.subject], fault):
            awake += max(0.0, min(fault.end, stretch.end) - max(fault.start, stretch.start))
            if awake >= enough:
                break
        return awake

    def _stretches(self, laptop: Laptop, fault: Fault) -> Iterator[Stretch]:
        day, last = (self._years.day_of(at) for at in (fault.start, fault.end))
        while day <= last:
            for stretch in self._habits.stretches(laptop, day):
                if not any(self._known.now(laptop.serial, cause, stretch.start) for cause in SILENT):
                    yield stretch
            day += _ONE_DAY
