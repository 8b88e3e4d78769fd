from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeroom_collector.model import School
from homeroom_collector.rules import equity
from homeroom_collector.rules.asset import Asset, Assignment, LifeState
from homeroom_collector.rules.equity import Facts, Standing
from homeroom_collector.rules.equity_gaps import gaps
from homeroom_collector.rules.measured import Measured
from homeroom_collector.rules.standards import DeviceVerdict, Standard, judge

TODAY = date(2026, 11, 22)
STANDARDS = (Standard(name="memory", memory_gb=4),)
GIB = 2**30


def school(name: str, students: int | None = 100, mbps: int | None = 100) -> School:
    bps = None if mbps is None else mbps * 1_000_000
    return School(school_id=name, name=name, enrollment_students=students, bandwidth_contracted_bps=bps)


def device(school_id: str, *, memory: int = 4, **more: object) -> DeviceVerdict:
    facts = {name: more.pop(name) for name in ("away", "download_bps") if name in more}
    values: dict[str, object] = {"school_id": school_id, "assignment": Assignment.ONE_TO_ONE, "asset_tag": "A"}
    asset = Asset(**(values | more))  # type: ignore[arg-type] # several types
    measured = Measured(memory_installed_bytes=memory * GIB, **facts)  # type: ignore[arg-type] # several types
    return judge(asset, measured, STANDARDS, TODAY)


def facts(schools: list[School], judged: list[DeviceVerdict], **more: Any) -> Facts:
    return Facts(schools=schools, judged=judged, today=TODAY, **({"home_bps": 1e6} | more))


def standings(schools: list[School], judged: list[DeviceVerdict], **more: Any) -> list[Standing]:
    return equity.by_school(facts(schools, judged, **more))


def test_a_school_s_standing_counts_its_students_devices_in_use() -> None:
    judged = [
        device("a", purchased_on=date(2024, 11, 22)),
        device("a", memory=2, purchased_on=date(2022, 11, 22)),
        device("a", assignment=Assignment.STAFF),
        device("a", state=LifeState.STORED),
        device("b"),
    ]
    (standing,) = standings([school("a", students=4, mbps=10)], judged)
    assert (standing.devices, standing.pass_ratio, standing.devices_per_student) == (2, 0.5, 0.5)
    assert standing.mbps_per_student == 2.5
    assert standing.age_years == pytest.approx(3.0, abs=0.01)


def test_the_widest_gap_comes_first_with_what_would_narrow_it() -> None:
    judged = [device("a")] * 100 + [device("b")] * 80 + [device("c")] * 40
    schools = [school("a"), school("b"), school("c", mbps=80)]
    found = gaps(standings(schools, judged))
    assert [gap.measure for gap in found] == ["devices_per_student", "mbps_per_student", "pass_ratio"]
    first = found[0]
    assert (first.worst, first.best, first.ratio, first.worst_school) == (0.4, 1.0, 0.4, "c")
    # To the median of 0.8: 80 devices for 100 students, 40 more; then 0.8 stands against 1.0.
    assert (first.remedy, first.ratio_after) == ("40 more devices at c", 0.8)


def test_a_school_whose_enrolment_nobody_knows_is_left_out_and_not_taken_for_the_worst() -> None:
    judged = [device("a")] * 10
    compared = standings([school("a"), school("b", students=None)], judged)
    assert "devices_per_student" not in {gap.measure for gap in gaps(compared)}


speeds = st.lists(st.tuples(st.sampled_from(("a", "b")), st.booleans(), st.floats(0, 1e8)), max_size=40)


@given(speeds)
def test_nothing_is_told_of_homes_in_groups_below_ten(found: list[tuple[str, bool, float]]) -> None:
    judged = [device(school_id, away=away, download_bps=speed) for school_id, away, speed in found]
    schools = [school("a"), school("b")]
    for standing in standings(schools, judged, home_bps=25e6):
        mine = [speed for school_id, away, speed in found if school_id == standing.school_id and away]
        if len(mine) < 10:
            assert standing.home_adequate_ratio is None
        else:
            assert standing.home_adequate_ratio == sum(speed >= 25e6 for speed in mine) / len(mine)
    # A part of a school never has one: the small part left out could be worked out from the rest.
    assert all(each.home_adequate_ratio is None for each in equity.by_grade_band(facts(schools, judged)))
