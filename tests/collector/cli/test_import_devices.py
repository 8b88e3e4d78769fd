import asyncio
import json
import random
from pathlib import Path

import pytest

from homeroom_collector.cli import main
from homeroom_collector.store import Connection, assets, open_store

HEADER = "asset_tag,serial,school_id,model,cost,purchase_date,state"


@pytest.fixture
def config(tmp_path: Path) -> list[str]:
    (tmp_path / "schools.csv").write_text("school_id,name,level\nhill,Hill,high\nvale,Vale,elementary\n")
    file = tmp_path / "collector.yml"
    file.write_text("store: {url: 'sqlite:///homeroom.db'}\nschools: {file: schools.csv}\n")
    return ["--config", str(file)]


def written(folder: Path, *lines: str) -> str:
    file = folder / "devices.csv"
    file.write_text("\n".join((HEADER, *lines)) + "\n")
    return str(file)


def stored(folder: Path) -> tuple[dict[str, int | None], int]:
    """Cost in cents by asset tag, and how many changes the audit log holds."""

    def work(connection: Connection) -> tuple[dict[str, int | None], int]:
        costs = {str(asset.asset_tag): asset.cost_cents for asset in assets.listed(connection)}
        return costs, sum(event["subject"] in costs for event in assets.history(connection))

    async def reading() -> tuple[dict[str, int | None], int]:
        async with open_store(f"sqlite:///{folder / 'homeroom.db'}") as store:
            return await store.read(work)

    return asyncio.run(reading())


def imported(
    config: list[str], capsys: pytest.CaptureFixture[str], *more: str
) -> tuple[int, list[dict[str, str]], str]:
    capsys.readouterr()
    status = main(["import", "devices", "--format", "json", *more, *config])
    out, err = capsys.readouterr()
    return status, json.loads(out), err


def test_a_dry_run_shows_each_change_and_makes_none(
    config: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, "A1,S1,hill,M,349.00,2024-08-01,in_use")
    status, rows, said = imported(config, capsys, file, "--dry-run")
    assert (status, rows[0]["asset"], rows[0]["outcome"]) == (0, "A1", "add")
    assert "1 to add" in said
    assert stored(tmp_path) == ({}, 0)


def test_changes_are_logged_field_by_field_and_a_second_run_changes_nothing(
    config: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    imported(config, capsys, written(tmp_path, "A1,S1,hill,M,349.00,2024-08-01,in_use"))
    file = written(tmp_path, "A1,S1,vale,M,349.00,2024-08-01,disposed")
    _, rows, _ = imported(config, capsys, file, "--dry-run")
    assert [(row["field"], row["before"], row["after"]) for row in rows] == [
        ("school_id", "hill", "vale"),
        ("state", "in_use", "disposed"),
    ]
    assert "1 changed" in imported(config, capsys, file)[2]
    assert stored(tmp_path) == ({"A1": 34_900}, 3)
    assert "0 added, 0 changed, 1 as before" in imported(config, capsys, file)[2]
    assert stored(tmp_path) == ({"A1": 34_900}, 3)


def test_two_sources_that_disagree_are_listed_and_nothing_is_overwritten(
    config: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    imported(config, capsys, written(tmp_path, "A1,S1,hill,M,349.00,2024-08-01,in_use"))
    file = written(tmp_path, "A1,S1,hill,M,300.00,2024-08-01,in_use")
    status, rows, _ = imported(config, capsys, file, "--source", "finance")
    assert status == 1
    assert [(row["outcome"], row["field"], row["before"], row["after"]) for row in rows] == [
        ("conflict", "cost_cents", "34900", "30000")
    ]
    assert stored(tmp_path)[0] == {"A1": 34_900}
    assert imported(config, capsys, file, "--source", "finance", "--overwrite")[0] == 0
    assert stored(tmp_path)[0] == {"A1": 30_000}


def test_a_row_that_two_devices_lay_claim_to_is_refused(
    config: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    imported(config, capsys, written(tmp_path, "A1,S1,hill,M,,,", "A2,S2,hill,M,,,"))
    file = written(tmp_path, "A1,s2,hill,M,,,", "A3,S3,hill,M,,,", "A4,S3,hill,M,,,", ",,hill,M,,,")
    status, rows, _ = imported(config, capsys, file)
    assert status == 1
    assert [(row["line"], row["reason"]) for row in rows] == [
        (2, "asset tag A1 and serial number S2 are two different assets of the register"),
        (4, "serial number S3 is on line 3 already"),
        (5, "neither asset tag nor serial number"),
    ]
    assert sorted(stored(tmp_path)[0]) == ["A1", "A2", "A3"]


def test_of_20000_rows_with_one_in_a_hundred_broken_the_good_are_in_and_each_bad_one_is_named(
    config: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(7)
    broken = set(chance.sample(range(20_000), 200))
    ways = ("T{n},S{n},nowhere,M,349.00,2024-08-01,in_use", "T{n},S{n},hill,M,free,2024-08-01,in_use",
            'T{n},S{n},hill,"M,349.00,2024-08-01,in_use', "T{n},S{n},hill", ",,hill,M,349.00,2024-08-01,in_use",
            "T{n},S{n},hill,M,349.00,31/31/2024,in_use", "T{n},S{n},hill,M,349.00,2024-08-01,sleeping")  # fmt: skip
    good = "T{n},S{n},hill,M,349.17,2024-08-01,in_use"
    lines = [(ways[n % len(ways)] if n in broken else good).format(n=n) for n in range(20_000)]
    file = written(tmp_path, *lines)
    status, rows, said = imported(config, capsys, file)
    assert status == 1
    assert "19800 added" in said
    assert {row["line"] for row in rows} == {n + 2 for n in broken}
    assert all(row["reason"] for row in rows)
    costs, changes = stored(tmp_path)
    assert set(costs) == {f"T{n}" for n in range(20_000) if n not in broken}
    assert sum(cost or 0 for cost in costs.values()) == 19_800 * 34_917
    assert "0 added, 0 changed, 19800 as before" in imported(config, capsys, file)[2]
    assert stored(tmp_path) == (costs, changes)
