"""Keys of problems."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from homeroom_collector.rules.problem import KEY, Problem, Severity, key_of, named, subject_of


@given(st.text(), st.text(), st.text())
@example("", "", "")
@example("-", "a:b", "Gi1/0/1")
@example("x" * 500, "y" * 500, "z" * 500)
def test_any_names_give_a_key_of_the_pattern(school: str, device: str, part: str):
    key = key_of(school, "port_errors", subject_of(device, part))
    assert KEY.fullmatch(key)


@given(st.tuples(st.text(), st.text(), st.text()), st.tuples(st.text(), st.text(), st.text()))
@example(("", "d", ""), ("-", "d", ""))
@example(("s", "a:b", ""), ("s", "a", "b"))
@example(("s", "~2d", ""), ("s", "-", ""))
@example(("s", "x" * 90, ""), ("s", "x" * 91, ""))
def test_two_places_never_share_a_key(one: tuple[str, str, str], other: tuple[str, str, str]):
    keys = {key_of(school, "down", subject_of(device, part)) for school, device, part in (one, other)}
    assert len(keys) == len({one, other})


@given(st.text(max_size=8), st.text(max_size=8))
@example("-", "")
@example("sw", "Gi1/0/1")
def test_names_are_read_back_from_a_subject(device: str, part: str):
    assert named(subject_of(device, part)) == (device, part)


def test_usual_names_stay_readable():
    assert key_of("lincoln", "port_flapping", subject_of("sw-core.lincoln", "Gi1/0/24")) == (
        "lincoln/port_flapping/sw-core.lincoln:Gi1~2f0~2f24"
    )


@pytest.mark.parametrize("key", ["", "a/b", "a/b/c\n", "a/B/c", "a/b/c d", 'a/b/"', "a/b/c/d", "x" * 81 + "/b/c"])
def test_a_key_of_another_shape_is_refused(key: str):
    with pytest.raises(ValueError, match="not a key"):
        Problem(key=key, school="", kind="b", subject="c", severity=Severity.INFO, summary="")
