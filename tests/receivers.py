"""Receivers of remote write: one of our own that answers as told, and real ones."""

from __future__ import annotations

import contextlib
import json
import struct
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from homeroom_collector.demo.processes import Children
from homeroom_collector.views.remote_write.snappy import decompress
from stack import tool

Labels = tuple[tuple[str, str], ...]
Samples = list[tuple[int, float]]


@dataclass(frozen=True)
class Series:
    """One series of a message: labels as they stand, and samples as milliseconds and value."""

    labels: Labels
    samples: tuple[tuple[int, float], ...]

    @property
    def named(self) -> dict[str, str]:
        return dict(self.labels)


def _varint(data: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = data[at]
        number |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return number, at


def _fields(data: bytes) -> Iterator[tuple[int, Any]]:
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        if tag & 7 == 2:
            size, at = _varint(data, at)
            yield tag >> 3, data[at : at + size]
            at += size
        elif tag & 7 == 1:
            yield tag >> 3, struct.unpack_from("<d", data, at)[0]
            at += 8
        else:
            assert tag & 7 == 0
            number, at = _varint(data, at)
            yield tag >> 3, number


def _label(data: bytes) -> tuple[str, str]:
    found = dict(_fields(data))
    return found[1].decode(), found[2].decode()


def _sample(data: bytes) -> tuple[int, float]:
    found = dict(_fields(data))
    return found[2], found[1]


def decoded(message: bytes) -> list[Series]:
    """A WriteRequest, read by the book."""
    found = []
    for number, one in _fields(message):
        assert number == 1
        parts = list(_fields(one))
        labels = tuple(_label(part) for number, part in parts if number == 1)
        found.append(Series(labels, tuple(_sample(part) for number, part in parts if number == 2)))
    return found


@dataclass
class Recorder:
    """Takes everything, unless ``answer`` says otherwise of a request's series."""

    url: str = ""
    taken: list[list[Series]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    asked: int = 0
    answer: Callable[[list[Series]], web.Response | None] = lambda _series: None

    async def take(self, request: web.Request) -> web.Response:
        series = decoded(decompress(await request.read()))
        self.asked += 1
        self.headers.append(dict(request.headers))
        refusal = self.answer(series)
        if refusal is not None:
            return refusal
        self.taken.append(series)
        return web.Response(status=204)

    def samples(self, name: str, **labels: str) -> list[tuple[int, float]]:
        """Samples of one metric in the order in which they came."""
        return [
            sample
            for message in self.taken
            for series in message
            if series.named["__name__"] == name and labels.items() <= series.named.items()
            for sample in series.samples
        ]


@asynccontextmanager
async def recording(**tls: Any) -> AsyncIterator[Recorder]:
    recorder = Recorder()
    app = web.Application(client_max_size=2**26)
    app.router.add_post("/api/v1/write", recorder.take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, **tls).start()
    port = runner.addresses[0][1]
    recorder.url = f"{'https' if tls else 'http'}://127.0.0.1:{port}/api/v1/write"
    try:
        yield recorder
    finally:
        await runner.cleanup()


async def start_prometheus(children: Children, folder: Path, port: int, *, window: str | None, scrape: str = "") -> str:
    """A Prometheus that takes remote write, samples out of order within ``window``; gives its address."""
    config = folder / "prometheus.yml"
    document: dict[str, Any] = {"scrape_configs": []}
    if window is not None:
        document["storage"] = {"tsdb": {"out_of_order_time_window": window}}
    if scrape:
        job = {"job_name": "homeroom", "scrape_interval": "1s", "static_configs": [{"targets": [scrape]}]}
        document["scrape_configs"] = [job]
    config.write_text(json.dumps(document))
    options = [
        f"--config.file={config}",
        f"--storage.tsdb.path={folder / 'prometheus'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--web.enable-remote-write-receiver",
    ]
    await children.start("prometheus", [tool("prometheus"), *options])
    return f"http://127.0.0.1:{port}"


async def start_victoria(children: Children, folder: Path, port: int) -> str:
    """A VictoriaMetrics with an empty store; gives its address."""
    options = [f"-storageDataPath={folder / 'victoria'}", f"-httpListenAddr=127.0.0.1:{port}", "-retentionPeriod=1y"]
    await children.start("victoria-metrics", [tool("victoria-metrics"), *options])
    return f"http://127.0.0.1:{port}"


async def held_by_prometheus(http: aiohttp.ClientSession, address: str, selector: str) -> dict[Labels, Samples]:
    """Every sample of the last ten days, by the labels of its series."""
    rows: list[Any] = []
    with contextlib.suppress(aiohttp.ClientConnectionError):
        async with http.get(f"{address}/api/v1/query", params={"query": f"{selector}[10d]"}) as answer:
            rows = (await answer.json())["data"]["result"] if answer.status == 200 else []
    return {
        tuple(sorted(row["metric"].items())): [(round(at * 1000), float(value)) for at, value in row["values"]]
        for row in rows
    }


async def held_by_victoria(http: aiohttp.ClientSession, address: str, selector: str) -> dict[Labels, Samples]:
    """Every sample there is, by the labels of its series."""
    rows: list[Any] = []
    with contextlib.suppress(aiohttp.ClientConnectionError):
        await http.get(f"{address}/internal/force_flush")
        async with http.get(f"{address}/api/v1/export", params={"match[]": selector}) as answer:
            rows = [json.loads(line) for line in (await answer.text()).splitlines()] if answer.status == 200 else []
    return {
        tuple(sorted(row["metric"].items())): sorted(zip(row["timestamps"], row["values"], strict=True)) for row in rows
    }
