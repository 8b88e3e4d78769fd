"""The register by command: where each field came from, what changed, and changes by hand."""

import json
from pathlib import Path
from typing import Any

import pytest

from homeroom_collector.cli import main


@pytest.fixture
def config(tmp_path: Path) -> list[str]:
    (tmp_path / "schools.csv").write_text("school_id,name\nhill,Hill\nvale,Vale\n")
    (tmp_path / "devices.csv").write_text(
        "asset_tag,serial,school_id,cost,state\nA1,S1,hill,349.00,in_use\nA2,S2,vale,349.00,in_use\nA3,S2,vale,,in_use\n"
    )
    file = tmp_path / "collector.yml"
    file.write_text("store: {url: 'sqlite:///homeroom.db'}\nschools: {file: schools.csv}\n")
    assert main(["import", "devices", str(tmp_path / "devices.csv"), "--config", str(file)]) == 1  # S2 is there twice
    (tmp_path / "more.csv").write_text("asset_tag,serial\nA4,S4\n")
    assert main(["import", "devices", str(tmp_path / "more.csv"), "--source", "sis", "--config", str(file)]) == 0
    return ["--format", "json", "--config", str(file)]


def shown(config: list[str], capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, Any]]:
    capsys.readouterr()
    assert main(["register", *words, *config]) == 0
    rows: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return rows


def test_devices_are_listed_as_a_file_would_say_them(config: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    rows = shown(config, capsys, "list", "--school", "hill")
    assert [(row["asset_tag"], row["cost"], row["state"]) for row in rows] == [("A1", "349.00", "in_use")]


def test_a_disposal_is_dated_logged_and_remembered_as_done_by_hand(
    config: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert len(shown(config, capsys, "set", "s1", "state=disposed", "--dry-run")) == 2
    assert len(shown(config, capsys, "history", "A1")) == 1
    changes = shown(config, capsys, "set", "a1", "state=disposed", "state_date=2026-11-20", "cost=")
    assert {(each["field"], each["before"], each["after"]) for each in changes} == {
        ("state", "in_use", "disposed"),
        ("state_on", None, "2026-11-20"),
        ("cost_cents", "349.00", None),
    }
    sources = {row["field"]: row["source"] for row in shown(config, capsys, "show", "A1")}
    assert (sources["state"], sources["school_id"]) == ("by hand", "csv")
    history = shown(config, capsys, "history", "A1")
    assert [row["field"] for row in history] == ["", "state", "state_on", "cost_cents"]
    assert all(row["changed_at"] > 1_700_000_000 for row in history)


def test_what_was_set_by_hand_is_not_overwritten_by_a_file(
    config: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shown(config, capsys, "set", "A1", "state=repair")
    assert main(["import", "devices", str(tmp_path / "devices.csv"), "--config", config[-1]]) == 1
    assert "by hand says otherwise; kept" in capsys.readouterr().out
    assert {row["field"]: row["value"] for row in shown(config, capsys, "show", "A1")}["state"] == "repair"


def test_changes_of_schools_are_in_the_log_too(
    config: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "schools.csv").write_text("school_id,name,enrollment_students\nhill,Hill,410\nvale,Vale,\n")
    events = [(row["field"], row["after"]) for row in shown(config, capsys, "history", "hill")]
    assert events == [("", "hill"), ("enrollment_students", "410")]


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("set", "A1", "state=burnt"), 2, "is not one of"),
        (("set", "A1", "colour=red"), 2, "columns:"),
        (("set", "A1", "serial="), 2, "cannot be empty"),
        (("set", "A1", "school_id=hil"), 2, "did you mean 'hill'"),
        (("set", "A9", "state=lost"), 1, "no device 'A9'"),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    config: list[str], capsys: pytest.CaptureFixture[str], words: tuple[str, ...], status: int, said: str
) -> None:
    assert main(["register", *words, *config]) == status
    assert said in capsys.readouterr().err
