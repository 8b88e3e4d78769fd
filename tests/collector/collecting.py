"""A real collector inside a test: its own SQLite file, real HTTP on loopback."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import sqlalchemy as sa
from aiohttp import web

from fresh_stores import sqlite_at
from homeroom_collector.access.link import make_link
from homeroom_collector.access.roles import Grant, Role, encode
from homeroom_collector.app import COLLECTOR, Collector, build
from homeroom_collector.clock import Clock
from homeroom_collector.config import Settings, StoreSettings
from homeroom_collector.model import School
from homeroom_collector.serving import runner_of, site_of
from homeroom_collector.store import api_tokens, open_store, schools, tokens

SCHOOLS = (School(school_id="lincoln", name="Lincoln"), School(school_id="roosevelt", name="Roosevelt"))


def report(sequence: int = 1, **sections: Any) -> dict[str, Any]:
    """The smallest report, with what is asked for on top."""
    now = time.time()
    return {"source": "agent", "sequence": sequence, "measured_at": now, "sent_at": now, **sections}


def role(name: str, *school_ids: str) -> Grant:
    """A role for some schools, or for the whole district."""
    return Grant(Role(name), frozenset(school_ids) or None)


class Running:
    """One collector and one client of it."""

    def __init__(self, app: web.Application, http: aiohttp.ClientSession, url: str, runner: web.AppRunner) -> None:
        self.app, self.http, self.url, self.runner = app, http, url, runner
        self.collector: Collector = app[COLLECTOR]

    async def token(self, school_id: str = "lincoln", **limits: Any) -> str:
        create = partial(tokens.create, school_id=school_id, now=time.time(), **limits)
        return await self.collector.store.write(create)

    async def enroll(self, token: str | None = None, writer: str = "", **device: Any) -> tuple[int, dict[str, Any]]:
        token = token or await self.token()
        body = {"token": token, "device": {"platform": "linux", **device}, "writer": writer}
        async with self.http.post(f"{self.url}/api/v1/enroll", json=body) as answer:
            return answer.status, await answer.json(content_type=None)

    async def key(self, **device: Any) -> str:
        status, given = await self.enroll(**device)
        assert status == 201
        return str(given["device_key"])

    async def send(self, key: str, *reports: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        return await self.post(key, json.dumps({"reports": reports}).encode())

    async def post(self, key: str, body: bytes, **headers: str) -> tuple[int, dict[str, Any]]:
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json", **headers}
        async with self.http.post(f"{self.url}/api/v1/reports", data=body, headers=headers) as answer:
            self.headers = answer.headers
            return answer.status, await answer.json(content_type=None)

    async def zipped(self, key: str, body: bytes) -> tuple[int, dict[str, Any]]:
        return await self.post(key, gzip.compress(body), **{"Content-Encoding": "gzip"})

    async def api_token(self, grant: Grant, *, expires_at: float | None = None) -> str:
        """An API token that holds one role."""
        make = partial(api_tokens.create, grants=encode([grant]), label="test", now=time.time(), expires_at=expires_at)
        return await self.collector.store.write(make)

    async def read(self, path: str, grant: Grant) -> tuple[int, Any]:
        """What an API token is told: JSON as it is, anything else as text."""
        headers = {"Authorization": f"Bearer {await self.api_token(grant)}"}
        async with self.http.get(self.url + path, headers=headers, allow_redirects=False) as answer:
            return answer.status, await (answer.json() if "json" in answer.content_type else answer.text())

    async def signed_in(self, grant: Grant) -> aiohttp.ClientSession:
        """A browser in which somebody has signed in by a one-time link; to be closed by the caller."""
        link = await make_link(self.collector.store, self.url, "somebody", grant, time.time() + 60)
        # Cookies of an address without a name are kept only on demand.
        browser = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True), headers={"Accept": "text/html"})
        async with browser.get(link, allow_redirects=False) as answer:
            assert answer.status == 303
        return browser

    async def answer(self, *, accepted: int = 0, duplicates: int = 0) -> dict[str, Any]:
        settings = self.collector.settings.agents.told()
        return {"accepted": accepted, "duplicates": duplicates, "rejected": [], "settings": settings}

    async def ready(self) -> int:
        async with self.http.get(f"{self.url}/readyz") as answer:
            return answer.status

    async def pragma(self, pragma: str) -> Any:
        """Run a PRAGMA on the one connection that writes, outside a transaction."""
        engine = self.collector.store._database._engines[True]
        return await asyncio.to_thread(_pragma, engine, pragma)

    def full(self) -> bool:
        """Whether no more reports may wait."""
        return self.collector.commit._queued >= self.collector.settings.ingest.queue_reports

    async def rows(self, query: str) -> list[tuple[Any, ...]]:
        return await self.collector.store.read(
            lambda connection: [tuple(row) for row in connection.execute(sa.text(query))]
        )


def _pragma(engine: sa.Engine, pragma: str) -> Any:
    with contextlib.closing(engine.raw_connection()) as connection:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA {pragma}")
        row = cursor.fetchone()
        cursor.close()
        return row and row[0]


@asynccontextmanager
async def collecting(settings: Settings, clock: Clock | None = None) -> AsyncIterator[Running]:
    """Run a collector until the block ends; ``clock`` is another than the system's."""
    async with open_store(settings.store.url) as store:
        await store.write(lambda connection: schools.put(connection, SCHOOLS))
    app = build(settings, clock=clock)
    runner = runner_of(app, stop_seconds=10)
    await runner.setup()
    try:
        await site_of(runner, replace(settings.listen, port=0), app[COLLECTOR].registry).start()
        host, port = runner.addresses[0][:2]
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as http:
            yield Running(app, http, f"http://{host}:{port}", runner)
    finally:
        await runner.cleanup()


def settings_at(folder: Path, **changed: Any) -> Settings:
    """Settings with a store of the test's own."""
    return Settings(store=StoreSettings(url=sqlite_at(folder)), **changed)
