import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from collector.collecting import collecting, report, settings_at
from homeroom_collector.cli import main
from homeroom_collector.decisions import standards_settings
from homeroom_collector.errors import ConfigError
from homeroom_collector.rules.school_standards import SchoolStandard
from homeroom_collector.rules.standards import Standard
from homeroom_collector.store import devices, open_store
from homeroom_collector.strict import read_yaml

EXAMPLE = Path(__file__).parents[3] / "configs" / "standards.yml"
STRONG = {
    "memory": {"installed_bytes": 8 * 2**30},
    "os": {"name": "Chrome OS", "version": "142.0", "support_end_date": "2031-06-30"},
    "batteries": [{"name": "BAT0", "health_ratio": 0.91}],
}
WEAK = STRONG | {"batteries": [{"name": "BAT0", "health_ratio": 0.41}]}
STANDARDS = """
presets: [security-updates, bandwidth-1-mbps]
standards:
  - {name: students, memory_gb: 4, battery_health: 0.6, grade_bands: [K-2]}
"""


@pytest.fixture
def config(tmp_path: Path) -> list[str]:
    """A district of three devices in its register, two of which reported, and one that is in no register."""
    (tmp_path / "standards.yml").write_text(STANDARDS)
    (tmp_path / "devices.csv").write_text(
        "asset_tag,serial,school_id,room,grade_band,state\nA1,s1,lincoln,12,K-2,in_use\nA2,S2,lincoln,12,K-2,in_use\n"
        "A3,S3,lincoln,13,K-2,in_use\nA4,S4,lincoln,13,K-2,stored\n"
    )
    file = tmp_path / "collector.yml"
    file.write_text("store: {url: 'sqlite:///homeroom.db'}\ndecisions: {standards: standards.yml}\n")
    asyncio.run(reported(tmp_path, S1=STRONG, S2=WEAK, S9=STRONG))
    arguments = ["--config", str(file)]
    assert main(["import", "devices", str(tmp_path / "devices.csv"), *arguments]) == 0
    return arguments


async def reported(folder: Path, **devices: dict[str, Any]) -> None:
    async with collecting(settings_at(folder)) as running:
        for serial, sections in devices.items():
            key = await running.key(platform="chromeos", serial=serial)
            assert (await running.send(key, report(**sections)))[0] == 200


def shown(config: list[str], capsys: pytest.CaptureFixture[str], *more: str) -> list[dict[str, Any]]:
    capsys.readouterr()
    assert main(["standards", "--format", "json", "--today", "2026-11-22", *more, *config]) in (0, 1)
    rows: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return rows


def test_register_and_measurements_meet_by_serial_number(config: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    rows = {row["asset"]: row for row in shown(config, capsys)}
    assert {name: row["verdict"] for name, row in rows.items()} == {
        "A1": "pass",
        "A2": "fail",
        "A3": "unknown",
        "A4": "exempt",
        "S9": "unknown",  # no grade band, so nobody knows whether the standard of K-2 concerns it
    }
    assert rows["A2"]["failed"] == "battery 41 % (at least 60 % of the capacity when new)"


def test_groups_schools_and_the_check_for_scripts(config: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    (room, other) = [row for row in shown(config, capsys, "--by", "room") if row["room"]]
    assert (room["passed"], room["failed"], room["pass_ratio"], other["pass_ratio"]) == (1, 1, 0.5, None)
    assert [row["verdict"] for row in shown(config, capsys, "--by", "school-rule")] == ["unknown", "unknown"]
    assert main(["standards", "--check", *config]) == 1
    assert main(["standards", "--check", "--school", "roosevelt", *config]) == 0


def test_a_baseline_is_kept_for_good_and_the_gap_compares_with_it(
    config: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    keep = ["standards", "--save-baseline", "fall", "--today", "2026-11-22", *config]
    assert main(keep) == 0
    assert main(keep) == 1
    rows = {(row["grade_band"], row["rule"]): row for row in shown(config, capsys, "--baseline", "fall")}
    battery = rows["K-2", "battery"]
    assert (battery["baseline_pass_ratio"], battery["now_pass_ratio"], battery["change"]) == (0.5, 0.5, 0)
    assert battery["standard"] == "at least 60 % of the capacity when new"
    assert main(["standards", "--baseline", "spring", *config]) == 1
    assert "kept: fall" in capsys.readouterr().err


def test_the_example_loads_and_shows_every_key() -> None:
    minimum = standards_settings.load(EXAMPLE)
    assert minimum.school.devices_per_student == 1.0
    written = read_yaml(EXAMPLE)
    assert set(written["standards"][0]) == set(Standard.__dataclass_fields__)
    assert set(written["schools"]) == set(SchoolStandard.__dataclass_fields__)
    assert set(written) == set(standards_settings.StandardsSettings.__dataclass_fields__)


def test_every_preset_says_where_it_comes_from() -> None:
    assert standards_settings.presets()
    for preset in standards_settings.presets().values():
        assert preset.source
        assert preset.dated


def test_a_preset_that_is_not_known_and_a_percentage_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "standards.yml"
    file.write_text("presets: [windows-12]\nstandards: [{name: a, battery_health: 60}]\n")
    with pytest.raises(ConfigError) as refused:
        standards_settings.load(file)
    assert "presets[0]: 'windows-12' is not known" in str(refused.value)
    assert "standards[0].battery_health: a share from 0 to 1" in str(refused.value)


def test_the_register_and_what_reports_are_reconciled(config: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["reconcile", "--format", "json", *config]) == 1
    rows = json.loads(capsys.readouterr().out)
    assert {(row["kind"], row["asset"]) for row in rows} == {("ghost", "A3"), ("unregistered", "S9")}


def test_a_device_that_the_register_says_is_stored_is_shelved(config: list[str], tmp_path: Path) -> None:
    (tmp_path / "devices.csv").write_text("asset_tag,serial,state\nA1,s1,stored\n")
    assert main(["import", "devices", str(tmp_path / "devices.csv"), *config]) == 0

    async def shelved() -> dict[str | None, bool]:
        async with open_store(f"sqlite:///{tmp_path / 'homeroom.db'}") as store:
            return {device.serial: device.shelved for device in await store.read(devices.listed)}

    assert asyncio.run(shelved()) == {"S1": True, "S2": False, "S9": False}


def test_schools_are_compared(config: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    for what in ("schools", "grade-bands", "gaps"):
        capsys.readouterr()
        assert main(["equity", what, "--format", "json", *config]) == 0
        rows = json.loads(capsys.readouterr().out)
        if what == "schools":
            assert {row["school_id"]: row["devices"] for row in rows} == {"lincoln": 4, "roosevelt": 0}


def test_a_school_is_told_whether_it_can_hold_a_test_and_what_it_lacks(
    config: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert main(["readiness", "--testers", "2", "--school", "lincoln", "--format", "json", *config]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    # A1 and A2 are supported, and nobody measured their screens; A3 never reported, S9 is in no register.
    assert (row["school_id"], row["verdict"], row["testers"], row["at_once"]) == ("lincoln", "unknown", 2, 0)
    assert row["unknown_devices"] == 4
    assert "contracted bandwidth not known" in row["lacks"]
    assert main(["readiness", "--check", *config]) == 1
    assert main(["readiness", "--by", "part", "--format", "csv", *config]) == 0
    assert "access points not known" in capsys.readouterr().out
