from datetime import date

import pytest

from homeroom_collector.model import School
from homeroom_collector.rules.enrollment import Count, against_register, in_band, taken
from homeroom_collector.rules.grades import grade, of_band

DAY = date(2026, 9, 15)


def count(grade: str, students: int, source: str = "oneroster", school_id: str = "hill") -> Count:
    return Count(school_id=school_id, grade=grade, students=students, source=source, counted_on=DAY)


@pytest.mark.parametrize(
    ("text", "meant"),
    [("KG", "K"), ("k", "K"), ("09", "9"), ("12", "12"), ("1st", "1"), ("PR", "PK"), ("13", None), ("", None)],
)
def test_grades_are_understood_as_student_systems_write_them(text: str, meant: str | None) -> None:
    assert grade(text) == meant


def test_a_band_is_its_grades() -> None:
    assert of_band("K-2") == ("K", "1", "2")
    assert of_band("9-12") == ("9", "10", "11", "12")
    assert of_band("5") == ("5",)
    assert of_band("staff") == of_band("12-K") == of_band("") == ()


def test_new_counts_are_taken_and_the_same_again_changes_nothing() -> None:
    first = taken([], [count("K", 20), count("1", 25)])
    assert [(each.grade, before) for each, before in first.changed] == [("K", None), ("1", None)]
    again = taken([each for each, _ in first.changed], [count("K", 20), count("1", 25)])
    assert (again.changed, again.same) == ((), 2)


def test_another_source_s_count_is_kept_and_the_disagreement_listed() -> None:
    known = [count("K", 20, source="by hand")]
    found = taken(known, [count("K", 22)])
    assert found.changed == ()
    (disagreement,) = found.disagreements
    assert (disagreement.kept, disagreement.kept_source, disagreement.refused) == (20, "by hand", 22)
    assert [each.students for each, _ in taken(known, [count("K", 22)], overwrite=True).changed] == [22]


def test_a_grade_that_its_source_counts_no_more_is_empty_and_other_sources_stay() -> None:
    known = [count("K", 20), count("1", 5), count("2", 7, source="by hand"), count("1", 9, school_id="vale")]
    found = taken(known, [count("K", 20)])
    assert [(each.school_id, each.grade, each.students) for each, _ in found.changed] == [("hill", "1", 0)]


def test_the_register_and_the_sum_of_grades_may_disagree() -> None:
    schools = [School(school_id="hill", name="Hill", enrollment_students=50), School(school_id="vale", name="Vale")]
    (found,) = against_register(schools, {"hill": 45, "vale": 9}, "schools.csv")
    assert (found.school_id, found.kept, found.refused) == ("hill", 50, 45)


def test_students_of_a_band_are_the_sum_of_its_grades() -> None:
    counts = [count("K", 20), count("1", 25), count("6", 30)]
    assert (in_band(counts, "hill", "K-2"), in_band(counts, "hill", "9-12")) == (45, 0)
    assert in_band(counts, "vale", "K-2") is None
    assert in_band(counts, "hill", "everyone") is None
