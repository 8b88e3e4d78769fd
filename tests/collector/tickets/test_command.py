"""``homeroom tickets``, as a technician types it, against a real Request Tracker."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from homeroom_collector.cli import main
from homeroom_collector.rules import ticket_outcome as outcome
from homeroom_collector.store import open_store, tickets
from request_tracker import QUEUE
from request_tracker import RequestTracker as Server
from ticket_samples import NOON, POLICY, ticket


@pytest.fixture
def config(tmp_path: Path, tracker: Server) -> str:
    section = {"url": tracker.url, "token": {"file": str(tracker.token_file)}, "queue": QUEUE}
    (tmp_path / "tickets.yml").write_text(json.dumps({"desk": "request_tracker", "request_tracker": section}))
    (tmp_path / "collector.yml").write_text("store: {url: 'sqlite:///h.db'}\ntickets: {file: tickets.yml}\n")
    return str(tmp_path / "collector.yml")


def test_the_help_desk_is_tried_by_the_whole_life_of_one_ticket(config: str, capsys: pytest.CaptureFixture[str]):
    assert main(["tickets", "test", "--config", config]) == 0
    told = capsys.readouterr().out
    assert told.count("ok ") == 6
    assert "Request Tracker 5" in told
    assert "FAILED" not in told


def test_a_wrong_token_is_said_in_words(config: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    text = (tmp_path / "tickets.yml").read_text()
    (tmp_path / "wrong").write_text("1-2-3")
    settings = json.loads(text)
    settings["request_tracker"]["token"] = {"file": "wrong"}
    (tmp_path / "tickets.yml").write_text(json.dumps(settings))
    assert main(["tickets", "test", "--check-only", "--config", config]) == 1
    assert "the key is wrong, or lacks a right" in capsys.readouterr().err


def test_no_help_desk_is_said_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "collector.yml").write_text("store: {url: 'sqlite:///h.db'}\n")
    assert main(["tickets", "test", "--config", str(tmp_path / "collector.yml")]) == 2
    assert "no help desk is named" in capsys.readouterr().err


def test_tickets_are_listed_shown_and_tried_again(config: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    failed = outcome.failed(ticket(), "no such field", POLICY, NOON, permanent=True)

    async def put() -> None:
        async with open_store(f"sqlite:///{tmp_path / 'h.db'}") as store:
            await store.write(lambda connection: tickets.save(connection, failed, NOON))

    asyncio.run(put())
    assert main(["tickets", "list", "--format", "json", "--config", config]) == 0
    [row] = json.loads(capsys.readouterr().out)
    assert (row["kind"], row["error"]) == ("uplink_down", "no such field")
    assert main(["tickets", "show", failed.key, "--config", config]) == 0
    assert "stuck            True" in capsys.readouterr().out
    assert main(["tickets", "retry", failed.key, "--config", config]) == 0
    assert main(["tickets", "show", failed.key, "--config", config]) == 0
    assert "stuck            False" in capsys.readouterr().out
    assert main(["tickets", "show", "nothing", "--config", config]) == 1
