"""What can be done about a device, and what it costs: replace it, give it a battery, buy time, or wait. Pure.

The plan itself chooses between two: a new battery where the battery is the only need for some years to come, otherwise
a new device. The rest is laid beside it with its cost, for people to choose.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from homeroom_collector.rules import money
from homeroom_collector.rules.asset import Asset
from homeroom_collector.rules.fiscal_year import FiscalYears
from homeroom_collector.rules.measured import Measured
from homeroom_collector.rules.refresh_causes import BATTERY, SUPPORT, WINDOWS11, Cause, Need, due_year
from homeroom_collector.rules.refresh_policy import Alternatives, RefreshPolicy, Replacement


class Action(StrEnum):
    """What the plan does with a device. ``spare`` buys one more for a school's pool."""

    REPLACE = "replace"
    BATTERY = "battery"
    SPARE = "spare"
    KEEP = "keep"
    UNKNOWN = "unknown"
    EXEMPT = "exempt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to do to a device in a fiscal year, and why."""

    action: Action
    due: int
    score: int
    causes: tuple[Cause, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """Something else that could be done. ``cents`` over ``until`` (None: once), and what it leaves unsolved."""

    name: str
    cents: int
    note: str

    def __str__(self) -> str:
        return f"{self.name} ${money.dollars(self.cents)} ({self.note})"


def steps(need: Need, policy: RefreshPolicy, first_year: int) -> tuple[Step, ...]:
    """What the plan does: nothing, a battery, a new device, or a battery now and a new device years later."""
    last = first_year + policy.years - 1
    causes = tuple(cause for cause in need.causes if cause.due is None or cause.due <= last)
    if need.due is None or need.due > last:
        return ()
    replace = Step(action=Action.REPLACE, due=need.due, score=need.score, causes=_by(causes, need.due))
    others = tuple(cause for cause in need.causes if cause.rule != BATTERY)
    later = due_year(others, policy.scoring, first_year)
    pays = later is None or later - need.due >= policy.alternatives.battery_years
    if len(others) == len(need.causes) or policy.alternatives.battery is None or not pays:
        return (replace,)
    cured = tuple(cause for cause in replace.causes if cause.rule == BATTERY)
    battery = Step(action=Action.BATTERY, due=need.due, score=need.score, causes=cured)
    if later is None or later > last:
        return (battery,)
    left = Need(causes=others, unknown=(), due=later)
    return battery, Step(action=Action.REPLACE, due=later, score=left.score, causes=_by(others, later))


def _by(causes: Sequence[Cause], year: int) -> tuple[Cause, ...]:
    """Causes that count in a year, the heaviest first."""
    counting = [cause for cause in causes if cause.due is None or cause.due <= year]
    return tuple(sorted(counting, key=lambda cause: -cause.points))


def replacement(asset: Asset, policy: RefreshPolicy) -> Replacement | None:
    """The first replacement of the catalogue that fits; None where none does."""
    for each in policy.replacements:
        pairs = (
            (each.platforms, asset.platform),
            (each.assignments, asset.assignment),
            (each.grade_bands, asset.grade_band),
            (each.models, asset.model),
        )
        if all(not wanted or value in wanted for wanted, value in pairs):
            return each
    return None


def price(asset: Asset, action: Action, policy: RefreshPolicy, years: FiscalYears, first_year: int) -> int | None:
    """Cents in the plan's first year; None where nobody knows.

    Without an entry in the catalogue, a device costs what it once did, raised by the yearly inflation since.
    """
    if action is Action.BATTERY:
        battery = policy.alternatives.battery
        return None if battery is None else money.exact(battery)
    if found := replacement(asset, policy):
        return money.exact(found.cost) + money.exact(found.license)
    if asset.cost_cents is None or asset.purchased_on is None:
        return None
    return money.inflated(asset.cost_cents, policy.inflation, max(0, first_year - years.of(asset.purchased_on)))


def alternatives(asset: Asset, measured: Measured, step: Step, policy: Alternatives, today: date) -> list[Alternative]:
    """What else could be done instead of this step, each with its cost and what it leaves."""
    rules = {cause.rule for cause in step.causes}
    found = [*_battery(step, rules, policy), *_support(measured, rules, policy, today)]
    found += _flex(asset, measured, rules, policy)
    left = ", ".join(sorted(rules - {"age"})) or "age"
    return [*found, Alternative(name="do nothing", cents=0, note=f"leaves {left}")]


def _left(rules: set[str], cured: set[str]) -> str:
    left = sorted(rules - cured - {"age"})
    return f"leaves {', '.join(left)}" if left else "settles it"


def _battery(step: Step, rules: set[str], policy: Alternatives) -> Iterator[Alternative]:
    if step.action is Action.REPLACE and BATTERY in rules and policy.battery is not None:
        yield Alternative(name="new battery", cents=money.exact(policy.battery), note=_left(rules, {BATTERY}))


def _support(measured: Measured, rules: set[str], policy: Alternatives, today: date) -> Iterator[Alternative]:
    """All years of bought support that are not over; those before them must be paid for too."""
    name = (measured.os_name or "").lower()
    for system, years in policy.extended_support.items():
        if SUPPORT not in rules or not name.startswith(system.lower()):
            continue
        paid = Decimal(0)
        for year in years:
            paid += year.cost
            if year.until >= today:
                note = f"until {year.until}; {_left(rules, {SUPPORT})}"
                yield Alternative(name="extended support", cents=money.exact(paid), note=note)


def _flex(asset: Asset, measured: Measured, rules: set[str], policy: Alternatives) -> Iterator[Alternative]:
    """ChromeOS Flex gives an old PC or Mac a system that is supported again; it does not mend the machine."""
    platform = asset.platform or measured.platform
    if policy.chromeos_flex is None or platform not in ("windows", "macos") or not rules & {SUPPORT, WINDOWS11}:
        return
    note = _left(rules, {SUPPORT, WINDOWS11, "OS version"})
    yield Alternative(name="ChromeOS Flex", cents=money.exact(policy.chromeos_flex), note=note)
