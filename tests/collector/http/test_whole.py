"""Whole, plain requests are read as aiohttp reads them, and answered as it answers them."""

from __future__ import annotations

import asyncio
import gzip
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from email.utils import parsedate_to_datetime
from pathlib import Path
from random import Random
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.base_protocol import BaseProtocol
from aiohttp.http_parser import HttpRequestParser

from collector.collecting import Running, collecting, report, settings_at
from homeroom_collector.config import LimitSettings, Listen
from homeroom_collector.http.settings import ConnectionSettings
from homeroom_collector.http.whole import Lane, WholeRequest
from homeroom_collector.ingest.limits import Allowance

PATH = b"/api/v1/reports"


async def nobody(_request: WholeRequest) -> bytes | None:
    return None


LANE = Lane(PATH.decode(), nobody, 50_000)


def head(*more: bytes, body: bytes = b"{}", start: bytes = b"POST " + PATH + b" HTTP/1.1") -> bytes:
    lines = [start, b"Host: x", *more, b"Content-Length: %d" % len(body)]
    return b"\r\n".join([*lines, b"", b""]) + body


def read(data: bytes) -> Any:
    return LANE.read(data, "192.0.2.1", "http")


def test_what_a_laptop_sends_is_read():
    found = read(head(b"Authorization: Bearer a.b", b"Content-Type: application/json", body=b'{"a":1}'))
    assert (found.body, found.remote, found.scheme) == (b'{"a":1}', "192.0.2.1", "http")
    assert found.headers.get("authorization") == found.headers.get("Authorization") == "Bearer a.b"


ODD = {
    "two lengths": head(b"Content-Length: 2"),
    "two lengths that differ": head(b"Content-Length: 3"),
    "chunks beside a length": head(b"Transfer-Encoding: chunked"),
    "a name twice in two cases": head(b"X-Forwarded-For: 1.1.1.1", b"x-forwarded-for: 2.2.2.2"),
    "more than the body": head() + b"G",
    "an empty body": b"POST " + PATH + b" HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
    "a signed length": b"POST " + PATH + b" HTTP/1.1\r\nHost: x\r\nContent-Length: +2\r\n\r\n{}",
    "a length with a zero before": b"POST " + PATH + b" HTTP/1.1\r\nHost: x\r\nContent-Length: 02\r\n\r\n{}",
    "no host": b"POST " + PATH + b" HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}",
    "a folded line": head(b"X: a\r\n b"),
    "a blank before the colon": head(b"X : a"),
    "no blank after the colon": head(b"X:a"),
    "an empty value": head(b"X: "),
    "a bare line feed": head(b"X: a\nY: b"),
    "a bare carriage return": head(b"X: a\rY: b"),
    "a zero": head(b"X: a\0"),
    "not ASCII": head(b"X: \xc3\xa4"),
    "a header that is too long": head(b"X: " + b"a" * 5_000),
    "another call": head(start=b"POST /api/v1/reports/x HTTP/1.1"),
    "a query": head(start=b"POST " + PATH + b"?a HTTP/1.1"),
    "HTTP/1.0": head(start=b"POST " + PATH + b" HTTP/1.0"),
    "another method": head(start=b"PUT " + PATH + b" HTTP/1.1"),
    "an absolute target": head(start=b"POST http://x" + PATH + b" HTTP/1.1"),
    "to be closed": head(b"Connection: close"),
    "a question first": head(b"Expect: 100-continue"),
    "another protocol": head(b"Upgrade: websocket"),
    "a browser": head(b"Origin: https://evil.example"),
    "more than a request may have": head(body=b"x" * 50_001),
    "far more, of which a part is here": head(body=b"x" * 900_000)[:1_000],
}


@pytest.mark.parametrize("data", ODD.values(), ids=ODD)
def test_whatever_is_not_plain_is_left_to_aiohttp(data: bytes):
    assert read(data) is None


def test_a_body_is_waited_for():
    whole = head(body=b"{  }")
    assert [read(whole[:-missing]) for missing in (1, 3, 4)] == ["more"] * 3
    assert read(whole[:-5]) is None, "of a head it is not known yet what it says"


class Collecting(BaseProtocol):
    """What a parser of aiohttp wants around it."""


PIECES = (
    b"\r\n", b"\n", b"\r", b" ", b":", b": ", b"\t", b"\0", b"0", b"2", b"-", b"Content-Length: 2\r\n", b"\x80",
    b"Transfer-Encoding: chunked\r\n", b"X: 1\r\n", b"Connection: close\r\n", b"\r\n\r\n", b"chunked", b"HTTP/1.1",
)  # fmt: skip


def tampered(chance: Random) -> bytes:
    body = chance.choice((b"{}", b'{"reports":[]}', b"\r\n\r\n", b"0\r\n\r\n"))
    data = head(b"Authorization: Bearer a.b", b"Content-Type: application/json", body=body)
    for _ in range(chance.choice((0, 1, 1, 1, 2, 3))):
        start = chance.randrange(len(data))
        data = data[:start] + chance.choice((b"", *PIECES)) + data[start + chance.choice((0, 0, 1, 2)) :]
    return data


async def test_aiohttp_reads_the_same_in_whatever_is_read_here():
    chance, both = Random(5), 0
    for _ in range(20_000):
        data = tampered(chance)
        found = read(data)
        if found is None or found == "more":
            continue
        both += 1
        parser = HttpRequestParser(Collecting(asyncio.get_running_loop()), asyncio.get_running_loop(), 2**16)
        messages, upgraded, tail = parser.feed_data(data)
        (message, payload), *others = messages
        assert (message.method, message.path.encode(), message.version) == ("POST", PATH, aiohttp.HttpVersion11)
        assert not others
        assert not upgraded
        assert not tail
        assert not message.should_close
        assert dict(message.headers) == {name.title(): value for name, value in found.headers.items()} or {
            name.lower(): value for name, value in message.headers.items()
        } == dict(found.headers)
        assert payload.is_eof()
        assert await payload.read() == found.body
    assert both > 1_000


def by_aiohttp(running: Running) -> int:
    """How many requests aiohttp has read."""
    assert isinstance(running.runner.server, web.Server)
    return running.runner.server.requests_count


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Running]:
    async with collecting(settings_at(tmp_path)) as running:
        yield running


class Line:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def ask(self, data: bytes) -> tuple[str, dict[str, str], Any]:
        self.writer.write(data)
        return await self.answer()

    async def answer(self) -> tuple[str, dict[str, str], Any]:
        async with asyncio.timeout(30):
            status, *lines = (await self.reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = dict(line.split(": ", 1) for line in lines if line)
            body = await self.reader.readexactly(int(headers["Content-Length"]))
        for each in ("Date", "X-Request-Id"):
            assert headers.pop(each)
        return status, headers, json.loads(body)


Dial = Callable[[], Awaitable[Line]]


@pytest.fixture
async def dial(running: Running) -> AsyncIterator[Dial]:
    """Make connections, after the first report of all was answered, which goes through aiohttp."""
    lines: list[Line] = []

    async def dial() -> Line:
        host, port = running.url.removeprefix("http://").split(":")
        lines.append(Line(*await asyncio.open_connection(host, int(port))))
        return lines[-1]

    assert (await running.send(await running.key(), report(1)))[0] == 200
    yield dial
    for line in lines:
        line.writer.close()
        with suppress(ConnectionError):
            await line.writer.wait_closed()


def request(key: str, *reports: Any, body: bytes | None = None, more: tuple[bytes, ...] = ()) -> bytes:
    body = json.dumps({"reports": reports}).encode() if body is None else body
    return head(f"Authorization: Bearer {key}".encode(), b"Content-Type: application/json", *more, body=body)


async def test_a_report_is_answered_with_the_same_bytes_either_way(running: Running, dial: Dial):
    key, line, other = await running.key(), await dial(), await dial()
    before = by_aiohttp(running)
    quick = await line.ask(request(key, report(1)))
    assert by_aiohttp(running) == before
    usual = await other.ask(request(key, report(2), more=(b"X:x",)))
    assert by_aiohttp(running) == before + 1
    assert quick == usual
    status, headers, told = usual
    assert (status, told["accepted"]) == ("HTTP/1.1 200 OK", 1)
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in headers["Content-Security-Policy"]


async def test_an_answer_has_the_date_of_its_second(running: Running, dial: Dial):
    key, line = await running.key(), await dial()
    for number in (1, 2):
        line.writer.write(request(key, report(number)))
        head = (await line.reader.readuntil(b"\r\n\r\n")).decode()
        said = parsedate_to_datetime(head.split("\r\nDate: ")[1].split("\r\n")[0])
        assert abs(said.timestamp() - time.time()) < 30
        await line.reader.readexactly(int(head.split("\r\nContent-Length: ")[1].split("\r\n")[0]))


async def test_what_is_not_the_usual_answer_is_the_same_either_way(running: Running, dial: Dial):
    key = await running.key()
    await (await dial()).ask(request(key, report(1)))
    cases = [
        request(key, report(1)),  # a duplicate
        request(key, report(1), {"source": "agent"}),
        request(key, {"source": "agent"}),
        request(key, body=b"{"),
        request(key, body=gzip.compress(b"{"), more=(b"Content-Encoding: gzip",)),
        request(key, body=b"{}", more=(b"Content-Encoding: br",)),
        request("hrk0000000000000000.wrong", report(2)),
        head(body=b"{}"),
        head(b"Content-Type: text/plain", b"Authorization: Bearer " + key.encode()),
    ]
    for case in cases:
        quick = await (await dial()).ask(case)
        assert quick == await (await dial()).ask(case.replace(b"Host: x", b"Host:x"))


async def test_each_answer_names_its_own_request(running: Running, dial: Dial):
    key, line, names = await running.key(), await dial(), set()
    for number in range(1, 6):
        line.writer.write(request(key, report(number)))
        head = (await line.reader.readuntil(b"\r\n\r\n")).decode()
        names.add(head.split("\r\nX-Request-Id: ")[1].split("\r\n")[0])
        await line.reader.readexactly(int(head.split("\r\nContent-Length: ")[1].split("\r\n")[0]))
    assert len(names) == 5


async def test_a_body_may_follow_its_head(running: Running, dial: Dial):
    key, line, before = await running.key(), await dial(), by_aiohttp(running)
    for number, pause in ((1, 0.1), (2, 0.1), (3, 1.5)):
        start, _, body = request(key, report(number)).partition(b"\r\n\r\n")
        line.writer.write(start + b"\r\n\r\n" + body[:10])
        await asyncio.sleep(pause)
        assert (await line.ask(body[10:]))[2]["accepted"] == 1
    assert by_aiohttp(running) == before + 1, "the slow one"


async def test_a_wrong_key_counts_once(tmp_path: Path):
    """Though both readers see it: a school behind one address must not be slowed down twice as soon."""
    limits = LimitSettings(failure=Allowance(per_second=0.001, burst=4))
    proxies = Listen(trusted_proxies=["127.0.0.0/8"])
    async with collecting(settings_at(tmp_path, limits=limits, listen=proxies)) as running:
        assert (await running.send(await running.key(), report(1)))[0] == 200
        statuses = []
        for number in range(6):
            wrong = request(f"hrk{number:016x}.wrong", report(1), more=(b"X-Forwarded-For: 192.0.2.7",))
            line = Line(*await asyncio.open_connection(*running.url.removeprefix("http://").split(":")))
            statuses.append((await line.ask(wrong))[0].split()[1])
            line.writer.close()
            await line.writer.wait_closed()
    assert statuses == ["401"] * 4 + ["429"] * 2


async def test_a_zipped_report_is_taken(running: Running, dial: Dial):
    zipped = gzip.compress(json.dumps({"reports": [report(1)]}).encode())
    before = by_aiohttp(running)
    key = await running.key()
    status, _, told = await (await dial()).ask(request(key, body=zipped, more=(b"Content-Encoding: gzip",)))
    assert (status, told["accepted"]) == ("HTTP/1.1 200 OK", 1)
    assert by_aiohttp(running) == before + 1, "the enrolment alone"


async def test_requests_that_do_not_wait_for_answers_are_answered_in_order(running: Running, dial: Dial):
    key, line = await running.key(), await dial()
    for number in range(1, 21):
        line.writer.write(request(key, report(number)))
        await asyncio.sleep(0)
    line.writer.write(b"GET /api/v1/nothing HTTP/1.1\r\nHost: x\r\n\r\n")
    for _ in range(20):
        assert (await line.answer())[2]["accepted"] == 1
    assert (await line.answer())[0] == "HTTP/1.1 404 Not Found"


async def test_a_report_that_waits_for_the_disk_is_answered_when_the_collector_stops(running: Running, dial: Dial):
    key, line = await running.key(), await dial()
    held = asyncio.create_task(running.collector.commit.perform(lambda _: time.sleep(1.0)))
    await asyncio.sleep(0.2)
    line.writer.write(request(key, report(1)))
    await asyncio.sleep(0.2)
    stopping = asyncio.create_task(running.runner.cleanup())
    assert (await line.answer())[2]["accepted"] == 1
    await asyncio.gather(held, stopping)


async def test_a_client_that_leaves_before_its_answer_loses_nothing(running: Running, dial: Dial):
    key, line = await running.key(), await dial()
    line.writer.write(request(key, report(1)))
    await line.writer.drain()
    await asyncio.sleep(0)
    line.writer.transport.abort()
    again = await dial()
    told = {"accepted": 0, "duplicates": 0}
    async with asyncio.timeout(30):
        while not told["duplicates"]:  # whenever the first one arrives, it is taken once
            _, _, told = await again.ask(request(key, report(1)))


async def test_one_that_asks_no_more_is_cut_off(tmp_path: Path):
    settings = settings_at(tmp_path, listen=Listen(connections=ConnectionSettings(idle=1.0)))
    async with collecting(settings) as running:
        key = await running.key()
        await running.send(key, report(1))
        host, port = running.url.removeprefix("http://").split(":")
        line = Line(*await asyncio.open_connection(host, int(port)))
        before = by_aiohttp(running)
        for number in (2, 3):
            await asyncio.sleep(0.4)
            assert (await line.ask(request(key, report(number))))[2]["accepted"] == 1
        assert by_aiohttp(running) == before
        async with asyncio.timeout(30):
            assert await line.reader.read() == b""
        line.writer.close()
