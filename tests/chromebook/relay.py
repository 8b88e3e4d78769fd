"""A forward proxy that logs every connection of a browser and lets it reach the collector only."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

_HOP_BY_HOP = {"host", "connection", "proxy-connection", "content-length", "transfer-encoding", "accept-encoding"}


@dataclass
class Seen:
    """One request, and what became of it; ``answer`` None is a collector that was not there."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes
    status: int | None = None
    answer: bytes = b""

    def reports(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(gzip.decompress(self.body))["reports"]
        return found


@dataclass
class Relay:
    """What a browser asked for. ``port`` is the proxy's."""

    collector: str
    http: aiohttp.ClientSession
    port: int = 0
    seen: list[Seen] = field(default_factory=list)
    in_the_way: web.Response | None = None
    unanswered: str = ""
    """A path of the collector whose answers never arrive."""

    def posts(self, path: str = "/api/v1/reports") -> list[Seen]:
        return [each for each in self.seen if each.method == "POST" and each.url == self.collector + path]

    def taken(self) -> list[dict[str, Any]]:
        """Every report in a request that the collector said it took, in order of arrival, repeats included."""
        return [report for each in self.posts() if each.status == 200 for report in each.reports()]

    def duplicates(self) -> int:
        return sum(json.loads(each.answer)["duplicates"] for each in self.posts() if each.status == 200)

    async def pass_on(self, request: web.BaseRequest) -> web.StreamResponse:
        url = str(request.url) if request.method != "CONNECT" else f"connect:{request.raw_path}"
        seen = Seen(request.method, url, dict(request.headers), await request.read())
        self.seen.append(seen)
        if not url.startswith(self.collector + "/"):
            return web.Response(status=403)
        if self.in_the_way is not None and "/api/" in url:
            return web.Response(
                status=self.in_the_way.status, body=self.in_the_way.body, headers=self.in_the_way.headers
            )
        return await self._collectors(request, seen)

    async def _collectors(self, request: web.BaseRequest, seen: Seen) -> web.StreamResponse:
        headers = {name: value for name, value in seen.headers.items() if name.lower() not in _HOP_BY_HOP}
        try:
            async with self.http.request(seen.method, seen.url, headers=headers, data=seen.body) as answer:
                seen.status, seen.answer = answer.status, await answer.read()
                if self.unanswered and seen.method == "POST" and seen.url.endswith(self.unanswered):
                    await asyncio.Future()
                kept = {name: value for name, value in answer.headers.items() if name.lower() not in _HOP_BY_HOP}
                return web.Response(status=answer.status, body=seen.answer, headers=kept)
        except aiohttp.ClientConnectionError:
            assert request.transport is not None
            request.transport.abort()  # nobody is there, as on the wire
            return web.Response(status=502)


@asynccontextmanager
async def relaying(collector: str) -> AsyncIterator[Relay]:
    async with aiohttp.ClientSession(auto_decompress=False, timeout=aiohttp.ClientTimeout(total=10)) as http:
        relay = Relay(collector, http)
        runner = web.ServerRunner(web.Server(relay.pass_on, auto_decompress=False), shutdown_timeout=1)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            relay.port = runner.addresses[0][1]
            yield relay
        finally:
            await runner.cleanup()
