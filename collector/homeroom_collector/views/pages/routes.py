"""All pages, and the files that they load."""

from __future__ import annotations

from importlib import resources

from aiohttp import web

from homeroom_collector.access import OPEN, requires
from homeroom_collector.views.pages import (
    answers,
    device,
    home,
    network_map,
    parents,
    problems,
    quarantine,
    refresh,
    school,
    set_up,
)
from homeroom_collector.views.pages.frame import Frame
from homeroom_collector.views.pages.health import Health

_STATIC = {
    "homeroom.css": "text/css",
    "homeroom.svg": "image/svg+xml",
    "what-if.js": "text/javascript",
}


def routes(frame: Frame, health: Health) -> list[web.RouteDef]:
    """Routes of the pages."""
    pages = (answers, device, home, network_map, parents, problems, quarantine, refresh, school)
    return [
        *(route for page in pages for route in page.routes(frame)),
        *set_up.routes(frame, health),
        *requires(OPEN, web.get("/static/{name}", _static)),
    ]


async def _static(request: web.Request) -> web.Response:
    name = request.match_info["name"]
    if name not in _STATIC:
        raise web.HTTPNotFound
    body = (resources.files(__package__) / "static" / name).read_bytes()
    headers = {"Cache-Control": "max-age=3600", "X-Content-Type-Options": "nosniff"}
    return web.Response(body=body, content_type=_STATIC[name], charset="utf-8", headers=headers)
