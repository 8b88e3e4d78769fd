"""Answers over real HTTP, of a real collector whose board was worked out from its store."""

import csv
import io
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from collector.collecting import Running, collecting, role, settings_at
from collector.decisions.made_up import devices, schools
from homeroom_collector.app import decision_worker
from homeroom_collector.decisions.answers import ANSWERS
from homeroom_collector.decisions.policies import DecisionSettings
from homeroom_collector.errors import ConfigError
from homeroom_collector.rules.asset import Asset
from homeroom_collector.rules.register import Entry
from homeroom_collector.store import Connection, assets
from homeroom_collector.store import schools as school_store

VIEWER, STAFF = role("viewer"), role("school_staff", "school-01")


def fill(connection: Connection) -> None:
    school_store.put(connection, schools(3))
    assets.add(connection, [Entry(asset=each.asset) for each in devices(90, 3, seed=1)])


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Running]:
    async with collecting(settings_at(tmp_path, decisions=DecisionSettings(every=3600))) as running:
        await running.collector.store.write(fill)
        await decision_worker(running.collector).work(time.time())
        for school in schools(3):
            running.collector.put_school(school)
        yield running


async def test_every_answer_is_json_with_its_day_and_csv_for_spreadsheets(running: Running) -> None:
    for name, answer in ANSWERS.items():
        for by, view in answer.views.items():
            status, document = await running.read(f"/api/v1/{name}?by={by}", VIEWER)
            assert (status, document["answer"], document["by"]) == (200, name, by)
            assert document["total"] == len(document["rows"])
            status, text = await running.read(f"/api/v1/{name}?by={by}&format=csv", VIEWER)
            rows = list(csv.DictReader(io.StringIO(text)))
            assert (status, len(rows)) == (200, document["total"])
            assert text.startswith(",".join(view.columns))


async def test_staff_of_a_school_are_shown_their_school_whatever_they_ask_for(running: Running) -> None:
    _, mine = await running.read("/api/v1/standards", STAFF)
    assert {row["school_id"] for row in mine["rows"]} == {"school-01"}
    assert mine["total"] == 30
    assert (await running.read("/api/v1/standards?school=school-02", STAFF))[1]["rows"] == []
    assert (await running.read("/api/v1/equity?by=gaps", STAFF))[1]["rows"] == []
    assert (await running.read("/api/v1/erate", STAFF))[1]["total"] > 0  # the cycles in which each school had its own
    assert all(row["school_id"] for row in (await running.read("/api/v1/erate", STAFF))[1]["rows"])


async def test_a_part_of_a_long_answer_can_be_asked_for(running: Running) -> None:
    _, whole = await running.read("/api/v1/standards", VIEWER)
    _, part = await running.read("/api/v1/standards?offset=10&limit=5", VIEWER)
    assert (part["total"], part["offset"], part["rows"]) == (90, 10, whole["rows"][10:15])


@pytest.mark.parametrize("query", ["by=planet", "format=xml", "offset=-1", "limit=many", "skool=a"])
async def test_what_cannot_be_meant_is_refused_in_words(running: Running, query: str) -> None:
    status, problem = await running.read(f"/api/v1/refresh?{query}", VIEWER)
    assert (status, query.split("=")[0] in problem["detail"]) == (400, True)


async def test_before_the_first_board_the_answer_is_to_come_again(tmp_path: Path) -> None:
    async with collecting(settings_at(tmp_path)) as running:
        status, problem = await running.read("/api/v1/refresh", VIEWER)
        assert (status, "try again" in problem["detail"]) == (503, True)


async def test_a_cell_that_a_spreadsheet_would_run_is_text(running: Running) -> None:
    def rename(connection: Connection) -> None:
        numbers = assets.entries(connection)
        number, entry = next(iter(numbers.items()))
        named = replace(entry.asset, model="=cmd|'/C calc'!A0", school_id="school-01")
        assets.replace(connection, {number: Entry(asset=named)})

    await running.collector.store.write(rename)
    await decision_worker(running.collector).work(time.time())
    _, text = await running.read("/api/v1/standards?format=csv", VIEWER)
    assert "'=cmd|" in text
    assert ",=cmd|" not in text


async def test_metrics_show_the_board_of_the_district_and_of_each_school(running: Running) -> None:
    async with running.http.get(f"{running.url}/metrics") as answer:
        whole = await answer.text()
    for wanted in (
        'homeroom_standard_pass_ratio{school="school-01",grade_band="K-2",rule="support"}',
        'homeroom_refresh_due_devices{school="school-00",fiscal_year="',
        'homeroom_refresh_cost_dollars{school="school-02",fiscal_year="',
        'homeroom_reconcile_devices{school="school-00",kind="ghost"}',
        'homeroom_equity_ratio{measure="age_years"}',
        'homeroom_school_enrollment_students{school="school-02"} 420',
    ):
        assert wanted in whole
    async with running.http.get(f"{running.url}/metrics?school=school-01") as answer:
        one = await answer.text()
    assert 'homeroom_standard_pass_ratio{school="school-01"' in one
    assert "school-02" not in one
    assert "homeroom_equity_ratio" not in one


async def test_a_newer_board_is_in_the_next_scrape_also_where_bodies_are_kept(running: Running) -> None:
    async def ghosts() -> float:
        async with running.http.get(f"{running.url}/metrics") as answer:
            text = await answer.text()
        counts = [line.rpartition(" ")[2] for line in text.splitlines() if 'kind="ghost"' in line]
        return sum(map(float, counts))

    before = await ghosts()
    new = [Entry(asset=Asset(asset_tag=f"N{number}", school_id="school-00")) for number in range(3)]
    await running.collector.store.write(lambda connection: assets.add(connection, new))
    await decision_worker(running.collector).work(time.time())
    assert await ghosts() == before + 3


async def test_a_policy_file_that_is_wrong_leaves_the_board_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "refresh.yml"
    file.write_text("budget: 1000\n")
    async with collecting(settings_at(tmp_path, decisions=DecisionSettings(refresh=file))) as running:
        worker = decision_worker(running.collector)
        await worker.work(time.time())
        first = running.collector.board.newest
        file.write_text("budgt: 1000\n")
        with pytest.raises(ConfigError):
            await worker.work(time.time())
        assert running.collector.board.newest is first
        file.write_text("budget: 2000\n")
        await worker.work(time.time())
        assert running.collector.board.newest.number == 2  # type: ignore[union-attr] # it is there
