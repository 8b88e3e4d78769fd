from dataclasses import replace
from datetime import date

import pytest

from homeroom_collector.decisions.erate_cycles import cycles
from homeroom_collector.rules import erate
from homeroom_collector.rules.asset import Asset, LifeState
from homeroom_collector.rules.erate import Cycle, Site

TODAY = date(2026, 11, 22)
SWITCH = Asset(
    asset_tag="N1", serial="SG1", school_id="lincoln", room="MDF", cost_cents=412_500, erate_year=2026,
    erate_frn="2699012345", purchased_on=date(2026, 7, 6), erate_installed_on=date(2026, 8, 14),
)  # fmt: skip


def cycle(year: int) -> Cycle:
    found = erate.cycle_of(year, cycles())
    assert found is not None
    return found


def sites(*students: int | None) -> list[Site]:
    return [Site(school_id=f"s{number}", students=count) for number, count in enumerate(students)]


@pytest.mark.parametrize(
    ("year", "students", "cents", "working"),
    [
        # 500 * 201.57 = 100,785.00
        (2026, (500,), 10_078_500, "500 students"),
        # 149 * 201.57 = 30,033.93 is below the floor, 150 * 201.57 = 30,235.50 above it.
        (2026, (149,), 3_017_500, "the floor for 1 schools"),
        (2030, (150,), 3_023_550, "150 students"),
        # School by school: 30,175 + 100,785; by students alone 600 * 201.57 = 120,942; by floors 60,350.
        (2026, (100, 500), 13_096_000, "students or floor, school by school"),
        # Eleven schools: no mix. By students 1,600 * 201.57 = 322,512; by floors 11 * 30,175 = 331,925.
        (2026, (100,) * 6 + (200,) * 5, 33_192_500, "the floor for 11 schools"),
        # 1,732 students at 167.00, a published example: 289,244.00.
        (2021, (529, 576, 247, 380), 28_924_400, "1732 students"),
    ],
)
def test_a_district_s_budget_is_the_most_that_the_rules_allow(
    year: int, students: tuple[int, ...], cents: int, working: str
) -> None:
    (budget,) = erate.budgets(cycle(year), sites(*students), [])
    assert (budget.budget_cents, budget.working) == (cents, working)


def test_before_2021_each_school_had_a_budget_of_its_own() -> None:
    # 40 * 195.63 = 7,825.20, so the floor of 11,998.43; 400 * 195.63 = 78,252.00.
    small, large = erate.budgets(cycle(2018), sites(40, 400), [replace(SWITCH, school_id="s1", erate_year=2018)])
    assert (small.budget_cents, small.spent_cents) == (1_199_843, 0)
    assert (large.budget_cents, large.spent_cents, large.left_cents) == (7_825_200, 412_500, 7_412_700)


def test_only_what_was_bought_in_the_cycle_counts_and_a_missing_price_is_said() -> None:
    others = ({"cost_cents": None}, {"erate_year": 2025}, {"erate_year": None})
    bought = [SWITCH, *(replace(SWITCH, **each) for each in others)]
    (budget,) = erate.budgets(cycle(2026), sites(500, None), bought)
    assert (budget.spent_cents, budget.unpriced, budget.unknown) == (412_500, 1, ("s1",))


def test_more_spent_than_there_is_shows_as_less_than_nothing() -> None:
    (budget,) = erate.budgets(cycle(2026), sites(10), [replace(SWITCH, cost_cents=4_000_000)])
    assert budget.left_cents == 3_017_500 - 4_000_000


def test_the_three_five_and_ten_year_clocks() -> None:
    clocks = erate.clocks(SWITCH)
    assert clocks.transfer_on == date(2029, 7, 6)
    assert clocks.disposal_on == date(2031, 8, 14)
    # FY2026 ends on 2027-06-30, delivery on 2027-09-30; ten years on.
    assert clocks.records_until == date(2037, 9, 30)
    late = replace(SWITCH, purchased_on=date(2028, 2, 29))
    assert erate.clocks(late).records_until == date(2038, 3, 1)
    assert erate.clocks(Asset(asset_tag="N2", erate_frn="1")) == erate.Clocks(
        transfer_on=None, disposal_on=None, records_until=None
    )


def test_complete_equipment_raises_no_question() -> None:
    assert erate.findings(SWITCH, cycles(), TODAY) == ()


@pytest.mark.parametrize(
    ("changed", "finding"),
    [
        ({"erate_frn": None}, "no FRN"),
        ({"room": None}, "no room"),
        ({"erate_installed_on": None}, "no install date"),
        ({"erate_frn": "26-99"}, "FRN 26-99 is not seven or ten digits"),
        ({"state": LifeState.LOST}, "lost"),
        (
            {"state": LifeState.DISPOSED, "state_on": date(2031, 8, 13)},
            "disposed of on 2031-08-13, before 2031-08-14",
        ),
        ({"state": LifeState.DISPOSED}, "disposed of; whether five years after its installation is not known"),
        ({"erate_installed_on": date(2026, 3, 31)}, "installed on 2026-03-31, before FY2026 allowed it"),
        ({"erate_installed_on": date(2026, 12, 24)}, "install date 2026-12-24 is in the future"),
        ({"erate_year": 2031}, "no budget cycle is known for FY2031"),
    ],
)
def test_what_an_auditor_would_ask_is_found(changed: dict[str, object], finding: str) -> None:
    assert finding in erate.findings(replace(SWITCH, **changed), cycles(), TODAY)  # type: ignore[arg-type] # several types


def test_disposal_on_the_day_itself_is_allowed() -> None:
    gone = replace(SWITCH, state=LifeState.DISPOSED, state_on=date(2031, 8, 14))
    assert erate.findings(gone, cycles(), date(2032, 1, 1)) == ()


def test_cycles_follow_each_other_without_a_gap() -> None:
    known = cycles()
    assert [each.first_year for each in known[1:]] == [each.last_year + 1 for each in known[:-1]]
    assert all(each.source for each in known)
    assert erate.cycle_of(2014, known) is None
