"""Google's list becomes the district's register, and the two are set against each other from then on."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from collector.google.test_sync import sync
from google_standin import Google, google
from homeroom_collector.cli import main
from homeroom_collector.sources.console_register import parsed
from homeroom_collector.store.console import Described


async def _synced(folder: Path) -> None:
    async with google(Google(devices=12)) as standin:
        await sync(standin, folder)


@pytest.fixture
def config(tmp_path: Path) -> list[str]:
    asyncio.run(_synced(tmp_path))
    file = tmp_path / "collector.yml"
    file.write_text("store: {url: 'sqlite:///homeroom.db'}\n")
    return ["--config", str(file)]


def shown(capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, Any]]:
    capsys.readouterr()
    assert main([*words, "--format", "json"]) in (0, 1)
    rows: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return rows


def test_asset_tags_schools_rooms_and_the_end_of_updates_come_from_the_last_sync(
    config: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["import", "google", *config]) == 0
    assert "12 added" in capsys.readouterr().err
    assert main(["import", "google", *config]) == 0
    assert "0 added, 0 changed, 12 as before" in capsys.readouterr().err
    fields = {row["field"]: row for row in shown(capsys, "register", "show", "A000007", *config)}
    assert {row["source"] for row in fields.values()} == {None, "google"}
    assert {name: row["value"] for name, row in fields.items()} == {
        "asset_tag": "A000007", "serial": "5CD0000007", "model": "Lenovo 300e Chromebook 2nd Gen",
        "platform": "chromeos", "school_id": "0007", "room": "Cart 7", "support_end": "2027-06-30", "state": "in_use",
    }  # fmt: skip


def test_what_is_disposed_of_and_still_managed_is_found(config: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", "google", *config]) == 0
    assert main(["register", "set", "A000003", "state=disposed", *config]) == 0
    today = ["--today", "2026-11-19"]
    (found,) = shown(capsys, "reconcile", "--kind", "gone_but_managed", *today, *config)
    assert (found["asset"], found["seen"]) == ("A000003", "still managed by the console")
    assert shown(capsys, "reconcile", "--kind", "not_in_console", *today, *config) == []


def device(serial: str | None, status: str, facts: str | None = None) -> Described:
    return Described(
        serial=serial, school_id="", grade_band="", manufacturer=None, model="M", location=None, status=status,
        facts=facts,
    )  # fmt: skip


def test_a_state_is_given_only_where_the_console_knows_better() -> None:
    found = parsed([device("S1", "ACTIVE"), device("S2", "DEPROVISIONED"), device("S3", "DISABLED"), device(None, "")])
    assert [row.values.get("state") for row in found.rows] == [None, "retired", "lost"]
    assert [(bad.line, bad.reason) for bad in found.bad] == [(4, "no serial number")]


def test_a_device_that_was_enrolled_again_is_not_gone() -> None:
    for order in (("ACTIVE", "DEPROVISIONED"), ("DEPROVISIONED", "ACTIVE")):
        (row,) = parsed([device("S1", status) for status in order]).rows
        assert "state" not in row.values


def test_facts_that_make_no_sense_cost_no_row() -> None:
    said = '{"directory": [1.0, {"os": {"support_end_date": "soon"}, "identity": null}], "telemetry": [1.0, {}]}'
    (row,) = parsed([device("S1", "ACTIVE", said)]).rows
    assert row.values == {"serial": "S1", "model": "M", "platform": "chromeos"}
