"""What a user reports is found in the log: each answer names its request, and so does each line that it causes."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from collector.collecting import Running, collecting, report, role, settings_at
from homeroom_collector.config import Listen
from homeroom_collector.errors import StoreUnavailableError
from homeroom_collector.http.request_id import HEADER
from homeroom_collector.logs import JsonFormatter, TextFormatter

MADE_HERE = re.compile(r"[0-9a-f]{16}")
OF_A_PROXY = "0d1c7a52-8a5e-4f0e-9a43-2b8a4d1f9c11"


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Running]:
    async with collecting(settings_at(tmp_path)) as running:
        yield running


@contextmanager
def log(formatter: logging.Formatter) -> Iterator[io.StringIO]:
    """What is written to the log meanwhile."""
    handler = logging.StreamHandler(io.StringIO())
    handler.setFormatter(formatter)
    logging.getLogger().addHandler(handler)
    try:
        yield handler.stream
    finally:
        logging.getLogger().removeHandler(handler)


async def test_every_answer_names_its_request_and_none_is_named_twice(running: Running):
    assert (await running.send(await running.key(), report()))[0] == 200
    named = [running.headers[HEADER]]
    for path in ("/healthz", "/readyz", "/metrics", "/devices", "/api/v1/devices", "/nowhere", "/api/v1/nothing"):
        async with running.http.get(running.url + path, allow_redirects=False) as answer:
            named.append(answer.headers[HEADER])
    reader, writer = await asyncio.open_connection("127.0.0.1", int(running.url.rpartition(":")[2]))
    writer.write(b"this is not HTTP\r\n\r\n")
    refused = (await reader.read()).decode()
    writer.close()
    named.append(re.findall(rf"{HEADER}: (\S+)", refused)[0])
    assert all(map(MADE_HERE.fullmatch, named)), named
    assert len(set(named)) == len(named)


@pytest.mark.parametrize(
    ("trusted", "given", "taken"),
    [
        (["127.0.0.0/8"], OF_A_PROXY, True),
        ([], OF_A_PROXY, False),
        (["127.0.0.0/8"], "203.0.113.7:4711", False),
        (["127.0.0.0/8"], "x" * 65, False),
    ],
)
async def test_a_name_is_taken_from_a_trusted_proxy_and_from_nobody_else(
    tmp_path: Path, trusted: list[str], given: str, taken: bool
):
    async with (
        collecting(settings_at(tmp_path, listen=Listen(trusted_proxies=trusted))) as running,
        running.http.get(f"{running.url}/healthz", headers={HEADER: given}) as answer,
    ):
        assert (answer.headers[HEADER] == given) is taken
        assert taken or MADE_HERE.fullmatch(answer.headers[HEADER])


async def test_an_error_of_ours_is_found_in_the_log_by_what_the_user_sees(
    running: Running, monkeypatch: pytest.MonkeyPatch
):
    async def slip() -> None:
        raise RuntimeError("a slip")

    monkeypatch.setattr(running.collector.store, "check", slip)
    with log(TextFormatter()) as text, log(JsonFormatter()) as lines:
        async with running.http.get(f"{running.url}/readyz") as answer:
            named, problem = answer.headers[HEADER], await answer.json(content_type=None)
        async with running.http.get(f"{running.url}/readyz", headers={"Accept": "text/html"}) as answer:
            shown, page = answer.headers[HEADER], await answer.text()
    assert (problem["status"], problem["request_id"]) == (500, named)
    assert f"<code>{shown}</code>" in page
    assert f"GET /readyz failed [request {named}]\nTraceback" in text.getvalue()
    said = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert [each["request"] for each in said if "failed" in each["message"]] == [named, shown]


async def test_a_store_that_is_away_is_said_with_the_name_of_the_request(
    running: Running, monkeypatch: pytest.MonkeyPatch
):
    async def away(*_arguments: object) -> None:
        raise StoreUnavailableError("the database is away")

    key, token = await running.key(), await running.api_token(role("admin"))
    for doing in ("write", "read"):
        monkeypatch.setattr(running.collector.store, doing, away)
    status, problem = await running.send(key, report())
    assert (status, problem["request_id"]) == (503, running.headers[HEADER])
    with log(JsonFormatter()) as lines:
        async with running.http.get(
            f"{running.url}/api/v1/problems", headers={"Authorization": f"Bearer {token}"}
        ) as answer:
            assert (answer.status, (await answer.json(content_type=None))["request_id"]) == (
                503,
                answer.headers[HEADER],
            )
    (said,) = [each for each in map(json.loads, lines.getvalue().splitlines()) if "answered 503" in each["message"]]
    assert (said["message"], said["request"]) == ("GET /api/v1/problems was answered 503", answer.headers[HEADER])


async def test_what_is_logged_outside_of_any_request_names_none(running: Running):
    with log(TextFormatter()) as text:
        logging.getLogger("homeroom_collector").warning("by itself")
    assert text.getvalue().endswith("by itself\n")
