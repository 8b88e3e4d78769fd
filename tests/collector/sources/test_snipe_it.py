"""Snipe-IT's register over real HTTP, from a stand-in that is true to its documented API."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from homeroom_collector.cli import main
from homeroom_collector.errors import ConfigError, SourceError
from homeroom_collector.model import School
from homeroom_collector.rules.asset import LifeState
from homeroom_collector.secret import Secret
from homeroom_collector.sources.asset_fields import Mapped
from homeroom_collector.sources.snipe_it.calls import Patience, SnipeCalls
from homeroom_collector.sources.snipe_it.rows import parsed
from homeroom_collector.store import assets, open_store
from snipe_it_standin import PUPIL, TOKEN, SnipeIt, asset, framework_throttled, refused, running, throttled

SCHOOLS = (School(school_id="hill", name="Hill"), School(school_id="vale", name="Vale"))


async def listed(snipe: SnipeIt, *, token: str = TOKEN, page: int = 500) -> tuple[list[dict[str, Any]], list[float]]:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    async with running(snipe), aiohttp.ClientSession() as session:
        calls = SnipeCalls(session, snipe.url, Secret(token), Patience(page=page, tries=4), sleep=sleep)
        return [row async for row in calls.hardware()], waits


async def test_every_page_is_read_also_where_the_server_gives_fewer_than_were_asked_for() -> None:
    snipe = SnipeIt([asset(n) for n in range(1, 24)], archived=[asset(n) for n in range(100, 103)], most=10)
    rows, _ = await listed(snipe)
    assert [row["id"] for row in rows] == [*range(1, 24), 100, 101, 102]
    assert [query["offset"] for query in snipe.asked if "status" not in query] == ["0", "10", "20"]


async def test_an_empty_snipe_it_is_an_empty_list() -> None:
    assert (await listed(SnipeIt([])))[0] == []


async def test_patience_is_kept_as_long_as_it_is_asked_for_in_either_shape() -> None:
    snipe = SnipeIt([asset(1)], troubles=[throttled(37), framework_throttled(11), web.Response(status=503)])
    rows, waits = await listed(snipe)
    assert ([row["id"] for row in rows], waits) == ([1], [37, 11, 8])


async def test_a_wait_is_bounded_and_tries_come_to_an_end() -> None:
    with pytest.raises(SourceError, match="4 tries without an answer"):
        await listed(SnipeIt([asset(1)], troubles=[throttled(367_946_340) for _ in range(9)]))


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        (refused("Insufficient permissions"), "Insufficient permissions"),
        (web.json_response({"rows": "none"}), "not a list of hardware"),
        (web.Response(text="<html>", status=404), "Snipe-IT's own address"),
        (web.Response(status=302, headers={"Location": "https://elsewhere.example/"}), "302"),
    ],
)
async def test_what_waiting_does_not_cure_is_said_at_once(trouble: web.Response, said: str) -> None:
    snipe = SnipeIt([asset(1)], troubles=[trouble])
    with pytest.raises(SourceError, match=said):
        await listed(snipe)
    assert len(snipe.asked) == 1


async def test_a_token_that_is_worth_nothing_is_said_and_never_shown() -> None:
    with pytest.raises(SourceError, match="make one under Manage API Keys") as refused_:
        await listed(SnipeIt([asset(1)]), token="another-secret")
    assert "another-secret" not in str(refused_.value)


def test_an_asset_becomes_a_row_of_the_register_and_its_person_does_not() -> None:
    found = parsed([asset(7)], Mapped(columns={"custom_fields.Funding": "funding_source"}), SCHOOLS)
    (row,) = found.rows
    assert row.line == 7
    assert row.values == {
        "asset_tag": "A00007",
        "serial": "S00007",
        "manufacturer": "Lenovo",
        "model": "Chromebook 11 & Stylus",
        "school_id": "hill",
        "purchased_on": date(2024, 8, 15),
        "cost_cents": 124_950,
        "warranty_end": date(2027, 8, 15),
        "state": LifeState.IN_USE,
        "funding_source": "Title I",
    }
    assert PUPIL not in repr(found)


@pytest.mark.parametrize(
    ("label", "state"),
    [
        ({"name": "Ready", "status_meta": "deployable"}, LifeState.SPARE),
        ({"name": "Ordered", "status_meta": "pending"}, LifeState.STORED),
        ({"name": "Broken", "status_meta": "undeployable"}, LifeState.REPAIR),
        ({"name": "Old", "status_meta": "archived"}, LifeState.RETIRED),
        ({"name": "Lost/Stolen", "status_meta": "undeployable"}, LifeState.LOST),
        ({"name": "Sold", "status_type": "archived"}, LifeState.DISPOSED),
    ],
)
def test_a_label_means_what_the_mapping_says_and_else_what_snipe_it_says(
    label: dict[str, str], state: LifeState
) -> None:
    mapping = Mapped(values={"state": {"Lost/Stolen": "lost", "Sold": "disposed"}})
    (row,) = parsed([asset(1, status_label=label)], mapping, SCHOOLS).rows
    assert row.values["state"] is state


def test_an_asset_that_cannot_be_read_is_named_by_its_number_and_the_rest_goes_on() -> None:
    found = parsed([asset(1), asset(2, location={"name": "Hilll"}), asset(3, purchase_cost="a lot")], Mapped(), SCHOOLS)
    assert [row.line for row in found.rows] == [1]
    assert [bad.line for bad in found.bad] == [2, 3]
    assert "did you mean 'hill'" in found.bad[0].reason


def test_a_field_that_snipe_it_does_not_have_is_refused_and_people_are_no_field() -> None:
    for name in ("assigned_to", "notes", "name", "colour"):
        with pytest.raises(ConfigError, match="Snipe-IT's fields are"):
            parsed([], Mapped(columns={name: "room"}), SCHOOLS)


@contextmanager
def served(snipe: SnipeIt) -> Iterator[None]:
    """The stand-in in a thread of its own, for a command that runs its own loop."""
    ready, done = threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        async with running(snipe):
            ready.set()
            await done.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    try:
        assert ready.wait(60)
        yield
    finally:
        loop.call_soon_threadsafe(done.set)
        thread.join()
        loop.close()


def test_the_command_shows_changes_first_then_makes_them_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "schools.csv").write_text("school_id,name\nhill,Hill\n")
    config = tmp_path / "collector.yml"
    config.write_text("store: {url: 'sqlite:///homeroom.db'}\nschools: {file: schools.csv}\n")
    (tmp_path / "token").write_text(TOKEN + "\n")
    snipe = SnipeIt([asset(1), asset(2, serial="S00001")], archived=[asset(9, status_label=None)])
    monkeypatch.delenv("HOMEROOM_SNIPE_IT_TOKEN", raising=False)
    with served(snipe):
        arguments = ["import", "snipe-it", "--url", snipe.url, "--config", str(config), "--format", "json"]
        assert main(arguments) == 2
        assert "no API token" in capsys.readouterr().err
        signed = [*arguments, "--token-file", str(tmp_path / "token")]
        assert main([*signed, "--dry-run"]) == 1
        shown = capsys.readouterr()
        assert {row["outcome"] for row in json.loads(shown.out)} == {"add", "bad"}
        monkeypatch.setenv("HOMEROOM_SNIPE_IT_TOKEN", TOKEN)
        assert main(arguments) == 1
        assert "2 added" in capsys.readouterr().err
        assert main(signed) == 1
        assert "0 added, 0 changed, 2 as before" in capsys.readouterr().err

    async def kept() -> set[str]:
        async with open_store(f"sqlite:///{tmp_path / 'homeroom.db'}") as store:
            found = await store.read(assets.entries)
            return {source for entry in found.values() for source in entry.sources.values()}

    assert asyncio.run(kept()) == {"snipe-it"}
    for file in tmp_path.iterdir():
        assert PUPIL.encode() not in file.read_bytes(), file
        assert TOKEN.encode() not in file.read_bytes() or file.name == "token"


def test_a_token_is_not_sent_in_the_clear(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["import", "snipe-it", "--url", "http://assets.example", "--config", str(tmp_path / "none.yml")]) == 2
    assert "not an https address" in capsys.readouterr().err
