"""E-rate Category Two: the budget of a cycle, what is spent of it, and what must be kept, for how long. Pure.

Funding years are named for the calendar year in which they begin: FY2026 runs from 2026-07-01 to 2027-06-30, whatever
the district's own fiscal year is. All amounts are cents before the discount, as the budget counts them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from homeroom_collector.rules.asset import Asset, LifeState
from homeroom_collector.rules.fiscal_year import FiscalYears, anniversary

FUNDING_YEARS = FiscalYears(7, 1)
_TRANSFER_YEARS = 3
_DISPOSAL_YEARS = 5
_RECORD_YEARS = 10
_HYBRID_SITES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle:
    """A budget cycle. ``pooled``: one budget for the district; otherwise each school has its own."""

    first_year: int
    last_year: int
    per_student_cents: int
    floor_cents: int
    pooled: bool
    source: str

    @property
    def name(self) -> str:
        """As it is called: ``FY2026-2030``."""
        return f"FY{self.first_year}-{self.last_year}"

    def __contains__(self, year: int) -> bool:
        return self.first_year <= year <= self.last_year


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A school and its students, None where nobody said."""

    school_id: str
    students: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What there is for a cycle, of the district or of one school (``school_id``), and how it comes about.

    ``unknown`` are schools without an enrolment: the budget is at least this much. ``spent_cents`` is the known cost of
    what was bought; ``unpriced`` how many devices have none.
    """

    cycle: Cycle
    school_id: str | None
    budget_cents: int
    spent_cents: int
    unpriced: int
    unknown: tuple[str, ...]
    working: str

    @property
    def left_cents(self) -> int:
        """What is left; negative where more was bought than there was."""
        return self.budget_cents - self.spent_cents


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """The days from which something is allowed; None where the register lacks what it counts from.

    ``transfer_on``: to another eligible entity outside the district, three years after purchase (47 CFR 54.513(d);
    within the district at any time since 2021-07-01). ``disposal_on``: sale, trade-in or disposal as obsolete, five
    years after installation (54.513(b)). ``records_until``: ten years after the latest of the last day of the funding
    year, the last day for delivery (30 September after it, where it was not extended) and the purchase (54.516(a)).
    """

    transfer_on: date | None
    disposal_on: date | None
    records_until: date | None


def cycle_of(year: int, cycles: Iterable[Cycle]) -> Cycle | None:
    """The cycle of a funding year; None before 2015 and after the last one published."""
    return next((cycle for cycle in cycles if year in cycle), None)


def budgets(cycle: Cycle, sites: Sequence[Site], assets: Sequence[Asset]) -> tuple[Budget, ...]:
    """The budget of the district, or of each school where the cycle does not pool them."""
    bought = [asset for asset in assets if asset.erate_year is not None and asset.erate_year in cycle]
    if cycle.pooled:
        return (_pooled(cycle, sites, bought),)
    return tuple(_single(cycle, site, bought) for site in sites)


def _single(cycle: Cycle, site: Site, bought: Sequence[Asset]) -> Budget:
    mine = [asset for asset in bought if asset.school_id == site.school_id]
    students = site.students or 0
    working = f"the greater of {students} students and the floor"
    unknown = (site.school_id,) if site.students is None else ()
    return _budget(cycle, site.school_id, _of_site(cycle, site), mine, unknown, working)


def _of_site(cycle: Cycle, site: Site) -> int:
    return max((site.students or 0) * cycle.per_student_cents, cycle.floor_cents)


def _pooled(cycle: Cycle, sites: Sequence[Site], bought: Sequence[Asset]) -> Budget:
    """The greatest of what the rules allow: by students, by floors, and school by school for ten sites or fewer.

    FCC 19-117; worked examples: https://e-ratecentral.com, News of the Week of 2020-08-24.
    """
    students = sum(site.students or 0 for site in sites)
    ways = [
        (students * cycle.per_student_cents, f"{students} students"),
        (len(sites) * cycle.floor_cents, f"the floor for {len(sites)} schools"),
    ]
    if len(sites) <= _HYBRID_SITES:
        ways.append((sum(_of_site(cycle, site) for site in sites), "students or floor, school by school"))
    amount, working = max(ways, key=lambda way: way[0])
    unknown = tuple(site.school_id for site in sites if site.students is None)
    return _budget(cycle, None, amount, bought, unknown, working)


def _budget(
    cycle: Cycle, school_id: str | None, amount: int, bought: Sequence[Asset], unknown: tuple[str, ...], working: str
) -> Budget:
    return Budget(
        cycle=cycle,
        school_id=school_id,
        budget_cents=amount,
        spent_cents=sum(asset.cost_cents or 0 for asset in bought),
        unpriced=sum(asset.cost_cents is None for asset in bought),
        unknown=unknown,
        working=working,
    )


def supported(asset: Asset) -> bool:
    """Whether the register says that E-rate paid for a part of it."""
    return asset.erate_year is not None or asset.erate_frn is not None


def clocks(asset: Asset) -> Clocks:
    """When a device may be passed on, disposed of, and its records thrown away."""
    bought, installed = asset.purchased_on, asset.erate_installed_on
    return Clocks(
        transfer_on=None if bought is None else anniversary(bought, _TRANSFER_YEARS),
        disposal_on=None if installed is None else anniversary(installed, _DISPOSAL_YEARS),
        records_until=_records_until(asset.erate_year, bought),
    )


def _records_until(year: int | None, bought: date | None) -> date | None:
    if year is None:
        return None
    # The delivery deadline is always later than the funding year's last day, 30 June.
    last = max(date(year + 1, 9, 30), bought or date.min)
    return anniversary(last, _RECORD_YEARS)


def findings(asset: Asset, cycles: Sequence[Cycle], today: date) -> tuple[str, ...]:
    """What an auditor would ask about one supported device."""
    return (*_gaps(asset), *_early(asset), *_years(asset, cycles, today))


def _gaps(asset: Asset) -> Iterator[str]:
    for name, value in (
        ("funding year", asset.erate_year),
        ("FRN", asset.erate_frn),
        ("install date", asset.erate_installed_on),
        ("purchase date", asset.purchased_on),
        ("cost", asset.cost_cents),
        ("serial number", asset.serial),
        ("school", asset.school_id),
        ("room", asset.room),
    ):
        if value in (None, ""):
            yield f"no {name}"
    frn = asset.erate_frn
    if frn and not (frn.isascii() and frn.isdigit() and len(frn) in (7, 10)):
        yield f"FRN {frn} is not seven or ten digits"


def _early(asset: Asset) -> Iterator[str]:
    disposal = clocks(asset).disposal_on
    if asset.state is LifeState.LOST:
        yield "lost"
    if asset.state is not LifeState.DISPOSED:
        return
    if disposal is None or asset.state_on is None:
        yield "disposed of; whether five years after its installation is not known"
    elif asset.state_on < disposal:
        yield f"disposed of on {asset.state_on}, before {disposal}"


def _years(asset: Asset, cycles: Sequence[Cycle], today: date) -> Iterator[str]:
    year, installed = asset.erate_year, asset.erate_installed_on
    if year is None:
        return
    if year >= min((cycle.first_year for cycle in cycles), default=year) and cycle_of(year, cycles) is None:
        yield f"no budget cycle is known for FY{year}"
    if installed is not None and installed > today:
        yield f"install date {installed} is in the future"
    # Category Two equipment may be bought and installed from 1 April before the funding year (FCC 14-99).
    if installed is not None and installed < date(year, 4, 1):
        yield f"installed on {installed}, before FY{year} allowed it"
