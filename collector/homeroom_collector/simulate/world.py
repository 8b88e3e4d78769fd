"""The pretended district in time: what each computer is and measures at any instant. Pure.

Every answer follows from the district, its calendar and its faults; nothing is remembered, so any instant may be asked
for in any order. Network gear is in ``network.py``, all of it in the order of time in ``stream.py``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from homeroom_agent.report import Report
from homeroom_collector.simulate import computers
from homeroom_collector.simulate.chance import between, series
from homeroom_collector.simulate.computers import Measured
from homeroom_collector.simulate.district import District, Laptop
from homeroom_collector.simulate.faults import SILENT, Cause, Fault, Faults
from homeroom_collector.simulate.habits import Day, Habits, Stretch
from homeroom_collector.simulate.network import Network
from homeroom_collector.simulate.school_year import SchoolYears
from homeroom_collector.simulate.script import Script, closures, faults

_YEAR_SECONDS = 365.25 * 86_400.0
_HEALTH_LOST_PER_YEAR = 0.05
_WEAR_PER_YEAR = 0.02
_FULL_CHARGE_SECONDS = 8 * 3600.0
_CUT_OFF = (Cause.UPLINK_DOWN, Cause.POWER_CUT, Cause.WIFI_OUTAGE)


@dataclass(frozen=True, slots=True)
class World:
    """A district with its calendar and everything that goes wrong in it."""

    district: District
    years: SchoolYears
    faults: Faults
    habits: Habits
    network: Network

    def day(self, laptop: Laptop, day: date) -> Day:
        """What a computer does on a day, after what befalls it."""
        found = self.habits.day(laptop, day)
        if not any(self.faults.of(laptop.serial, cause) for cause in SILENT):
            return found
        left = tuple(each for each in found.stretches if not self._silent(laptop, each.start))
        return replace(found, stretches=left)

    def stretch(self, laptop: Laptop, at: float) -> Stretch | None:
        """The stretch of being awake that holds an instant; None while it sleeps, is off, or gone."""
        return self.day(laptop, self.years.day_of(at)).stretch_at(at)

    def connected(self, laptop: Laptop, at: float, *, on_campus: bool) -> bool:
        """Whether an awake computer reaches the collector."""
        return not on_campus or not any(self.faults.now(laptop.school_id, cause, at) for cause in _CUT_OFF)

    def skew_seconds(self, laptop: Laptop, at: float) -> float:
        """How far its clock is ahead."""
        fault = self.faults.now(laptop.serial, Cause.CLOCK_SKEW, at)
        return fault.amount if fault else 0.0

    def report(self, laptop: Laptop, at: float, *, sequence: int, slow: bool = True) -> Report | None:
        """What a computer would report at an instant, dated by its own clock; None while it is not awake."""
        day = self.day(laptop, self.years.day_of(at))
        stretch = day.stretch_at(at)
        if stretch is None:
            return None
        return self.report_of(laptop, day, stretch, at, sequence=sequence, slow=slow)

    def report_of(
        self,
        laptop: Laptop,
        day: Day,
        stretch: Stretch,
        at: float,
        *,
        sequence: int,
        slow: bool,
        sent_at: float | None = None,
        lost: int = 0,
    ) -> Report:
        """The same, where the day is known already; ``lost`` reports did not fit on its disk."""
        return computers.report(
            laptop,
            self.measured(laptop, day, stretch, at),
            device_id=laptop.serial,
            sequence=sequence,
            measured_at=round(at + self.skew_seconds(laptop, at), 3),
            sent_at=sent_at,
            lost=lost,
            slow=slow,
        )

    def measured(self, laptop: Laptop, day: Day, stretch: Stretch, at: float) -> Measured:
        """Everything that moves, at an instant at which the computer is awake."""
        chance = series(self.district.seed, 40, laptop.number, int(at // 60))
        crashes, crashed_at = self._crashes(laptop, at)
        booted_at = max(day.booted_at or stretch.start, crashed_at)
        awake_seconds = min(day.awake_seconds(at), at - booted_at)
        hot, weak = (self.faults.now(laptop.serial, cause, at) for cause in (Cause.HOT, Cause.WEAK_WIFI))
        slow = self.faults.now(laptop.school_id, Cause.SLOW_UPLINK, at) if stretch.on_campus else None
        health = self._battery_health(laptop, at)
        full = self.faults.now(laptop.serial, Cause.FULL_DISK, at)
        pending, reallocated = self._bad_sectors(laptop, at)
        pace = between(20_000, 150_000, self.district.seed, 41, laptop.number)
        drained = (at - stretch.start) / (_FULL_CHARGE_SECONDS * max(0.2, health))
        return Measured(
            uptime_seconds=round(at - booted_at, 1),
            awake_seconds=round(awake_seconds, 1),
            boots_total=day.boots_total + crashes,
            unexpected_shutdowns_total=laptop.unexpected_shutdowns + crashes,
            cpu_usage_ratio=round(0.04 + 0.8 * next(chance) ** 3, 3),
            throttled_total=self._throttled(laptop, at),
            memory_available_ratio=round(0.2 + 0.5 * next(chance), 4),
            disk_free_ratio=full.amount if full else between(0.12, 0.7, self.district.seed, 42, laptop.number),
            disk_wear_ratio=round(laptop.disk_wear_ratio + _WEAR_PER_YEAR * self._age_years(at), 4),
            disk_pending_total=pending,
            disk_reallocated_total=reallocated,
            battery_health_ratio=health,
            battery_cycles=laptop.battery_cycles + int(150 * self._age_years(at)),
            battery_charge_ratio=round(min(1.0, max(0.04, 0.8 + 0.2 * next(chance) - drained)), 3),
            charging=laptop.assignment in ("staff", "lab"),
            wifi_signal_dbm=round(weak.amount if weak else -72.0 + 27.0 * next(chance), 1),
            receive_bytes=int(pace * awake_seconds),
            transmit_bytes=int(pace * awake_seconds / 9),
            cpu_celsius=round(hot.amount - 3 * next(chance) if hot else 41.0 + 21.0 * next(chance), 1),
            latency_seconds=round((0.7 + 0.6 * next(chance)) * (slow.amount if slow else 0.02), 4),
            loss_ratio=round(0.04 + 0.08 * next(chance), 3) if slow else 0.0,
            download_bytes_per_second=round((2e6 + 2.3e7 * next(chance)) * (0.02 if slow else 1.0), 0),
        )

    def _silent(self, laptop: Laptop, at: float) -> bool:
        return any(self.faults.now(laptop.serial, cause, at) for cause in SILENT)

    def _begun(self, laptop: Laptop, cause: Cause, at: float) -> Iterable[Fault]:
        return (fault for fault in self.faults.of(laptop.serial, cause) if fault.start <= at)

    def _crashes(self, laptop: Laptop, at: float) -> tuple[int, float]:
        """How often it ended without a shutdown by an instant, and when it came back the last time."""
        total, last = 0, 0.0
        for fault in self._begun(laptop, Cause.CRASHING, at):
            every = 86_400.0 / fault.amount
            times = int((min(at, fault.end) - fault.start) // every)
            total += times
            last = fault.start + times * every if times else last
        return total, last

    def _throttled(self, laptop: Laptop, at: float) -> int:
        """Once in ten minutes of heat."""
        return sum(int((min(at, each.end) - each.start) // 600) for each in self._begun(laptop, Cause.HOT, at))

    def _age_years(self, at: float) -> float:
        return max(0.0, at - self.years.epoch) / _YEAR_SECONDS

    def _battery_health(self, laptop: Laptop, at: float) -> float:
        fresh = self.faults.past(laptop.serial, Cause.DYING_BATTERY, at)
        if fresh:
            health = 1.0 - _HEALTH_LOST_PER_YEAR * (at - fresh.end) / _YEAR_SECONDS
        else:
            health = laptop.battery_health_ratio - _HEALTH_LOST_PER_YEAR * self._age_years(at)
        dying = self.faults.now(laptop.serial, Cause.DYING_BATTERY, at)
        if dying:
            health += (dying.amount - health) * dying.progress(at)
        return round(max(0.05, health), 4)

    def _bad_sectors(self, laptop: Laptop, at: float) -> tuple[int, int]:
        """Pending and reallocated sectors; none on a disk that was replaced."""
        fault = self.faults.now(laptop.serial, Cause.FAILING_DISK, at)
        return (1 + int(60 * fault.progress(at)), int(200 * fault.progress(at))) if fault else (0, 0)


def make(district: District, script: Script, *, start: date, zone: str) -> World:
    """Put a district, its calendar and a script together; its first day is the first with school from ``start`` on.

    Raises ConfigError where the script names what the district does not have.
    """
    levels = {school.school_id: school.level for school in district.schools}
    planned = SchoolYears(zone, start.year - 1, start.year + 1, levels=levels)
    found = faults(script, district, planned, start)
    years = planned.closing(closures(found, planned))
    known = Faults(found)
    return World(district, years, known, Habits(district.seed, years), Network(district, years, known))
