"""Every answer keeps to the same rules: problems without our inside, and headers that tell browsers what to refuse."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from collector.collecting import Running, collecting, report, role, settings_at
from homeroom_collector.app import COLLECTOR, build
from homeroom_collector.config import LimitSettings, Listen
from homeroom_collector.ingest.limits import Allowance
from homeroom_collector.serving import runner_of, site_of

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Server": "Homeroom",
}
INSIDE = ("Traceback", "File ", "aiohttp", "Python", ".py", "sqlite", "site-packages")


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Running]:
    async with collecting(settings_at(tmp_path)) as running:
        yield running


async def raw(running: Running, request: bytes) -> bytes:
    host, port = running.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(request)
    async with asyncio.timeout(20):
        answer = await reader.read()
    writer.close()
    return answer


ANSWERS = [
    ("GET", "/healthz", 200), ("GET", "/readyz", 200), ("GET", "/openapi.json", 200), ("GET", "/privacy", 200),
    ("GET", "/sign-in", 200), ("GET", "/static/homeroom.css", 200), ("GET", "/metrics", 200),
    ("GET", "/nothing", 404), ("GET", "/%00", 404), ("GET", "/../../etc/passwd", 404), ("GET", "/api/v1/x", 404),
    ("PUT", "/healthz", 405), ("DELETE", "/api/v1/reports", 405), ("GET", "/devices", 401),
    ("POST", "/api/v1/reports", 401), ("POST", "/api/v1/enroll", 415),
]  # fmt: skip


async def test_every_answer_has_the_headers_and_every_error_is_a_problem(running: Running):
    for method, path, status in ANSWERS:
        async with running.http.request(method, running.url + path) as answer:
            body = await answer.text()
            assert (path, answer.status) == (path, status)
            assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
            assert ("Referrer-Policy" in answer.headers) == (answer.content_type == "text/html")
            if status >= 400:
                assert answer.content_type == "application/problem+json"
                assert json.loads(body)["status"] == status
                assert not [word for word in INSIDE if word in body]


async def test_a_person_is_answered_with_a_page(running: Running):
    async with running.http.get(running.url + "/nothing", headers={"Accept": "text/html"}) as answer:
        assert (answer.status, answer.content_type) == (404, "text/html")


NOT_HTTP = {
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "a zero byte": b"GET / HTTP/1.1\r\nHost: <script>\r\nX: \x00\r\n\r\n",
    "many headers": b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 500 + b"\r\n",
    "a long path": b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n",
    "two lengths": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two other lengths": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxy",
}


async def test_what_is_not_http_is_refused_in_few_words(running: Running):
    for name, request in NOT_HTTP.items():
        head, _, body = (await raw(running, request)).partition(b"\r\n\r\n")
        assert head.startswith((b"HTTP/1.1 400 ", b"HTTP/1.0 400 ")), name
        assert b"application/problem+json" in head
        assert b"Server: Homeroom" in head
        assert json.loads(body)["detail"] == "this is not a request that HTTP/1.1 allows, or its head is too large"


async def broken(_request: web.Request) -> web.Response:
    raise ZeroDivisionError("postgresql://homeroom:hunter2@db")


async def half_broken(request: web.Request) -> web.StreamResponse:
    answer = web.StreamResponse()
    await answer.prepare(request)
    await answer.write(b"half of")
    raise ZeroDivisionError


@pytest.fixture
async def with_a_bug(tmp_path: Path) -> AsyncIterator[str]:
    """A collector with two handlers that fail as no handler should."""
    settings = settings_at(tmp_path)
    app = build(settings)
    app.router.add_get("/bug/{secret}", broken)
    app.router.add_get("/half", half_broken)
    runner = runner_of(app, stop_seconds=1)
    await runner.setup()
    await site_of(runner, Listen(port=0), app[COLLECTOR].registry).start()
    yield "http://{}:{}".format(*runner.addresses[0][:2])
    await runner.cleanup()


@pytest.mark.parametrize(("accept", "kind"), [("*/*", "application/problem+json"), ("text/html", "text/html")])
async def test_a_bug_tells_its_reason_to_the_log_and_not_to_the_client(
    with_a_bug: str, accept: str, kind: str, caplog: pytest.LogCaptureFixture
):
    url = f"{with_a_bug}/bug/hunter3?key=hunter4"
    async with aiohttp.ClientSession() as http, http.get(url, headers={"Accept": accept}) as answer:
        assert (answer.status, answer.content_type) == (500, kind)
        text = await answer.text()
    assert "log says what" in text
    assert "hunter" not in text
    assert not [word for word in INSIDE if word in text]
    (record,) = [each for each in caplog.records if each.levelno >= logging.ERROR]
    assert record.getMessage() == "GET /bug/{secret} failed"
    assert record.exc_info is not None


async def test_an_answer_that_breaks_off_is_seen_to_be_broken(with_a_bug: str):
    async with aiohttp.ClientSession() as http:
        with pytest.raises(aiohttp.ClientPayloadError):
            async with http.get(f"{with_a_bug}/half") as answer:
                await answer.read()


async def test_who_asks_too_much_with_a_token_is_told_to_wait_and_others_are_not(tmp_path: Path):
    limits = LimitSettings(reader=Allowance(per_second=0.01, burst=3))
    async with collecting(settings_at(tmp_path, limits=limits)) as running:
        busy, calm = [await running.api_token(role("viewer")) for _ in range(2)]
        found = []
        for token in (busy, busy, busy, busy, calm):
            headers = {"Authorization": f"Bearer {token}"}
            async with running.http.get(running.url + "/api/v1/schools", headers=headers) as answer:
                found.append((answer.status, "Retry-After" in answer.headers))
        assert found == [*[(200, False)] * 3, (429, True), (200, False)]


async def test_an_address_that_asks_too_much_is_told_to_wait_whoever_it_is(tmp_path: Path):
    limits = LimitSettings(address=Allowance(per_second=0.01, burst=2))
    listen = Listen(trusted_proxies=["127.0.0.0/8"])
    async with collecting(settings_at(tmp_path, limits=limits, listen=listen)) as running:
        found = []
        for address in ("203.0.113.7",) * 3 + ("203.0.113.8",):
            async with running.http.get(running.url + "/sign-in", headers={"X-Forwarded-For": address}) as answer:
                found.append(answer.status)
        assert found == [200, 200, 429, 200]


HURTFUL: dict[str, tuple[bytes, set[int]]] = {
    "half a character": (b'{"\\ud800orts":[]}', {422}),
    "half a character in a report": (b'{"reports":[{"\\ud800":1}]}', {422}),
    "100,000 keys": (b'{"reports":[{' + b",".join(b'"k%d":1' % n for n in range(100_000)) + b"}]}", {422}),
    "deep lists": (b'{"reports":' + b"[" * 100_000 + b"]" * 100_000 + b"}", {400}),
    "deep objects": (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, {400}),
    "400,000 items": (b'{"reports":[' + b"1," * 400_000 + b"1]}", {413}),
    "a long number": (b'{"reports":[{"sequence":' + b"9" * 900_000 + b"}]}", {400, 422}),
    "a long exponent": (b'{"reports":[{"measured_at":1e' + b"9" * 900_000 + b"}]}", {400, 422}),
    "zeros": (b'{"reports":["' + b"\\u0000" * 150_000 + b'"]}', {422}),
}


async def test_json_that_is_made_to_hurt_is_refused_and_the_next_report_is_taken(running: Running):
    key = await running.key()
    for number, (name, (body, statuses)) in enumerate(HURTFUL.items()):
        answered, problem = await running.zipped(key, body)
        assert answered in statuses, name
        assert len(json.dumps(problem)) < 5_000
        assert (await running.send(key, report(number)))[0] == 200
