"""What can never be taken is refused for good and not stored; what may be taken later says when to come back."""

import asyncio
import gzip
import json
import sqlite3
import zlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from collector.collecting import Running, collecting, report, settings_at
from homeroom_collector.config import IngestSettings
from homeroom_collector.ingest.seen import Seen

LIMITS = IngestSettings(max_request_bytes=20_000, max_body_bytes=100_000, max_reports_per_request=5)


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Running]:
    async with collecting(settings_at(tmp_path, ingest=LIMITS)) as running:
        yield running


def body(*reports: dict[str, Any]) -> bytes:
    return json.dumps({"reports": reports}).encode()


async def nothing_stored(running: Running) -> bool:
    return await running.rows("SELECT seen, report, today FROM latest") == [("", None, None)]


ONE = {"source": "agent", "sequence": 1, "measured_at": 1_795_000_000.0}


@pytest.mark.parametrize(
    ("raw", "status", "says"),
    [
        (b"", 400, "not JSON"),
        (b"hello", 400, "not JSON"),
        (b'{"reports":[{"source":"agent","sequence":1,"measured_at":NaN}]}', 400, "NaN is not a number"),
        (b'{"reports":[{"source":"agent","sequence":1,"measured_at":1e999}]}', 422, "measured_at: inf is not a number"),
        (b'{"reports":' + b"[" * 9_000 + b"]" * 9_000 + b"}", 400, "nested too deeply"),
        (b'"reports"', 422, "expected an object"),
        (b'{"report":[]}', 422, "report: unknown field"),
        (body(), 422, "at least one"),
        (body(*[ONE] * 6), 413, "at most 5"),
        (body(ONE | {"version": 2}), 422, "version: 2 is not one of: 1"),
        (body(ONE | {"user": "jo"}), 422, "user: unknown field"),
        (body(ONE | {"cpu": {"processes": []}}), 422, "cpu.processes: unknown field"),
        (body(ONE | {"measured_at": -1}), 422, "measured_at: -1 is below 0"),
        (body(ONE | {"sequence": -1}), 422, "sequence: -1 is below 0"),
        (body(ONE | {"sequence": "1"}), 422, "sequence: expected a whole number, got text"),
        (body(ONE | {"batteries": [{"name": "B"}] * 9}), 422, "batteries: 9 items, at most 8"),
        (body(ONE | {"device_id": "dev-of-another"}), 403, "another device"),
        (body({"source": "agent"}), 422, "sequence: missing"),
        (b'{"reports":[' + b" " * 20_000 + b"]}", 413, ""),
    ],
)  # fmt: skip
async def test_a_bad_request_is_refused_for_good(running: Running, raw: bytes, status: int, says: str):
    answered, problem = await running.post(await running.key(), raw)
    assert (answered, running.headers["Content-Type"]) == (status, "application/problem+json")
    assert problem["status"] == status
    assert says in problem["detail"]
    assert await nothing_stored(running)


@pytest.mark.parametrize(
    ("raw", "status", "says"),
    [
        (b"not gzip", 400, "not gzip"),
        (gzip.compress(body(ONE))[:-4], 400, "cut off"),
        (gzip.compress(body(ONE)) + b"more", 400, "followed by"),
        (gzip.compress(body(ONE)) * 2, 400, "followed by"),
        (zlib.compress(body(ONE)), 400, "not gzip"),
        (gzip.compress(b" " * 10_000_000), 413, "when decompressed"),
    ],
    ids=["no gzip", "cut off", "with a tail", "two members", "zlib", "bomb"],
)
async def test_bad_gzip_is_refused_for_good(running: Running, raw: bytes, status: int, says: str):
    answered, problem = await running.post(await running.key(), raw, **{"Content-Encoding": "gzip"})
    assert answered == status
    assert says in problem["detail"]
    assert await nothing_stored(running)


@pytest.mark.parametrize(
    "headers", [{"Content-Encoding": "br"}, {"Content-Encoding": "gzip, gzip"}, {"Content-Type": "text/plain"}]
)
async def test_what_is_not_json_in_gzip_is_refused(running: Running, headers: dict[str, str]):
    answered, _ = await running.post(await running.key(), body(ONE), **headers)
    assert answered == 415
    assert await nothing_stored(running)


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer x", "Bearer hrk0.secret", "Basic aGE6aGE=", "Bearer {key}x", "Bearer {id}.", "{key}"],
)
async def test_without_the_right_key_nobody_is_let_in(running: Running, authorization: str):
    key = await running.key()
    value = authorization.format(key=key, id=key.partition(".")[0])
    answered, problem = await running.post(key, body(ONE), Authorization=value)
    assert (answered, running.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert key not in json.dumps(problem)
    assert await nothing_stored(running)


async def test_one_bad_report_is_named_and_the_others_are_taken(running: Running):
    key = await running.key()
    status, answer = await running.send(key, report(1), report(2) | {"user": "jo"}, report(3))
    assert (status, answer["accepted"]) == (200, 2)
    assert answer["rejected"] == [{"index": 1, "detail": "user: unknown field"}]
    assert await running.rows("SELECT seen FROM latest") == [("1,3",)]


async def test_where_all_are_bad_each_has_its_reason(running: Running):
    bad = [report(1) | {"user": "jo"}, report(2) | {"version": 9}]
    status, problem = await running.send(await running.key(), *bad)
    assert status == 422
    assert [entry["index"] for entry in problem["rejected"]] == [0, 1]


async def test_a_replaced_key_is_worth_nothing_at_once(running: Running):
    old = await running.key(serial="C02XK1")
    new = await running.key(serial="C02XK1")
    assert (await running.send(old, report(1)))[0] == 401
    assert (await running.send(new, report(1)))[0] == 200


@pytest.mark.parametrize(
    ("device", "status"),
    [({"user": "jo"}, 422), ({"platform": None}, 422), ({"serial": "x" * 81}, 422), ({"platform": "x" * 17}, 422)],
)
async def test_an_enrolment_with_more_than_a_machine_says_is_refused(
    running: Running, device: dict[str, Any], status: int
):
    answered, problem = await running.enroll(**device)
    assert answered == status
    assert problem["detail"].startswith("device.")
    assert await running.rows("SELECT count(*) FROM devices") == [(0,)]


async def test_an_unknown_token_is_refused_without_a_trace(running: Running):
    assert (await running.enroll(token="hrt0123.wrong"))[0] == 401
    assert await running.rows("SELECT count(*) FROM devices") == [(0,)]


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/api/v1/reports", 405), ("POST", "/api/v1/x", 404)])
async def test_calls_that_do_not_exist_are_problems_too(running: Running, method: str, path: str, status: int):
    async with running.http.request(method, running.url + path) as answer:
        assert (answer.status, answer.content_type) == (status, "application/problem+json")


async def test_a_full_disk_acknowledges_nothing_and_says_when_to_come_back(running: Running):
    key = await running.key()
    assert (await running.send(key, report(1)))[0] == 200
    pages = await running.pragma("page_count")
    await running.pragma(f"max_page_count = {pages}")
    big = report(2, filesystems=[{"mount": "/" + "x" * 60, "filesystem": "x" * 30}] * 60)
    status, problem = await running.send(key, big)
    assert (status, running.headers["Retry-After"]) == (503, "30")
    assert "full" in problem["detail"]
    assert await running.ready() == 503
    await running.pragma("max_page_count = 1000000")
    assert await running.ready() == 200
    assert await running.send(key, big) == (200, await running.answer(accepted=1))
    assert await running.rows("SELECT seen FROM latest") == [("1-2",)]


async def test_a_store_that_became_read_only_acknowledges_nothing(running: Running):
    key = await running.key()
    await running.pragma("query_only = 1")
    status, problem = await running.send(key, report(1))
    assert status == 503
    assert "readonly" in problem["detail"]
    assert await running.ready() == 503
    await running.pragma("query_only = 0")
    assert await running.send(key, report(1)) == (200, await running.answer(accepted=1))
    assert await running.ready() == 200


async def test_a_store_locked_by_another_program_acknowledges_nothing(running: Running, tmp_path: Path):
    key = await running.key()
    await running.pragma("busy_timeout = 50")
    other = sqlite3.connect(tmp_path / "homeroom.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    status, problem = await running.send(key, report(1))
    assert (status, "locked" in problem["detail"]) == (503, True)
    other.execute("COMMIT")
    other.close()
    assert (await running.send(key, report(1)))[0] == 200


async def test_what_waits_is_bounded(tmp_path: Path):
    limits = IngestSettings(queue_reports=4, max_reports_per_request=5)
    async with collecting(settings_at(tmp_path, ingest=limits)) as running:
        key = await running.key()
        other = sqlite3.connect(tmp_path / "homeroom.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        sending = [asyncio.ensure_future(running.send(key, report(n), report(n + 100))) for n in range(1, 6)]
        while not running.full():
            await asyncio.sleep(0.01)
        other.execute("COMMIT")
        other.close()
        statuses = [status for status, _ in await asyncio.gather(*sending)]
        assert sorted(statuses) == [200, 200, 503, 503, 503]
        assert len(Seen((await running.rows("SELECT seen FROM latest"))[0][0])) == 4
