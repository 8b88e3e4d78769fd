"""Settings from the collector: within local limits, and never a reason to fail."""

import pytest

from homeroom_agent.config import Schedule
from homeroom_agent.directives import Directives, Slot, in_force

LOCAL = Schedule(interval=300.0, interval_minimum=60.0, interval_maximum=3600.0)


def test_without_an_answer_the_configuration_holds():
    assert in_force({}, LOCAL) == Directives(interval_seconds=300.0, jitter_ratio=0.1)


@pytest.mark.parametrize(("asked", "held"), [(1, 60.0), (120, 120.0), (1e9, 3600.0), (-5, 60.0)])
def test_the_interval_stays_within_the_local_limits(asked: float, held: float):
    assert in_force({"interval_seconds": asked}, LOCAL).interval_seconds == held


def test_all_settings_are_taken_and_bounded():
    asked = {
        "interval_seconds": 120,
        "jitter_ratio": 5,
        "probe_intervals_seconds": {"disks": 7200, "cpu": 1},
        "reports_per_second": 2,
        "newest_first": True,
        "echoes": 99,
        "throughput_slot": {"slot_id": "s", "not_before": 1, "not_after": 2, "max_bytes": 10**12},
        "something_new": {"of": "tomorrow"},
    }
    assert in_force(asked, LOCAL) == Directives(
        interval_seconds=120.0,
        jitter_ratio=1.0,
        probe_intervals={"disks": 7200.0, "cpu": 60.0},
        reports_per_second=2.0,
        newest_first=True,
        echoes=5,
        slot=Slot(slot_id="s", not_before=1.0, not_after=2.0, max_bytes=50_000_000),
    )


@pytest.mark.parametrize("nonsense", ["soon", None, [], {}, True, float("nan"), float("inf")])
@pytest.mark.parametrize(
    "name",
    ["interval_seconds", "jitter_ratio", "probe_intervals_seconds", "reports_per_second", "newest_first", "echoes",
     "throughput_slot"],
)  # fmt: skip
def test_a_value_of_the_wrong_kind_is_passed_over(name: str, nonsense: object):
    held = in_force({name: nonsense}, LOCAL)
    assert held.interval_seconds == 300.0
    assert held.slot is None


def test_the_jitter_goes_both_ways():
    directives = Directives(interval_seconds=100.0, jitter_ratio=0.1)
    assert directives.until_next_seconds(lambda: 0.0) == pytest.approx(90.0)
    assert directives.until_next_seconds(lambda: 1.0) == pytest.approx(110.0)
