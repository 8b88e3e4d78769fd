import pytest

from homeroom_collector.rules.readiness import Readiness, SchoolMeans, TestDay, readiness
from homeroom_collector.rules.verdict import Verdict

DAY = TestDay(kbps_per_tester=200, testers_per_access_point=30, source="the test")


def judged(**more: object) -> Readiness:
    values: dict[str, object] = {
        "school_id": "lincoln", "testers": 120, "ready": 130, "failing": 10, "unknown": 0, "contracted_bps": 100e6,
        "busy_bps": 40e6, "access_points": 5,
    }  # fmt: skip
    return readiness(SchoolMeans(**(values | more)), DAY)  # type: ignore[arg-type] # several types


def test_a_school_is_ready_for_as_many_as_the_scarcest_part_bears() -> None:
    # 130 devices; (100 - 40) Mbps / 0.2 = 300 students; 5 access points * 30 = 150.
    found = judged()
    assert (found.verdict, found.at_once) == (Verdict.PASS, 130)
    assert [reason.measured.split(":")[0] for reason in found.reasons] == [
        "130 students", "300 students", "150 students",
    ]  # fmt: skip
    assert found.reasons[1].measured == "300 students: 100 Mbps less 40 Mbps that lessons carry, 200 kbit/s a student"


@pytest.mark.parametrize(
    ("changed", "rule", "room"),
    [
        ({"ready": 119}, "devices", 119),
        ({"busy_bps": 80e6}, "bandwidth", 100),
        ({"access_points": 3}, "access points", 90),
        ({"busy_bps": 200e6}, "bandwidth", 0),
    ],
)
def test_one_scarce_part_fails_the_school_and_is_named(changed: dict[str, object], rule: str, room: int) -> None:
    found = judged(**changed)
    assert (found.verdict, found.at_once) == (Verdict.FAIL, room)
    assert [reason.rule for reason in found.reasons if reason.verdict is Verdict.FAIL] == [rule]


@pytest.mark.parametrize(
    "changed", [{"ready": 60, "failing": 0, "unknown": 70}, {"contracted_bps": None}, {"access_points": None}]
)
def test_what_nobody_knows_is_never_enough(changed: dict[str, object]) -> None:
    assert judged(**changed).verdict is Verdict.UNKNOWN


def test_devices_that_could_not_suffice_even_if_all_were_fit_fail() -> None:
    assert judged(ready=60, failing=0, unknown=59).verdict is Verdict.FAIL


def test_without_a_number_of_testers_it_is_still_told_how_many_could() -> None:
    found = judged(testers=None)
    assert (found.verdict, found.at_once) == (Verdict.UNKNOWN, 130)


def test_what_the_test_does_not_ask_for_is_not_judged() -> None:
    means = judged(contracted_bps=None, access_points=None).means
    found = readiness(means, TestDay(kbps_per_tester=None, testers_per_access_point=None))
    assert ([reason.rule for reason in found.reasons], found.verdict) == (["devices"], Verdict.PASS)
