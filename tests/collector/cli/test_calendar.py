import json
from pathlib import Path

import pytest

from homeroom_collector.cli import main


@pytest.fixture
def config(tmp_path: Path) -> list[str]:
    (tmp_path / "schools.csv").write_text("school_id,name,level\nhill,Hill,high\nvale,Vale,elementary\n")
    (tmp_path / "calendar.yml").write_text('levels:\n  high:\n    bells: [{start: "07:30", end: "14:00"}]\n')
    file = tmp_path / "collector.yml"
    file.write_text(
        "store: {url: 'sqlite:///homeroom.db'}\nschools: {file: schools.csv}\n"
        "calendar: {file: calendar.yml}\ntimezone: America/Denver\n"
    )
    return ["--config", str(file)]


def shown(config: list[str], capsys: pytest.CaptureFixture[str], school: str, day: str) -> list[dict[str, object]]:
    capsys.readouterr()
    assert main(["calendar", "show", school, "--from", day, "--days", "1", "--format", "json", *config]) == 0
    answer: list[dict[str, object]] = json.loads(capsys.readouterr().out)
    return answer


def test_days_are_shown_as_each_school_has_them(config: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    rows = shown(config, capsys, "all", "2026-02-09")
    assert [(row["school_id"], row["bells"], row["hours"]) for row in rows] == [
        ("hill", "07:30-14:00", 6.5),
        ("vale", "08:00-15:00", 7.0),
    ]


def test_a_snow_day_at_one_school_is_off_there_until_it_is_undone(
    config: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    call = ["calendar", "snow-day", "hill", "--date", "2026-02-09", *config]
    assert main(call) == 0
    assert "hill: no school on Monday 09 February 2026" in capsys.readouterr().out
    assert [row["bells"] for row in shown(config, capsys, "all", "2026-02-09")] == ["no school", "08:00-15:00"]
    assert main([*call, "--undo"]) == 0
    assert shown(config, capsys, "hill", "2026-02-09")[0]["hours"] == 6.5
    assert main([*call, "--undo"]) == 1
    assert "was not called off" in capsys.readouterr().err


def test_all_schools_can_be_called_off_at_once(config: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["calendar", "snow-day", "all", "--date", "2026-02-09", *config]) == 0
    assert [row["hours"] for row in shown(config, capsys, "all", "2026-02-09")] == [0, 0]


def test_a_school_that_is_not_known_is_refused_with_a_suggestion(
    config: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["calendar", "snow-day", "hil", *config]) == 1
    assert "did you mean 'hill'?" in capsys.readouterr().err


def test_check_config_reads_the_calendar_too(
    config: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check-config", *config]) == 0
    (tmp_path / "calendar.yml").write_text("bels: []\n")
    assert main(["check-config", *config]) == 2
    assert "did you mean 'bells'?" in capsys.readouterr().err
