"""Every answer, by every view: the same rows for all routes, nobody sees another school, and homes stay private."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.decisions.made_up import TODAY, board
from homeroom_collector.decisions.answers import ANSWERS, View
from homeroom_collector.decisions.board import Board
from homeroom_collector.decisions.district import District, Known
from homeroom_collector.decisions.policies import DecisionSettings
from homeroom_collector.decisions.scope import WHOLE, Scope, of_schools
from homeroom_collector.model import School
from homeroom_collector.rules.asset import Asset, Assignment
from homeroom_collector.rules.measured import Measured
from homeroom_collector.rules.standards import judge
from homeroom_collector.views.metrics import decided

VIEWS = [(name, by, view) for name, answer in ANSWERS.items() for by, view in answer.views.items()]
by_name = pytest.mark.parametrize(("name", "by", "view"), VIEWS, ids=[f"{name}-{by}" for name, by, _ in VIEWS])


@pytest.fixture(scope="module")
def made_up() -> Board:
    return board()


@by_name
def test_every_row_has_every_column_and_can_be_written_as_json(name: str, by: str, view: View, made_up: Board) -> None:
    rows = view.rows(made_up, WHOLE)
    assert rows or (name, by) in {("erate", "equipment"), ("erate", "findings")}  # nothing of it was bought by E-rate
    assert all(set(row) == set(view.columns) for row in rows)
    json.dumps(rows)


def test_devices_that_are_judged_alike_hold_the_same_words_and_are_judged_as_each_by_itself(made_up: Board) -> None:
    standards = made_up.policies.minimum.standards
    alone = [judge(each.asset, each.measured, standards, TODAY) for each in made_up.district.devices]
    assert list(made_up.verdicts) == alone
    shared = {id(each.reasons) for each in made_up.verdicts}
    assert len(shared) == len({each.reasons for each in alone}) < len(alone)
    lines = made_up.plan.lines
    assert len({id(line.reasons) for line in lines}) == len({line.reasons for line in lines})


@by_name
def test_staff_of_a_school_see_its_rows_and_no_word_of_another(name: str, by: str, view: View, made_up: Board) -> None:
    rows = view.rows(made_up, of_schools(["school-01"]))
    text = json.dumps(rows)
    assert all(f"school-{n:02d}" not in text for n in (0, 2, 3)), (name, by)
    if "school_id" in view.columns:
        whole = [row for row in view.rows(made_up, WHOLE) if row["school_id"] == "school-01"]
        assert rows == whole


@by_name
def test_somebody_without_a_school_sees_nothing(name: str, by: str, view: View, made_up: Board) -> None:
    assert view.rows(made_up, of_schools([])) == [], (name, by)


def test_a_scope_is_narrowed_and_never_widened() -> None:
    mine = of_schools(["a", "b"])
    assert (mine.only("a"), mine.only("c"), mine.only(None)) == (of_schools(["a"]), of_schools([]), mine)
    assert (WHOLE.only("c"), Scope().whole) == (of_schools(["c"]), True)


def laptop(school_id: str, number: int, away: bool | None, bps: float | None) -> Known:
    asset = Asset(asset_tag=f"{school_id}{number}", school_id=school_id, assignment=Assignment.ONE_TO_ONE)
    return Known(asset=asset, measured=Measured(measured_on=TODAY, away=away, download_bps=bps))


def everything(devices: list[Known]) -> tuple[str, str]:
    """All that the command line, the API and the pages show, and all that a scrape does."""
    schools = tuple(School(school_id=name, name=name, enrollment_students=20) for name in ("a", "b"))
    found = Board(
        district=District(schools=schools, devices=tuple(devices)),
        policies=DecisionSettings().policies(),
        today=TODAY,
    )
    rows = {f"{name} {by} {scope}": view.rows(found, scope) for name, by, view in VIEWS for scope in SCOPES}
    return json.dumps(rows, default=str), repr(decided.shown(found))


SCOPES = (WHOLE, of_schools(["a"]), of_schools(["b"]))
speeds = st.one_of(st.none(), st.floats(0, 1e9))
homes = st.lists(st.tuples(st.sampled_from(("a", "b")), st.sampled_from((True, False, None)), speeds), max_size=26)


@settings(deadline=None, max_examples=60)
@given(homes, st.randoms(use_true_random=False))
def test_what_fewer_than_ten_homes_measured_changes_nothing_that_anybody_can_read(homes, chance) -> None:  # type: ignore[no-untyped-def] # random.Random, by hypothesis
    """Whatever such a small group measured, every route says the very same."""
    devices = [laptop(school, number, away, bps) for number, (school, away, bps) in enumerate(homes)]
    told = {
        school: sum(s == school and away is True and bps is not None for s, away, bps in homes) >= 10
        for school in ("a", "b")
    }
    changed = [each if told[each.asset.school_id] else _elsewhere(each, chance.choice((1e6, 1e9))) for each in devices]
    assert everything(devices) == everything(changed)
    rows, metrics = everything(devices)
    for school, large in told.items():
        assert (f"({{'school': '{school}'}}, " in homes_in(metrics)) is large
    if not any(told.values()):
        assert '"home_adequate_ratio": 0' not in rows
        assert '"home_adequate_ratio": 1' not in rows


def homes_in(metrics: str) -> str:
    """The part of all samples that is of homes."""
    return metrics.partition("homeroom_school_home_adequate_ratio")[2].partition("Family(")[0]


def _elsewhere(known: Known, bps: float) -> Known:
    """The same device with another speed, where it had measured one."""
    measured = known.measured
    return known if measured.download_bps is None else replace(known, measured=replace(measured, download_bps=bps))


def test_ten_homes_are_told() -> None:
    devices = [laptop("a", number, True, 30e6 if number < 7 else 1e6) for number in range(10)]
    rows, metrics = everything(devices)
    assert '"home_adequate_ratio": 0.7' in rows
    assert "({'school': 'a'}, 0.7)" in metrics
    rows, metrics = everything(devices[1:])
    assert '"home_adequate_ratio": 0.' not in rows
    assert "({'school': 'a'}, 0.6" not in metrics
