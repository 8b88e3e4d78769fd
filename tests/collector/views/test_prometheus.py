"""A real Prometheus takes both formats, and finds the schools by itself."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from aiohttp.typedefs import Handler
from prometheus_client import CollectorRegistry

from free_ports import free_port
from homeroom_collector.fleet import Fleet
from homeroom_collector.views import site
from homeroom_collector.views.metrics.settings import MetricsSettings
from letting_in import letting_in, unused_store

WAIT_SECONDS = 30


@web.middleware
async def plain_text_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    headers = request.headers.copy()
    headers["Accept"] = "text/plain;version=0.0.4"
    return await handler(request.clone(headers=headers))


@asynccontextmanager
async def prometheus(folder: Path, jobs: list[dict[str, Any]]) -> AsyncIterator[str]:
    """A Prometheus that scrapes every second; gives its address."""
    program = shutil.which("prometheus")
    if program is None:
        pytest.skip("prometheus is missing; apt-get install prometheus")
    config, port = folder / "prometheus.yml", free_port()
    config.write_text(json.dumps({"global": {"scrape_interval": "1s"}, "scrape_configs": jobs}))
    options = [f"--config.file={config}", f"--storage.tsdb.path={folder / 'data'}"]
    process = await asyncio.create_subprocess_exec(
        program, *options, f"--web.listen-address=127.0.0.1:{port}", stderr=asyncio.subprocess.DEVNULL
    )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        await process.wait()


async def ask(http: aiohttp.ClientSession, address: str, query: str, wanted: int) -> list[dict[str, Any]]:
    """Ask until there are as many series as wanted."""
    found: list[dict[str, Any]] = []
    async with asyncio.timeout(WAIT_SECONDS):
        while len(found) < wanted:
            await asyncio.sleep(0.3)
            try:
                async with http.get(f"{address}/api/v1/query", params={"query": query}) as answer:
                    found = (await answer.json())["data"]["result"] if answer.status == 200 else []
            except aiohttp.ClientConnectionError:
                continue
    return found


@pytest.mark.parametrize("middlewares", [[], [plain_text_only]], ids=["openmetrics", "text"])
async def test_prometheus_takes_the_scrape(
    fleet: Fleet, registry: CollectorRegistry, tmp_path: Path, middlewares: list[Any]
) -> None:
    app = letting_in()
    app.middlewares.extend(middlewares)
    app.add_routes(site.routes(fleet, registry, store=unused_store()))
    async with TestServer(app) as server, aiohttp.ClientSession() as http:
        target = f"127.0.0.1:{server.port}"
        jobs = [{"job_name": "homeroom", "static_configs": [{"targets": [target]}]}]
        async with prometheus(tmp_path, jobs) as address:
            (found,) = await ask(http, address, 'homeroom_device_uptime_seconds{device="laptop-1"}', 1)
            assert found["value"][1] == "3601.5"
            assert found["metric"]["school"] == "ps1"
            (up,) = await ask(http, address, "up", 1)
            assert up["value"][1] == "1"
            (queue,) = await ask(http, address, "homeroom_ingest_queue", 1)
            assert queue["value"][1] == "3"


async def test_prometheus_finds_and_scrapes_every_school(
    fleet: Fleet, registry: CollectorRegistry, tmp_path: Path
) -> None:
    app = letting_in()
    app.add_routes(site.routes(fleet, registry, MetricsSettings(per_device_limit=0), store=unused_store()))
    async with TestServer(app) as server, aiohttp.ClientSession() as http:
        discovery = [{"url": f"http://127.0.0.1:{server.port}/sd/schools", "refresh_interval": "1s"}]
        async with prometheus(tmp_path, [{"job_name": "schools", "http_sd_configs": discovery}]) as address:
            targets = await ask(http, address, "up == 1", 2)
            assert {series["metric"]["instance"] for series in targets} == {"ps1", "ps2"}
            uptimes = await ask(http, address, "homeroom_device_uptime_seconds", 3)
            assert {series["metric"]["school"] for series in uptimes} == {"ps1"}
            ports = await ask(http, address, "homeroom_interface_up", 2)
            assert {series["metric"]["instance"] for series in ports} == {"ps2"}
        async with http.get(f"http://127.0.0.1:{server.port}/metrics") as whole:
            assert "homeroom_device_uptime_seconds" not in await whole.text(), "above the limit only aggregates"
