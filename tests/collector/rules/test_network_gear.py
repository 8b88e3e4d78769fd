"""Network gear in the refresh plan: end of support by model, power over Ethernet, port errors."""

from datetime import date

import pytest

from homeroom_collector.decisions.gear import seen
from homeroom_collector.decisions.refresh_settings import network_support
from homeroom_collector.rules.asset import Asset, Assignment
from homeroom_collector.rules.fiscal_year import FiscalYears
from homeroom_collector.rules.measured import Gear, Measured
from homeroom_collector.rules.network_support import ModelSupport, support_of
from homeroom_collector.rules.refresh import NETWORK, plan
from homeroom_collector.rules.refresh_actions import Action
from homeroom_collector.rules.refresh_policy import RefreshPolicy
from homeroom_collector.rules.standards import judge

TODAY = date(2026, 11, 22)
SWITCH = Asset(
    asset_tag="N1", assignment=Assignment.INFRASTRUCTURE, purchased_on=date(2024, 7, 1), cost_cents=200_000,
    support_end=date(2035, 1, 1),
)  # fmt: skip
PORTS = [
    {"index": 1, "name": "1/1", "type": 6, "oper_status": "up", "in_errors": 5, "out_errors": 0},
    {"index": 2, "name": "1/2", "type": 6, "oper_status": "down", "in_errors": 40_000, "out_errors": 2_000},
    {"index": 3, "name": "lo", "type": 24, "in_errors": 10**9},
]


@pytest.mark.parametrize(
    ("vendor", "model", "end"),
    [
        ("Cisco Systems", "WS-C2960X-48FPD-L", date(2027, 10, 31)),
        ("cisco", "ws-c3850-24t-s", date(2025, 10, 31)),
        ("Cisco Meraki", "MR42", date(2026, 7, 21)),
        ("HPE Aruba", "WS-C2960X-48FPD-L", None),
        (None, "Lenovo 300e Chromebook", date(2025, 6, 30)),
        ("Lenovo", "300e Chromebook", date(2025, 6, 30)),
        (None, "Lenovo 300e Chromebook 2nd Gen", None),
        (None, "acer chromebook 712 (C871)", date(2028, 6, 30)),
        (None, None, None),
    ],
)
def test_support_is_found_by_maker_and_model(vendor: str | None, model: str | None, end: date | None) -> None:
    found = support_of(vendor, model, network_support(RefreshPolicy()))
    assert (found and found.support_end) == end


def test_the_district_s_own_list_goes_before() -> None:
    own = ModelSupport(vendor="cisco", models=("WS-C2960X-*",), support_end=date(2030, 1, 1))
    found = support_of("cisco", "WS-C2960X-24", network_support(RefreshPolicy(network_support=(own,))))
    assert found is own


def test_every_entry_says_where_it_comes_from() -> None:
    assert all(each.source and each.models for each in network_support(RefreshPolicy()))


def test_the_worst_port_counts_by_day_since_the_start_and_loopback_never() -> None:
    found = seen(
        {
            "reachable": True,
            "identity": {"kind": "switch", "serial": "sg1"},
            "physical": [{"serial": "SG2"}],
            "system": {"uptime_seconds": 21 * 86_400},
            "interfaces": PORTS,
            "poe": [{"budget_watts": 370.0, "used_watts": 351.5}, {"budget_watts": 100.0, "used_watts": 10.0}],
        },
        TODAY,
    )
    assert found is not None
    assert found.serials == {"SG1", "SG2"}
    gear = found.measured.gear
    assert gear is not None
    assert (gear.ports, gear.ports_up, gear.worst_port, gear.port_errors_daily) == (2, 1, "1/2", 2000.0)
    assert gear.poe_ratio == pytest.approx(0.95)


def test_gear_that_does_not_answer_says_nothing() -> None:
    assert seen({"reachable": False, "interfaces": PORTS}, TODAY) is None


def test_a_switch_short_of_power_and_full_of_errors_is_due_from_the_network_s_own_fund() -> None:
    gear = Gear(kind="switch", poe_ratio=0.97, port_errors_daily=2000.0, worst_port="1/2")
    judged = judge(SWITCH, Measured(measured_on=TODAY, gear=gear), (), TODAY)
    (line,) = plan([judged], RefreshPolicy(), FiscalYears(), TODAY).lines
    assert (line.action, line.fund, line.year, line.score) == (Action.REPLACE, NETWORK, 2028, 60)
    assert line.reasons == (
        "power over Ethernet 97 % (below 95 %)",
        "port errors 2000 a day on port 1/2 (below 1000 a day)",
    )


def test_a_device_that_came_back_from_repair_time_and_again_counts_it() -> None:
    asset = Asset(asset_tag="C1", purchased_on=date(2024, 7, 1), cost_cents=30_000)
    judged = judge(asset, Measured(measured_on=TODAY, repairs=3, crashes=9, counted_days=90), (), TODAY)
    (line,) = plan([judged], RefreshPolicy(), FiscalYears(), TODAY).lines
    # 25 points for repairs and 25 for 3 crashes in 30 days.
    assert (line.action, line.score) == (Action.REPLACE, 50)
    assert "repairs 3 in a year (below 2 in a year)" in line.reasons
