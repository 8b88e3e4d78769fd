"""What a load balancer asks: does the process live, and does the store take reports."""

from __future__ import annotations

from aiohttp import web

from homeroom_collector.errors import CollectorError
from homeroom_collector.ingest.commit import GroupCommit
from homeroom_collector.store import Store


def probe_routes(store: Store, commit: GroupCommit) -> list[web.RouteDef]:
    """Make ``/healthz`` and ``/readyz``."""

    async def readyz(_request: web.Request) -> web.Response:
        """Ready means: the store takes reports. After a failed commit, only a commit that works proves it."""
        try:
            if commit.failure is not None:
                await commit.prove()
            await store.check()
        except (CollectorError, TimeoutError) as error:
            return web.Response(status=503, text=f"not ready: {error}\n", headers={"Retry-After": "5"})
        return web.Response(text="ready\n")

    return [web.get("/healthz", _healthz), web.get("/readyz", readyz)]


async def _healthz(_request: web.Request) -> web.Response:
    return web.Response(text="alive\n")
