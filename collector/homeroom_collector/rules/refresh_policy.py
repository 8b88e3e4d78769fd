"""What the district decides about its refresh plan: when a device is due, what things cost, how much there is. Pure.

Amounts are dollars as people write them; :mod:`homeroom_collector.rules.money` turns them into cents.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from homeroom_collector.rules.asset import Assignment
from homeroom_collector.rules.network_support import ModelSupport


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A measured value and the points it adds to the score once it is reached."""

    at: float
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Scoring:
    """How need is measured. A device is due at ``due_at`` points, or at once for what no points can wait for.

    Ratios are 0 to 1; crashes and unexpected shutdowns count in 30 days, repairs in a year, port errors in a day.
    ``battery`` is at or below, the rest at or above. ``age_years`` adds its points for each full year from there on;
    ``age_limit_years`` makes due by itself.
    """

    due_at: int = 50
    battery: Limit = field(default_factory=lambda: Limit(at=0.65, points=50))
    disk_wear: Limit = field(default_factory=lambda: Limit(at=0.9, points=50))
    crashes: Limit = field(default_factory=lambda: Limit(at=2, points=25))
    unexpected_shutdowns: Limit = field(default_factory=lambda: Limit(at=4, points=20))
    memory_pressure: Limit = field(default_factory=lambda: Limit(at=0.2, points=20))
    repairs: Limit = field(default_factory=lambda: Limit(at=2, points=25))
    poe: Limit = field(default_factory=lambda: Limit(at=0.95, points=30))
    port_errors: Limit = field(default_factory=lambda: Limit(at=1000, points=30))
    age_years: Limit = field(default_factory=lambda: Limit(at=5, points=5))
    repair_points: int = 10
    standard_points: int = 60
    disk_failing_points: int = 100
    support_points: int = 80
    age_limit_years: int | None = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """What a kind of device is replaced by, in dollars of the plan's first year. Empty lists mean all."""

    name: str
    cost: Decimal
    license: Decimal = Decimal(0)
    platforms: tuple[str, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    grade_bands: tuple[str, ...] = ()
    models: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportYear:
    """One year of bought support: its last day, and its price. A year can only be bought with those before it."""

    until: date
    cost: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternatives:
    """What else can be done. ``battery_years`` is how long a device must go on after a new battery to be worth it."""

    battery: Decimal | None = Decimal("60.00")
    battery_years: int = 2
    chromeos_flex: Decimal | None = Decimal("38.00")
    extended_support: dict[str, tuple[SupportYear, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """A grade band is refreshed as a whole in one fiscal year, and again ``every`` so many years."""

    first: int
    every: int = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshPolicy:
    """The whole plan. ``budget`` and ``network_budget`` are yearly caps, None for none; ``budgets`` are single years'.

    ``first_year`` None is the fiscal year that begins next. ``hand_down`` lists grade bands to offer a device to that
    is too weak for its own. ``network_support`` is the district's own list of until when makers support their gear.
    """

    first_year: int | None = None
    years: int = 5
    budget: Decimal | None = None
    budgets: dict[int, Decimal | None] = field(default_factory=dict)
    network_budget: Decimal | None = None
    inflation: Decimal = Decimal("0.03")
    spare_ratio: Decimal = Decimal(0)
    rotation: dict[str, Rotation] = field(default_factory=dict)
    hand_down: tuple[str, ...] = ()
    scoring: Scoring = field(default_factory=Scoring)
    replacements: tuple[Replacement, ...] = ()
    alternatives: Alternatives = field(default_factory=Alternatives)
    network_support: tuple[ModelSupport, ...] = ()
