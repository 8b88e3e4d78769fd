"""The register of schools as a spreadsheet saves it."""

from pathlib import Path

import pytest

from homeroom_collector.errors import ConfigError
from homeroom_collector.model import School
from homeroom_collector.sources.schools import _COLUMNS, parse, read

HEADER = "school_id,name,level,grades,enrollment_students,bandwidth_contracted_mbps,networks,timezone\n"


def schools(tmp_path: Path, text: str, encoding: str = "utf-8") -> list[School]:
    (tmp_path / "schools.csv").write_bytes(text.encode(encoding))
    return read(tmp_path / "schools.csv")


def problems(tmp_path: Path, text: str, encoding: str = "utf-8") -> list[str]:
    with pytest.raises(ConfigError) as caught:
        schools(tmp_path, text, encoding)
    return [problem.removeprefix(str(tmp_path / "schools.csv")) for problem in caught.value.problems]


def test_every_column_is_read(tmp_path: Path):
    row = "lincoln,Lincoln Elementary,Elementary,K-5,412,2.5,10.11.0.0/16; 2001:db8::/48,America/Denver\n"
    assert schools(tmp_path, HEADER + row) == [
        School(
            school_id="lincoln",
            name="Lincoln Elementary",
            level="elementary",
            grades="K-5",
            enrollment_students=412,
            bandwidth_contracted_bps=2_500_000,
            networks=("10.11.0.0/16", "2001:db8::/48"),
            timezone="America/Denver",
        )
    ]


def test_two_columns_are_enough_and_a_byte_order_mark_is_no_letter(tmp_path: Path):
    text = 'school_id,name\r\nvale,"Vale, North"\r\n\r\n'
    assert schools(tmp_path, text, "utf-8-sig") == [School(school_id="vale", name="Vale, North")]


def test_the_example_is_right():
    found = read(Path(__file__).parents[3] / "configs" / "schools.csv")
    assert [school.level for school in found] == ["elementary", "middle", "high"]


def test_everything_that_is_wrong_is_said_at_once_with_its_line(tmp_path: Path):
    rows = [
        "a,Alpha,secondary,,many,fast,10.0.0.1/8,Mars/Olympus",
        "b,,,,,,,",
        "c,Gamma,,,-1,-1,,",
        "c,Gamma again,,,,,,",
        "d,Delta,,,,,,,more",
    ]
    assert problems(tmp_path, HEADER + "\n".join(rows)) == [
        ":2: level: 'secondary' is not one of: elementary, middle, high, other",
        ":2: enrollment_students: 'many' is not a whole number",
        ":2: bandwidth_contracted_mbps: 'fast' is not a number",
        ":2: networks: 10.0.0.1/8 has host bits set",
        ":2: timezone: 'Mars/Olympus' is not known; for example America/Chicago",
        ":3: a school needs school_id and name",
        ":4: enrollment_students: '-1' is not a whole number",
        ":4: bandwidth_contracted_mbps: must not be negative",
        ":5: school c is written twice",
        ":6: more values than columns",
    ]


def test_an_unknown_column_has_a_suggestion(tmp_path: Path):
    assert problems(tmp_path, "school_id,name,enrolment\n") == [
        ": enrolment: unknown column; did you mean 'enrollment_students'?"
    ]


def test_a_missing_column_is_named(tmp_path: Path):
    assert problems(tmp_path, "name\nLincoln\n") == [": school_id: missing column"]
    assert problems(tmp_path, "") == [": school_id: missing column", ": name: missing column"]


def test_a_file_of_another_encoding_is_said_to_be_so(tmp_path: Path):
    assert problems(tmp_path, "school_id,name\nx,École\n", "latin-1") == [": not UTF-8; save it as 'CSV UTF-8'"]


def test_a_missing_file_is_said_in_words(tmp_path: Path):
    with pytest.raises(ConfigError, match="cannot be read: No such file"):
        read(tmp_path / "schools.csv")


def test_the_example_shows_every_column() -> None:
    example = Path(__file__).parents[3] / "configs" / "schools.csv"
    assert set(example.read_text().splitlines()[0].split(",")) == set(_COLUMNS)
    assert [school.erate_entity for school in read(example)] == ["17001201", "17001202", "17001203"]


def test_a_number_of_usac_s_has_digits_only() -> None:
    with pytest.raises(ConfigError, match="USAC's number"):
        parse(["school_id,name,erate_entity", "hill,Hill,BEN 17"], where="schools.csv")
