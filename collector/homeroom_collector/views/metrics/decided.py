"""Families of what is decided: standards, refresh plan, comparisons, readiness. Worked out off the scrape's path."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator

from homeroom_collector.decisions.board import Board
from homeroom_collector.decisions.erate_cycles import cycles
from homeroom_collector.fleet import Family
from homeroom_collector.fleet.families import gauge
from homeroom_collector.rules import erate, rollup
from homeroom_collector.rules.equity import Standing
from homeroom_collector.rules.verdict import Verdict
from homeroom_collector.views.metrics.render import Sample

Read = Callable[[Board], Iterator[Sample]]
_SECONDS_PER_DAY = 86_400.0
_CENTS = 100


def _pass_ratio(board: Board) -> Iterator[Sample]:
    for (school, band, rule), tally in rollup.by_rule(board.verdicts).items():
        if tally.pass_ratio is not None:
            yield {"school": school, "grade_band": band, "rule": rule}, tally.pass_ratio


def _devices(board: Board) -> Iterator[Sample]:
    counts = Counter((each.asset.school_id, each.asset.grade_band, each.verdict.value) for each in board.verdicts)
    for (school, band, verdict), number in sorted(counts.items()):
        yield {"school": school, "grade_band": band, "verdict": verdict}, number


def _due(board: Board) -> Iterator[Sample]:
    """Devices by the year in which they should be bought, whether or not there is money for them."""
    lines = (line for line in board.plan.lines if line.buys and line.due is not None)
    counts = Counter((line.asset.school_id, line.due) for line in lines)
    for (school, year), number in sorted(counts.items(), key=str):
        yield {"school": school, "fiscal_year": str(year)}, number


def _cost(board: Board) -> Iterator[Sample]:
    cents: dict[tuple[str, int, str], int] = defaultdict(int)
    for line in board.plan.bought:
        cents[line.asset.school_id, line.year or 0, line.fund] += line.cents or 0
    for (school, year, fund), amount in sorted(cents.items()):
        yield {"school": school, "fiscal_year": str(year), "fund": fund}, amount / _CENTS


def _waiting(board: Board) -> Iterator[Sample]:
    cents: dict[tuple[str, str], int] = defaultdict(int)
    for line in board.plan.lines:
        if line.waits:
            cents[line.asset.school_id, line.fund] += line.cents or 0
    for (school, fund), amount in sorted(cents.items()):
        yield {"school": school, "fund": fund}, amount / _CENTS


def _budget(board: Board) -> Iterator[Sample]:
    for fund, years in sorted(board.plan.horizon.caps.items()):
        for year, cap in sorted(years.items()):
            if cap is not None:
                yield {"fiscal_year": str(year), "fund": fund}, cap / _CENTS


def _reconcile(board: Board) -> Iterator[Sample]:
    counts = Counter((each.asset.school_id, each.kind.value) for each in board.discrepancies)
    for (school, kind), number in sorted(counts.items()):
        yield {"school": school, "kind": kind}, number


def _ready(board: Board) -> Iterator[Sample]:
    for each in board.readiness():
        if each.verdict in (Verdict.PASS, Verdict.FAIL):
            yield {"school": each.means.school_id}, int(each.verdict is Verdict.PASS)


def _at_once(board: Board) -> Iterator[Sample]:
    for each in board.readiness():
        if each.at_once is not None:
            yield {"school": each.means.school_id}, each.at_once


def _of_standing(read: Callable[[Standing], float | None]) -> Read:
    def samples(board: Board) -> Iterator[Sample]:
        for each in board.standings:
            value = read(each)
            if value is not None:
                yield {"school": each.school_id}, value

    return samples


def _repair_seconds(each: Standing) -> float | None:
    return None if each.repair_days is None else each.repair_days * _SECONDS_PER_DAY


def _headroom(each: Standing) -> float | None:
    """Bytes, as the other bandwidths are."""
    free = each.headroom_mbps_per_student
    return None if free is None or each.students is None else free * each.students * 1e6 / 8


def _age(board: Board) -> Iterator[Sample]:
    for each in board.band_standings:
        if each.age_years is not None:
            labels = {"school": each.school_id, "grade_band": each.grade_band or ""}
            yield labels, each.age_years * 365.25 * _SECONDS_PER_DAY


def _evenness(board: Board) -> Iterator[Sample]:
    for gap in sorted(board.gaps, key=lambda gap: gap.measure):
        yield {"measure": gap.measure}, gap.ratio


def _erate(amount: Callable[[erate.Budget], int]) -> Read:
    def samples(board: Board) -> Iterator[Sample]:
        sites = [
            erate.Site(school_id=each.school_id, students=each.enrollment_students) for each in board.district.schools
        ]
        bought = [each.asset for each in board.district.devices if erate.supported(each.asset)]
        for cycle in cycles():
            for each in erate.budgets(cycle, sites, bought) if sites else ():
                yield {"cycle": cycle.name, "school": each.school_id or ""}, amount(each) / _CENTS

    return samples


FAMILIES: tuple[tuple[Family, Read], ...] = (
    (gauge("standard_pass_ratio", "Share of devices that meet a rule, of those that can be judged."), _pass_ratio),
    (gauge("standard_devices", "Devices by how they stand to all rules that concern them."), _devices),
    (gauge("refresh_due_devices", "Purchases by the fiscal year in which they are due."), _due),
    (gauge("refresh_cost_dollars", "What the plan spends, at the prices of that year."), _cost),
    (gauge("refresh_waiting_dollars", "What is due and waits beyond the plan, at first-year prices."), _waiting),
    (
        gauge("refresh_budget_dollars", "Most that may be spent in a fiscal year; absent where there is no cap."),
        _budget,
    ),
    (gauge("reconcile_devices", "Devices that the register and what is seen disagree about."), _reconcile),
    (
        gauge("readiness_pass", "1 if all students could take a state test at once, 0 if not; absent if unknown."),
        _ready,
    ),
    (gauge("readiness_capacity_students", "Students who could take a state test at once."), _at_once),
    (gauge("student_device_age_seconds", "Median age of students' devices since purchase."), _age),
    (
        gauge("student_devices_ratio", "Students' devices in use over students enrolled."),
        _of_standing(lambda each: each.devices_per_student),
    ),
    (
        gauge("school_repair_seconds", "Median time that repairs took which ended within a year."),
        _of_standing(_repair_seconds),
    ),
    (
        gauge("school_wan_headroom_bytes_per_second", "Contracted bandwidth that lessons leave unused."),
        _of_standing(_headroom),
    ),
    (
        gauge("school_home_adequate_ratio", "Share of one-to-one devices with an adequate connection at home."),
        _of_standing(lambda each: each.home_adequate_ratio),
    ),
    (gauge("equity_ratio", "Worst quartile of schools over the best; 1 is even."), _evenness),
    (
        gauge("erate_budget_dollars", "Category Two budget of a cycle, before the discount."),
        _erate(lambda each: each.budget_cents),
    ),
    (gauge("erate_spent_dollars", "Known cost of what was bought in a cycle."), _erate(lambda each: each.spent_cents)),
)

Shown = tuple[tuple[Family, tuple[Sample, ...]], ...]


def shown(board: Board) -> Shown:
    """All samples of a board. Takes a while for a large district, and belongs into a thread."""
    return tuple((family, tuple(read(board))) for family, read in FAMILIES)


def of_school(found: Shown, school_id: str) -> Shown:
    """Those of one school."""
    return tuple(
        (family, tuple(sample for sample in samples if sample[0].get("school") == school_id))
        for family, samples in found
    )
