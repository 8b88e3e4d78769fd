"""Ten devices whose verdicts were worked out by hand.

The day is 2026-11-22 and fiscal years begin on 1 July, so FY2027 is running and the plan covers FY2028 (from
2027-07-01) to FY2032. Points are those of configs/refresh.yml. Prices rise by 3 % a year from FY2028.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest

from homeroom_collector.rules.asset import Asset, Assignment, LifeState
from homeroom_collector.rules.fiscal_year import FiscalYears
from homeroom_collector.rules.measured import NOTHING, Measured
from homeroom_collector.rules.refresh import Line, RefreshPlan, plan
from homeroom_collector.rules.refresh_actions import Action
from homeroom_collector.rules.refresh_policy import Alternatives, RefreshPolicy, Replacement, SupportYear
from homeroom_collector.rules.standards import Standard, judge
from homeroom_collector.rules.verdict import Verdict

TODAY = date(2026, 11, 22)
SEEN = date(2026, 11, 20)
GIB = 2**30
STANDARDS = (
    Standard(name="security updates", supported_days=0),
    Standard(name="Windows 11", platforms=("windows",), windows11=True),
    Standard(name="students", assignments=(Assignment.ONE_TO_ONE,), memory_gb=4, battery_health=0.6),
)
POLICY = RefreshPolicy(
    replacements=(
        Replacement(name="Chromebook", cost=Decimal("389"), license=Decimal("38"), platforms=("chromeos",)),
        Replacement(name="staff laptop", cost=Decimal("899"), assignments=(Assignment.STAFF,)),
    ),
    alternatives=Alternatives(
        # https://learn.microsoft.com/windows/whats-new/extended-security-updates: $1, $2, $4 for education.
        extended_support={
            "Windows 10": (
                SupportYear(until=date(2026, 10, 13), cost=Decimal(1)),
                SupportYear(until=date(2027, 10, 12), cost=Decimal(2)),
                SupportYear(until=date(2028, 10, 10), cost=Decimal(4)),
            )
        }
    ),
)


@dataclass(frozen=True, kw_only=True)
class Case:
    """One device and what must come of it: verdict by the standards, action, year, score, price and a reason."""

    asset: Asset
    measured: Measured
    verdict: Verdict
    action: Action
    year: int | None = None
    score: int = 0
    cents: int | None = None
    reason: str


def chromebook(tag: str, bought: date | None, **more: object) -> Asset:
    values: dict[str, object] = {"assignment": Assignment.ONE_TO_ONE, "platform": "chromeos", "school_id": "lincoln"}
    return Asset(asset_tag=tag, purchased_on=bought, **(values | more))  # type: ignore[arg-type] # several types


def healthy(**more: object) -> Measured:
    values: dict[str, object] = {
        "measured_on": SEEN, "batteries": 1, "battery_health_ratio": 0.8, "memory_installed_bytes": 4 * GIB,
        "counted_days": 90, "crashes": 0, "unexpected_shutdowns": 0, "disk_failing": False,
    }  # fmt: skip
    return Measured(**(values | more))  # type: ignore[arg-type] # several types


CASES = {
    # AUE 2025-06-30 is over: support, 80 points, due at once. Bought 2019-08-01: on 2027-07-01 it is 7 full years old,
    # the third year from 5 on: 3 * 5 = 15. 80 + 15 = 95. 389 + 38 = 427.00 in FY2028.
    "a Chromebook of 2019 past its AUE": Case(
        asset=chromebook("C1", date(2019, 8, 1)),
        measured=healthy(support_end=date(2025, 6, 30)),
        verdict=Verdict.FAIL, action=Action.REPLACE, year=2028, score=95, cents=42_700,
        reason="support ended on 2025-06-30 (security updates)",
    ),
    # Six full years on 2027-07-01: 2 * 5 = 10 points, far from 50. AUE 2031-06-30 lies in FY2031 (2030-07-01 to
    # 2031-06-30): due there with 80 + 10. 427.00 * 1.03^3 = 427.00 * 1.092727 = 466.594 -> 466.59.
    "a healthy one of 2020 supported to 2031": Case(
        asset=chromebook("C2", date(2020, 8, 15)),
        measured=healthy(support_end=date(2031, 6, 30)),
        verdict=Verdict.PASS, action=Action.REPLACE, year=2031, score=90, cents=46_659,
        reason="support ends on 2031-06-30 (security updates)",
    ),
    # 62 % passes the standard's 60 % but not the plan's 65 %: 50 points, due. Nothing else is wrong before AUE in
    # FY2033, five years on, and a battery is worth it from two: a battery for 60.00.
    "a battery at 62 %": Case(
        asset=chromebook("C3", date(2023, 8, 1)),
        measured=healthy(battery_health_ratio=0.62, support_end=date(2033, 6, 30)),
        verdict=Verdict.PASS, action=Action.BATTERY, year=2028, score=50, cents=6_000,
        reason="battery 62 % (above 65 %)",
    ),
    # Windows 10 ended on 2025-10-14 (Microsoft lifecycle): 80. It cannot take Windows 11: 60. Nine full years on
    # 2027-07-01: 5 * 5 = 25. 165 points. Staff: 899.00.
    "a Windows 10 laptop that cannot take 11": Case(
        asset=Asset(asset_tag="W1", school_id="lincoln", assignment=Assignment.STAFF, platform="windows",
                    purchased_on=date(2018, 7, 1)),
        measured=healthy(os_name="Windows 10 Pro", support_end=date(2025, 10, 14), windows11_ready=False,
                         windows11_reasons=("TPM 1.2",)),
        verdict=Verdict.FAIL, action=Action.REPLACE, year=2028, score=165, cents=89_900,
        reason="Windows 11 TPM 1.2 (able to run Windows 11)",
    ),
    "a stored spare": Case(
        asset=chromebook("C4", date(2018, 8, 1), state=LifeState.STORED, state_on=date(2025, 6, 20)),
        measured=healthy(support_end=date(2024, 6, 30)),
        verdict=Verdict.EXEMPT, action=Action.EXEMPT, reason="stored since 2025-06-20",
    ),
    "a disposed one that reports": Case(
        asset=chromebook("C5", date(2018, 8, 1), state=LifeState.DISPOSED, state_on=date(2026, 7, 1)),
        measured=healthy(),
        verdict=Verdict.EXEMPT, action=Action.EXEMPT, reason="disposed since 2026-07-01, but reported on 2026-11-20",
    ),
    # 2 GB against 4: a failed standard, 60 points, due at once. Four years old and supported until FY2030, which does
    # not count before then.
    "one with too little memory": Case(
        asset=chromebook("C6", date(2022, 8, 1)),
        measured=healthy(memory_installed_bytes=2 * GIB, support_end=date(2030, 6, 30)),
        verdict=Verdict.FAIL, action=Action.REPLACE, year=2028, score=60, cents=42_700,
        reason="memory 2 GB installed (at least 4 GB)",
    ),
    "one that nobody knows anything about": Case(
        asset=chromebook("C7", None), measured=NOTHING, verdict=Verdict.UNKNOWN, action=Action.UNKNOWN,
        reason="never reported",
    ),
    # A failing disk: 100, due at once. Five full years: 5. No catalogue entry for a lab's Mac, so what it
    # cost in FY2022, six years on: 1,099.00 * 1.03^6 = 1,099.00 * 1.194052296529 = 1,312.2635 -> 1,312.26.
    "a Mac with a failing disk": Case(
        asset=Asset(asset_tag="M1", school_id="lincoln", assignment=Assignment.LAB, platform="macos",
                    purchased_on=date(2021, 9, 1), cost_cents=109_900),
        measured=healthy(disk_failing=True, support_end=date(2034, 9, 1)),
        verdict=Verdict.PASS, action=Action.REPLACE, year=2028, score=105, cents=131_226,
        reason="disk health failing (sound)",
    ),
    # 9 crashes in 90 days are 3 in 30: 25. 15 unexpected shutdowns are 5 in 30: 20. Work waits for memory 25 % of the
    # time: 20. 65 points are over 50. Three years of age count nothing.
    "a young one that keeps crashing": Case(
        asset=chromebook("C8", date(2024, 7, 1)),
        measured=healthy(crashes=9, unexpected_shutdowns=15, memory_pressure_ratio=0.25, support_end=date(2034, 6, 30)),
        verdict=Verdict.PASS, action=Action.REPLACE, year=2028, score=65, cents=42_700,
        reason="crashes 9 in 90 days (below 2 in 30 days)",
    ),
}  # fmt: skip


def planned(*cases: Case, policy: RefreshPolicy = POLICY) -> RefreshPlan:
    judged = [judge(case.asset, case.measured, STANDARDS, TODAY) for case in cases]
    return plan(judged, policy, FiscalYears(7, 1), TODAY, STANDARDS)


def line_of(name: str) -> Line:
    (line,) = planned(CASES[name]).lines
    return line


@pytest.mark.parametrize("name", CASES)
def test_a_device_gets_exactly_the_expected_verdict(name: str) -> None:
    case = CASES[name]
    assert judge(case.asset, case.measured, STANDARDS, TODAY).verdict is case.verdict
    line = line_of(name)
    assert (line.action, line.year, line.score, line.cents) == (case.action, case.year, case.score, case.cents)
    assert case.reason in line.reasons


def test_all_ten_together_are_planned_as_each_alone() -> None:
    result = planned(*CASES.values())
    assert {line.asset.name: (line.action, line.year) for line in result.lines} == {
        case.asset.name: (case.action, case.year) for case in CASES.values()
    }
    # C1 for 427.00, C3 for 60.00, W1 for 899.00, C6 for 427.00, M1 for 1,312.26 and C8 for 427.00.
    assert result.spent("devices", 2028) == 355_226
    assert result.notes == (
        "1 device cannot be judged: no report, and no support end that is known",
        "1 device is said to be gone and still reporting",
    )


def test_a_windows_10_laptop_is_offered_time_and_another_system_with_their_cost() -> None:
    offered = list(map(str, line_of("a Windows 10 laptop that cannot take 11").alternatives))
    # The first year of bought support is over, and the later ones are sold only with it: 1 + 2, and 1 + 2 + 4.
    assert offered == [
        "extended support $3.00 (until 2027-10-12; leaves Windows 11)",
        "extended support $7.00 (until 2028-10-10; leaves Windows 11)",
        "ChromeOS Flex $38.00 (settles it)",
        "do nothing $0.00 (leaves Windows 11, support)",
    ]


def test_a_battery_is_not_worth_it_where_support_ends_soon() -> None:
    case = CASES["a battery at 62 %"]
    soon = Case(
        asset=case.asset,
        measured=healthy(battery_health_ratio=0.62, support_end=date(2029, 6, 30)),
        verdict=Verdict.PASS, action=Action.REPLACE, reason="",
    )  # fmt: skip
    (line,) = planned(soon).lines
    assert (line.action, line.year) == (Action.REPLACE, 2028)
    assert str(line.alternatives[0]) == "new battery $60.00 (settles it)"


def test_a_battery_now_and_a_new_device_when_support_ends_are_both_in_the_plan() -> None:
    later = Case(
        asset=chromebook("C9", date(2021, 8, 1)),
        measured=healthy(battery_health_ratio=0.62, support_end=date(2031, 6, 30)),
        verdict=Verdict.PASS, action=Action.REPLACE, reason="",
    )  # fmt: skip
    assert [(line.action, line.year) for line in planned(later).lines] == [
        (Action.BATTERY, 2028),
        (Action.REPLACE, 2031),
    ]
