from dataclasses import replace
from datetime import date

import pytest

from homeroom_collector.model import School
from homeroom_collector.rules import rollup, school_standards
from homeroom_collector.rules.asset import Asset, Assignment, LifeState
from homeroom_collector.rules.measured import NOTHING, Measured
from homeroom_collector.rules.school_standards import SchoolStandard
from homeroom_collector.rules.standards import DeviceVerdict, Standard, judge
from homeroom_collector.rules.verdict import Verdict

TODAY = date(2026, 11, 22)
GIB, GB = 2**30, 10**9
LAPTOP = Asset(
    asset_tag="A1", school_id="lincoln", grade_band="3-5", assignment=Assignment.ONE_TO_ONE, platform="windows"
)
GOOD = Measured(
    os_name="Windows 11 Education", os_version="24H2", support_end=date(2027, 10, 12), memory_installed_bytes=8 * GIB,
    storage_bytes=128 * GB, storage_free_bytes=60 * GB, screen_inches=11.6, screen_pixels=(1366, 768), batteries=1,
    battery_health_ratio=0.9, disk_wear_ratio=0.1, disk_failing=False, wifi_bands=frozenset({"5GHz"}),
)  # fmt: skip
ALL = Standard(
    name="all", memory_gb=4, storage_gb=64, storage_free_gb=4, screen_inches=11, screen_pixels=(1366, 768),
    battery_health=0.6, disk_wear=0.9, disk_sound=True, supported_days=180, os_versions={"windows": "23H2"},
    windows11=True, wifi_5ghz=True,
)  # fmt: skip


def verdict(measured: Measured, standard: Standard = ALL, asset: Asset = LAPTOP) -> DeviceVerdict:
    return judge(asset, measured, [standard], TODAY)


def test_a_device_that_meets_everything_passes_with_a_reason_for_each_rule() -> None:
    judged = verdict(GOOD)
    assert judged.verdict is Verdict.PASS
    assert len(judged.reasons) == 12
    assert all(reason.measured and reason.required for reason in judged.reasons)


@pytest.mark.parametrize(
    ("changed", "rule", "said"),
    [
        ({"memory_installed_bytes": 2 * GIB}, "memory", "2 GB installed"),
        ({"storage_bytes": 32 * GB}, "storage", "32 GB"),
        ({"storage_free_bytes": 3 * GB}, "free storage", "3 GB free"),
        ({"screen_inches": 10.1}, "screen size", '10.1"'),
        ({"screen_pixels": (1280, 800)}, "screen resolution", "1280x800"),
        ({"battery_health_ratio": 0.5999}, "battery", "59.9 %"),
        ({"battery_service": True}, "battery", "the system asks for service at 90 %"),
        ({"disk_wear_ratio": 0.95}, "disk wear", "95 %"),
        ({"disk_failing": True}, "disk health", "failing"),
        ({"support_end": date(2025, 10, 14)}, "support", "ended on 2025-10-14"),
        ({"support_end": date(2027, 5, 20)}, "support", "until 2027-05-20"),
        ({"os_version": "22H2"}, "OS version", "22H2"),
        (
            {"os_name": "Windows 10", "windows11_ready": False, "windows11_reasons": ("TPM 1.2",)},
            "Windows 11",
            "TPM 1.2",
        ),
    ],
)
def test_a_device_that_misses_one_floor_fails_by_that_rule_alone(
    changed: dict[str, object], rule: str, said: str
) -> None:
    judged = verdict(replace(GOOD, **changed))  # type: ignore[arg-type] # fields of several types
    assert judged.verdict is Verdict.FAIL
    assert [(reason.rule, reason.measured) for reason in judged.those(Verdict.FAIL)] == [(rule, said)]


def test_what_nobody_measured_is_unknown_and_never_passes() -> None:
    judged = verdict(NOTHING)
    assert judged.verdict is Verdict.UNKNOWN
    assert {reason.verdict for reason in judged.reasons} == {Verdict.UNKNOWN}
    assert len(judged.reasons) == 12


def test_a_failure_outweighs_what_is_unknown() -> None:
    assert verdict(Measured(memory_installed_bytes=2 * GIB)).verdict is Verdict.FAIL


@pytest.mark.parametrize(("visible", "met"), [(3.8, Verdict.PASS), (3.5, Verdict.PASS), (3.4, Verdict.FAIL)])
def test_memory_kept_by_firmware_is_not_held_against_a_device(visible: float, met: Verdict) -> None:
    facts = Measured(memory_visible_bytes=int(visible * GIB))
    assert verdict(facts, Standard(name="m", memory_gb=4)).verdict is met


def test_flash_sold_as_64_gb_counts_as_64_gb() -> None:
    assert verdict(Measured(storage_bytes=62_537_072_640), Standard(name="s", storage_gb=64)).verdict is Verdict.PASS


def test_a_desktop_has_no_battery_to_judge() -> None:
    standard = Standard(name="b", battery_health=0.6, memory_gb=4)
    judged = verdict(Measured(form_factor="desktop", memory_installed_bytes=8 * GIB), standard)
    assert [reason.rule for reason in judged.reasons] == ["memory"]
    assert verdict(Measured(batteries=0, memory_installed_bytes=8 * GIB), standard).verdict is Verdict.PASS
    assert verdict(Measured(memory_installed_bytes=8 * GIB), standard).verdict is Verdict.UNKNOWN


def test_a_device_seen_on_the_old_band_only_may_know_the_new_one() -> None:
    facts = Measured(wifi_bands=frozenset({"2.4GHz"}))
    assert verdict(facts, Standard(name="w", wifi_5ghz=True)).verdict is Verdict.UNKNOWN


def test_windows_rules_do_not_concern_a_chromebook() -> None:
    chromebook = replace(LAPTOP, platform="chromeos")
    assert verdict(NOTHING, Standard(name="w", windows11=True, platforms=("windows",)), chromebook).verdict is (
        Verdict.EXEMPT
    )


def test_a_standard_for_some_platforms_or_grades_does_not_concern_network_gear() -> None:
    gear = replace(LAPTOP, assignment=Assignment.INFRASTRUCTURE, platform=None, grade_band=None)
    for standard in (Standard(name="w", platforms=("windows",)), Standard(name="g", grade_bands=("K-2",))):
        assert verdict(GOOD, standard, gear).verdict is Verdict.EXEMPT


def test_a_standard_for_a_grade_band_is_unknown_where_the_band_is() -> None:
    standard = Standard(name="k2", grade_bands=("K-2",), memory_gb=4)
    assert verdict(GOOD, standard, replace(LAPTOP, grade_band="")).verdict is Verdict.UNKNOWN
    assert verdict(GOOD, standard, LAPTOP).verdict is Verdict.EXEMPT
    assert verdict(GOOD, standard, replace(LAPTOP, grade_band="K-2")).verdict is Verdict.PASS


@pytest.mark.parametrize("state", [LifeState.SPARE, LifeState.STORED, LifeState.DISPOSED, LifeState.LOST])
def test_a_device_that_nobody_uses_is_exempt_and_says_why(state: LifeState) -> None:
    judged = verdict(NOTHING, asset=replace(LAPTOP, state=state))
    assert judged.verdict is Verdict.EXEMPT
    assert judged.reasons[0].measured == state.value


def test_groups_count_what_could_be_judged_and_leave_out_who_is_exempt() -> None:
    shelved = replace(LAPTOP, state=LifeState.STORED)
    verdicts = [
        verdict(GOOD),
        verdict(replace(GOOD, screen_inches=9.0)),
        verdict(NOTHING),
        verdict(GOOD, asset=shelved),
    ]
    (tally,) = rollup.by(verdicts, lambda each: (each.asset.school_id,)).values()
    assert (tally.passed, tally.failed, tally.unknown, tally.pass_ratio) == (1, 1, 1, 0.5)
    assert tally.verdict is Verdict.FAIL
    rules = rollup.by_rule(verdicts)
    assert rules["lincoln", "3-5", "screen size"] == rollup.Tally(passed=1, failed=1, unknown=1)
    assert rules["lincoln", "3-5", "memory"].pass_ratio == 1.0


def test_a_rule_that_one_of_two_standards_fails_is_failed_once() -> None:
    judged = judge(LAPTOP, GOOD, [Standard(name="a", memory_gb=4), Standard(name="b", memory_gb=16)], TODAY)
    assert rollup.by_rule([judged]) == {("lincoln", "3-5", "memory"): rollup.Tally(failed=1)}


def test_a_school_is_held_to_its_contract_and_its_devices() -> None:
    school = School(school_id="l", name="L", enrollment_students=400, bandwidth_contracted_bps=300_000_000)
    standard = SchoolStandard(devices_per_student=1, mbps_per_student=1, uplink_mbps=200)
    reasons = school_standards.judge(school, 412, standard)
    assert [(reason.rule, reason.verdict, reason.measured) for reason in reasons] == [
        ("devices per student", Verdict.PASS, "1.03"),
        ("bandwidth per student", Verdict.FAIL, "0.75 Mbps"),
        ("uplink", Verdict.PASS, "300 Mbps"),
    ]
    unknown = school_standards.judge(School(school_id="l", name="L"), 412, standard)
    assert {reason.verdict for reason in unknown} == {Verdict.UNKNOWN}
