"""Doors for tests of single views: whoever comes is let in, as the test says."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from homeroom_collector.access.headers import secure
from homeroom_collector.access.need import ADMITTED, DOOR, Admitted, Handler, Need
from homeroom_collector.store import Store

EVERYTHING = Admitted(None, None)


@dataclass(frozen=True)
class OpenDoor:
    """Lets everybody in, and keeps to the security headers of the real door."""

    reader: Admitted = EVERYTHING

    async def answer(self, request: web.Request, need: Need, handler: Handler) -> web.StreamResponse:
        request[ADMITTED] = self.reader
        response = await handler(request)
        if not response.prepared:
            secure(response, request.scheme)
        return response


def letting_in(reader: Admitted = EVERYTHING) -> web.Application:
    """An application without routes whose door is open."""
    app = web.Application()
    app[DOOR] = OpenDoor(reader)
    return app


def unused_store() -> Store:
    """For views of which a test asks nothing that is kept; it is never opened."""
    return Store("sqlite:///never-opened.db")
