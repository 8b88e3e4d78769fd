"""Every call of ``/openapi.json`` keeps to it, whoever calls with whatever. All roles and more cases: make soak."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from api_fuzz import email_desk, fuzz
from collector.collecting import Running, collecting, role, settings_at
from homeroom_collector.config import TicketFile
from homeroom_collector.views.api import shapes
from homeroom_collector.views.api.openapi import calls
from postbox import open_mailbox


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Running]:
    with open_mailbox() as mailbox:
        (tmp_path / "tickets.yml").write_text(json.dumps(email_desk(mailbox)))
        async with collecting(settings_at(tmp_path, tickets=TicketFile(file=tmp_path / "tickets.yml"))) as running:
            yield running


@pytest.mark.timeout(300)
@pytest.mark.parametrize("who", ["a device", "an administrator"])
async def test_nothing_undeclared_is_answered_and_every_body_conforms(running: Running, tmp_path: Path, who: str):
    bearer = await running.key() if who == "a device" else await running.api_token(role("admin"))
    found = await fuzz(running.url, bearer, examples=4, seed=10, folder=tmp_path, phases="fuzzing")
    assert found.fine, found.said[-6_000:]


@pytest.mark.timeout(300)
async def test_made_up_notifications_are_answered_as_declared_and_taken(running: Running, tmp_path: Path):
    bearer, only = await running.api_token(role("alerts")), "/api/v1/alerts"
    found = await fuzz(running.url, bearer, examples=20, seed=10, folder=tmp_path, phases="fuzzing", only=only)
    assert found.fine, found.said[-6_000:]
    ((kept,),) = await running.rows("SELECT count(*) FROM alert_inbox")
    assert kept > 0


async def test_every_call_says_what_it_gives_and_takes(running: Running):
    named = {(method, path) for method, path, _ in calls(running.app)}
    assert named - set(shapes.GIVES) - shapes.BYTES == set()
    posting = {each for each in named if each[0] == "POST"}
    assert posting - set(shapes.TAKES) - shapes.BYTES == set()
    assert set(shapes.TAKES) | set(shapes.GIVES) <= named, "nothing is told of calls that do not exist"
