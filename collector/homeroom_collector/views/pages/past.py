"""What a device was like: charts of single reports over two days, and of its days over the years."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from homeroom_collector.history.day import Day
from homeroom_collector.history.sample import ComputerSample, GearSample, Sample
from homeroom_collector.views.charts import Plot, plot
from homeroom_collector.views.pages import figures
from homeroom_collector.views.pages.words import percent

_GAP_SECONDS = 3 * 900.0
_GAP_DAYS_SECONDS = 45 * 86_400.0
_MOST_POINTS = 400
_WHOLE = (0.0, 1.0)
Points = list[tuple[float, float]]


def day_number(at: float, zone: tzinfo) -> int:
    """A moment's day as the history numbers days."""
    return int(f"{datetime.fromtimestamp(at, zone):%Y%m%d}")


@dataclass(frozen=True, slots=True)
class Past:
    """Samples and days of one device, in order, and the time that samples are asked for."""

    samples: Sequence[Sample]
    days: Sequence[Day]
    span: tuple[float, float]
    zone: tzinfo

    def two_days(self) -> list[Plot]:
        """Charts of what single reports said; those of which nothing is known are left out."""
        return [chart for chart in (*self._computer(), *self._gear()) if chart]

    def _computer(self) -> Iterable[Plot | None]:
        yield self._chart("Processor", "cpu_usage_ratio", percent, _WHOLE)
        yield self._chart("Battery charge", "battery_charge_ratio", percent, _WHOLE)
        yield self._chart("Memory available", "memory_available_bytes", figures.size, None)
        yield self._chart("Wi-Fi signal", "wifi_signal_dbm", lambda value: f"{value:.0f} dBm", (-90.0, -30.0))
        yield self._chart("Way to the collector and back", "latency_seconds", lambda v: f"{v * 1000:.0f} ms", None)

    def _chart(
        self, title: str, name: str, say: Callable[[float], str], bounds: tuple[float, float] | None
    ) -> Plot | None:
        found: Points = [
            (sample.at, float(value))
            for sample in self.samples
            if isinstance(sample, ComputerSample) and (value := getattr(sample, name)) is not None
        ]
        return self._plot(title, found, say, bounds)

    def _gear(self) -> Iterable[Plot | None]:
        polls = [sample for sample in self.samples if isinstance(sample, GearSample)]
        answered: Points = [(sample.at, float(sample.reachable)) for sample in polls]
        yield self._plot("Answers", answered, lambda value: "yes" if value else "no", _WHOLE, _WHOLE)
        yield self._plot("Traffic of all ports, in", rates(polls, "in_octets"), figures.rate, None)
        yield self._plot("Traffic of all ports, out", rates(polls, "out_octets"), figures.rate, None)

    def _plot(
        self,
        title: str,
        found: Points,
        say: Callable[[float], str],
        bounds: tuple[float, float] | None,
        marks: Sequence[float] = (),
    ) -> Plot | None:
        if bounds is not None and found:
            bounds = (min(bounds[0], *(v for _, v in found)), max(bounds[1], *(v for _, v in found)))
        points = thinned(found)
        return plot(
            title,
            points,
            span=self.span,
            zone=self.zone,
            say=say,
            gap_seconds=_GAP_SECONDS,
            bounds=bounds,
            marks=marks,
        )

    def years(self) -> list[Plot]:
        """Charts of its days: wear, which is slow."""
        found = (
            self._years("Battery, of the capacity when new", "battery_health_ratio_min"),
            self._years("Disk wear, of the rated life", "disk_wear_ratio_max"),
        )
        return [chart for chart in found if chart]

    def _years(self, title: str, name: str) -> Plot | None:
        found: Points = [
            (day.last_measured_at, float(value)) for day in self.days if (value := getattr(day, name)) is not None
        ]
        if len(found) < 2:
            return None
        span = (found[0][0], found[-1][0])
        return plot(
            title,
            thinned(found),
            span=span,
            zone=self.zone,
            say=percent,
            gap_seconds=_GAP_DAYS_SECONDS,
            bounds=(0.0, max(1.0, *(value for _, value in found))),
        )


def rates(polls: Sequence[GearSample], name: str) -> Points:
    """Bits per second over all ports between polls; a counter that went back counts nothing for that once."""
    found: Points = []
    for before, after in itertools.pairwise(polls):
        old = {port.name: getattr(port, name) for port in before.ports}
        grown = [
            getattr(port, name) - old[port.name]
            for port in after.ports
            if getattr(port, name) is not None and old.get(port.name) is not None
        ]
        seconds = after.at - before.at
        if grown and seconds > 0:
            found.append((after.at, 8 * sum(step for step in grown if step > 0) / seconds))
    return found


def thinned(points: Points) -> Points:
    """At most so many points as a chart can show, evenly picked; the last one stays."""
    step = -(-len(points) // _MOST_POINTS)
    return points if step <= 1 else [*points[:-1:step], points[-1]]
