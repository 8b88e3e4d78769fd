"""Where connections come in."""

from __future__ import annotations

import asyncio
import ssl
import sys

from aiohttp import web

from homeroom_collector.http.connection import Connection
from homeroom_collector.http.doorkeeper import Doorkeeper
from homeroom_collector.http.settings import ConnectionSettings
from homeroom_collector.http.whole import Lane

LANE = web.AppKey("lane", Lane)
"""The call of an application that is answered without aiohttp where that can be."""

_BACKLOG = 1_024


class Site(web.BaseSite):
    """A TCP port of a runner, whose connections are bounded."""

    __slots__ = ("_bounds", "_doorkeeper", "_host", "_lane", "_port")

    def __init__(
        self,
        runner: web.AppRunner,
        host: str,
        port: int,
        *,
        doorkeeper: Doorkeeper,
        bounds: ConnectionSettings,
        lane: Lane | None = None,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        super().__init__(runner, ssl_context=ssl_context, backlog=_BACKLOG)
        self._host, self._port, self._doorkeeper, self._bounds = host, port, doorkeeper, bounds
        self._lane = lane

    @property
    def name(self) -> str:
        """Where it is."""
        return f"{'https' if self._ssl_context else 'http'}://{self._host}:{self._port}"

    async def start(self) -> None:
        """Listen. Raises OSError where that is not possible."""
        await super().start()
        server = self._runner.server
        assert isinstance(server, web.Server)
        self._server = await asyncio.get_running_loop().create_server(
            lambda: Connection(server, self._doorkeeper, self._bounds, self._lane),
            self._host,
            self._port,
            ssl=self._ssl_context,
            ssl_handshake_timeout=self._bounds.handshake if self._ssl_context else None,
            backlog=_BACKLOG,
        )


_SPARE_FILES = 256
"""The store, its log, polled devices, help desks, and those whose TLS handshake goes on, which nobody counts yet."""


def files_for(connections: int) -> int:
    """How many connections this process can hold open, at most as many as wanted.

    Asks the system for leave to open as many files: the usual soft limit of 1,024 is for programs that use select().
    """
    if sys.platform == "win32":
        return connections
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + _SPARE_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return connections if soft == resource.RLIM_INFINITY else max(1, min(connections, soft - _SPARE_FILES))
