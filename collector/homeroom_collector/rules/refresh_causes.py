"""Why a device should be replaced: each cause with its measured value, the rule's value, its points and its year. Pure.

Some causes cannot wait and make a device due by themselves: no security updates, a failing disk, a failed standard, the
age limit. The others only add up: a device is due once their points reach the district's limit. What is unknown adds
nothing and is listed as unknown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from homeroom_collector.rules.asset import Asset, LifeState
from homeroom_collector.rules.figures import figure, percent
from homeroom_collector.rules.fiscal_year import FiscalYears, anniversary
from homeroom_collector.rules.measured import Gear, Measured
from homeroom_collector.rules.refresh_policy import Limit, Scoring
from homeroom_collector.rules.standard_checks import has_battery
from homeroom_collector.rules.standards import DeviceVerdict, support_end
from homeroom_collector.rules.verdict import Verdict

BATTERY, SUPPORT, WINDOWS11 = "battery", "support", "Windows 11"
_DAYS_PER_COUNT = 30
# Standards hold these too; here they are judged once, by the plan's own limits or dates.
_JUDGED_HERE = frozenset({SUPPORT, "disk health"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """``due`` is the fiscal year from which the cause asks for action by itself; None where it only adds points."""

    rule: str
    measured: str
    required: str
    points: int
    due: int | None = None

    def __str__(self) -> str:
        return f"{self.rule} {self.measured} ({self.required})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """All causes of one device, its score, the year it is due (None: not at all) and what nobody knows."""

    causes: tuple[Cause, ...]
    unknown: tuple[str, ...]
    due: int | None

    @property
    def score(self) -> int:
        """The sum of all points that count in the year it is due; 0 where it is not due."""
        due = self.due
        return 0 if due is None else sum(each.points for each in self.causes if each.due is None or each.due <= due)


def need(judged: DeviceVerdict, scoring: Scoring, years: FiscalYears, first_year: int, today: date) -> Need:
    """Weigh one device for a plan whose first fiscal year is ``first_year``."""
    causes = tuple(_causes(judged, scoring, years, first_year, today))
    return Need(causes=causes, unknown=tuple(_unknown(judged)), due=due_year(causes, scoring, first_year))


def due_year(causes: tuple[Cause, ...], scoring: Scoring, first_year: int) -> int | None:
    """The first year in which any cause asks by itself; the first of all where the points add up."""
    # Points of a cause that is due later do not count yet: support that ends in three years is no need today.
    now = sum(cause.points for cause in causes if cause.due is None or cause.due <= first_year)
    if now >= scoring.due_at and any(cause.due is None for cause in causes):
        return first_year
    return min((cause.due for cause in causes if cause.due is not None), default=None)


def _causes(
    judged: DeviceVerdict, scoring: Scoring, years: FiscalYears, first_year: int, today: date
) -> Iterator[Cause]:
    asset, measured = judged.asset, judged.measured
    yield from _support(asset, measured, scoring, years, first_year, today)
    yield from _standards(judged, scoring, first_year)
    if measured.disk_failing:
        points = scoring.disk_failing_points
        yield Cause(rule="disk health", measured="failing", required="sound", points=points, due=first_year)
    held = {reason.rule for reason in judged.those(Verdict.FAIL)}
    yield from (cause for cause in _health(measured, scoring) if cause.rule not in held)
    yield from _gear(measured.gear, scoring)
    yield from _age(asset, scoring, years, first_year)
    if measured.repairs >= scoring.repairs.at:
        said, wanted = f"{measured.repairs} in a year", f"below {figure(scoring.repairs.at)} in a year"
        yield Cause(rule="repairs", measured=said, required=wanted, points=scoring.repairs.points)
    if asset.state is LifeState.REPAIR:
        yield Cause(rule="repair", measured="in repair", required="in use", points=scoring.repair_points)


def _support(
    asset: Asset, measured: Measured, scoring: Scoring, years: FiscalYears, first_year: int, today: date
) -> Iterator[Cause]:
    end = support_end(asset, measured)
    if end is None:
        return
    said = f"ended on {end}" if end < today else f"ends on {end}"
    due = max(first_year, years.of(end))
    yield Cause(rule=SUPPORT, measured=said, required="security updates", points=scoring.support_points, due=due)


def _standards(judged: DeviceVerdict, scoring: Scoring, first_year: int) -> Iterator[Cause]:
    for reason in judged.those(Verdict.FAIL):
        if reason.rule not in _JUDGED_HERE:
            yield Cause(
                rule=reason.rule,
                measured=reason.measured,
                required=reason.required,
                points=scoring.standard_points,
                due=first_year,
            )


def _health(measured: Measured, scoring: Scoring) -> Iterator[Cause]:
    battery = measured.battery_health_ratio
    if battery is not None and battery <= scoring.battery.at:
        wanted = f"above {percent(scoring.battery.at)}"
        yield Cause(rule=BATTERY, measured=percent(battery), required=wanted, points=scoring.battery.points)
    yield from _above("disk wear", measured.disk_wear_ratio, scoring.disk_wear)
    yield from _above("memory pressure", measured.memory_pressure_ratio, scoring.memory_pressure)
    yield from _often("crashes", measured.crashes, measured.counted_days, scoring.crashes)
    counted = measured.unexpected_shutdowns
    yield from _often("unexpected shutdowns", counted, measured.counted_days, scoring.unexpected_shutdowns)


def _gear(gear: Gear | None, scoring: Scoring) -> Iterator[Cause]:
    if gear is None:
        return
    yield from _above("power over Ethernet", gear.poe_ratio, scoring.poe)
    errors, limit = gear.port_errors_daily, scoring.port_errors
    if errors is not None and errors >= limit.at:
        said = f"{figure(errors)} a day on port {gear.worst_port}"
        yield Cause(rule="port errors", measured=said, required=f"below {figure(limit.at)} a day", points=limit.points)


def _above(rule: str, value: float | None, limit: Limit) -> Iterator[Cause]:
    if value is not None and value >= limit.at:
        yield Cause(rule=rule, measured=percent(value), required=f"below {percent(limit.at)}", points=limit.points)


def _often(rule: str, count: int | None, days: int, limit: Limit) -> Iterator[Cause]:
    # A device heard on few days of the month had at least this many; it is not held to more than it showed.
    often = 0.0 if count is None else count * _DAYS_PER_COUNT / max(days, _DAYS_PER_COUNT)
    if often >= limit.at:
        said = f"{count} in {days} days"
        yield Cause(rule=rule, measured=said, required=f"below {figure(limit.at)} in 30 days", points=limit.points)


def _age(asset: Asset, scoring: Scoring, years: FiscalYears, first_year: int) -> Iterator[Cause]:
    if asset.purchased_on is None:
        return
    start, limit = years.first_day(first_year), scoring.age_limit_years
    age = _full_years(asset.purchased_on, start)
    due = None if limit is None else max(first_year, years.of(anniversary(asset.purchased_on, limit)))
    beyond = age - int(scoring.age_years.at) + 1
    if beyond > 0:
        yield Cause(
            rule="age",
            measured=f"{age} years on {start}",
            required=f"below {figure(scoring.age_years.at)} years",
            points=beyond * scoring.age_years.points,
        )
    if due is not None:
        said = f"bought on {asset.purchased_on}"
        yield Cause(rule="age limit", measured=said, required=f"at most {limit} years", points=0, due=due)


def _full_years(since: date, until: date) -> int:
    years = until.year - since.year
    return years if anniversary(since, years) <= until else years - 1


def _unknown(judged: DeviceVerdict) -> Iterator[str]:
    measured = judged.measured
    if measured.measured_on is None:
        yield "never reported"
    if support_end(judged.asset, measured) is None:
        yield "support end not known"
    if judged.asset.purchased_on is None:
        yield "age not known"
    if measured.measured_on is not None and has_battery(measured) and measured.battery_health_ratio is None:
        yield "battery not measured"
    yield from (f"{reason.rule} not known" for reason in judged.those(Verdict.UNKNOWN) if reason.rule != SUPPORT)
