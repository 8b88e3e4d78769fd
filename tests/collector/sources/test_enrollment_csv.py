"""Students by grade from a district's own CSV file."""

import json
from datetime import date
from pathlib import Path

import pytest

from homeroom_collector.cli import main
from homeroom_collector.errors import ConfigError
from homeroom_collector.model import School
from homeroom_collector.sources.enrollment_csv import read

DAY = date(2026, 11, 22)
SCHOOLS = (School(school_id="hill", name="Hill High"), School(school_id="vale", name="Vale"))


def written(folder: Path, text: str) -> Path:
    file = folder / "enrollment.csv"
    file.write_text(text)
    return file


def test_good_rows_are_read_and_each_bad_one_is_named_with_its_line(tmp_path: Path) -> None:
    text = "school_id,grade,students\nHill High,09,120\nhill,9,5\nvale,KG,20\nvaal,1,3\nvale,14,3\nvale,2,many\n"
    found = read(written(tmp_path, text), SCHOOLS, source="csv", day=DAY)
    assert [(each.school_id, each.grade, each.students) for each in found.counts] == [
        ("hill", "9", 120),
        ("vale", "K", 20),
    ]
    assert [line for line, _ in found.bad] == [3, 5, 6, 7]
    assert "written twice" in found.bad[0][1]
    assert "did you mean 'vale'" in found.bad[1][1]


def test_a_file_without_its_columns_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="missing column grade"):
        read(written(tmp_path, "school_id,students\n"), SCHOOLS, source="csv", day=DAY)


def test_the_command_keeps_counts_and_two_sources_may_disagree(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "schools.csv").write_text("school_id,name\nhill,Hill\n")
    config = tmp_path / "collector.yml"
    config.write_text("store: {url: 'sqlite:///homeroom.db'}\nschools: {file: schools.csv}\n")
    arguments = ["import", "enrollment", "--config", str(config), "--format", "json"]
    file = str(written(tmp_path, "school_id,grade,students\nhill,9,120\n"))
    assert main([*arguments, file]) == 0
    written(tmp_path, "school_id,grade,students\nhill,9,121\nhill,10,7\n")
    capsys.readouterr()
    assert main([*arguments, "--source", "board", file]) == 1
    out, err = capsys.readouterr()
    assert [(row["grade"], row["before"], row["after"]) for row in json.loads(out)] == [("9", 120, 121)]
    assert "1 grades counted anew, 0 as before, 1 in conflict, 0 not taken" in err
