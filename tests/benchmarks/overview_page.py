"""Pages of a district of 50,000 laptops in 250 schools, as the server makes them: milliseconds of processor time.

Asked for over HTTP on loopback; server and client are one process, so both are counted. The fleet is the one of the
exposition, with 20 measured series a laptop; nothing is kept from one page to the next.
"""

import asyncio
import gc
import json
import tempfile
import time
from pathlib import Path

import aiohttp
from aiohttp import web
from prometheus_client import CollectorRegistry

from homeroom_collector.store import open_store
from homeroom_collector.views import site
from tests.benchmarks.exposition import DEVICES, build
from tests.fleet_samples import NOW
from tests.letting_in import letting_in

NAME = "overview_page"
ROUNDS = 7
PAGES = {
    "overview_milliseconds": "/",
    "devices_milliseconds": "/devices",
    "search_milliseconds": "/devices?q=pf00A",
    "school_milliseconds": "/schools/school-0007",
}


async def time_pages() -> dict[str, float]:
    """The shortest time of each page; they take turns."""
    with tempfile.TemporaryDirectory() as folder:
        async with open_store(f"sqlite:///{Path(folder) / 'homeroom.db'}") as store:
            app = letting_in()
            app.add_routes(site.routes(build(DEVICES), CollectorRegistry(), store=store, clock=lambda: NOW))
            runner = web.AppRunner(app, access_log=None)
            await runner.setup()
            try:
                await web.TCPSite(runner, "127.0.0.1", 0).start()
                return await _asked(f"http://127.0.0.1:{runner.addresses[0][1]}")
            finally:
                await runner.cleanup()


async def _asked(url: str) -> dict[str, float]:
    best = dict.fromkeys(PAGES, float("inf"))
    async with aiohttp.ClientSession() as http:
        for _ in range(ROUNDS):
            for name, path in PAGES.items():
                gc.collect()
                started = time.process_time()
                async with http.get(url + path) as answer:
                    assert answer.status == 200, path
                    await answer.read()
                best[name] = min(best[name], (time.process_time() - started) * 1000)
    return {name: round(value, 1) for name, value in best.items()}


def measure() -> dict[str, object]:
    """Milliseconds of each page, with their bars."""
    return {"devices": DEVICES, **asyncio.run(time_pages()), "bars": {name: ["<", 300] for name in PAGES}}


if __name__ == "__main__":
    print(json.dumps(measure()))
