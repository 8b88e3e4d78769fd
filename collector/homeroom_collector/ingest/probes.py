"""What a load balancer asks: does the process live, and does the store take reports."""

from __future__ import annotations

from aiohttp import web

from homeroom_collector.errors import CollectorError, StoreUnavailableError
from homeroom_collector.ingest.commit import GroupCommit
from homeroom_collector.store import Store

_LONG_SECONDS = 10.0
"""Twice what a lock is waited for: a commit that takes longer hangs at the disk."""


def probe_routes(store: Store, commit: GroupCommit) -> list[web.RouteDef]:
    """Make ``/healthz`` and ``/readyz``."""

    async def readyz(_request: web.Request) -> web.Response:
        """Ready means: the store takes reports. After a failed commit, only a commit that works proves it."""
        try:
            if (seconds := commit.under_way_seconds) > _LONG_SECONDS:
                raise StoreUnavailableError(
                    f"a commit has been under way for {seconds:.0f} s: the disk is slow or hangs"
                )
            if commit.failure is not None:
                await commit.prove()
            await store.check()
        except (CollectorError, TimeoutError) as error:
            return web.Response(status=503, text=f"not ready: {error}\n", headers={"Retry-After": "5"})
        return web.Response(text="ready\n")

    return [web.get("/healthz", _healthz), web.get("/readyz", readyz)]


async def _healthz(_request: web.Request) -> web.Response:
    return web.Response(text="alive\n")
