"""Leave for extensions to call the API from a browser: the CORS protocol of the Fetch standard, and nothing beyond it.

An extension without host permissions is an origin like any other, so the browser asks before it sends a report. Only
extensions that are named may call; this keeps out web pages, not programs, which need a key like everyone.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable

from aiohttp import web
from aiohttp.typedefs import Middleware
from multidict import CIMultiDict

_API = "/api/v1/"
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Content-Encoding",
    "Access-Control-Max-Age": "7200",  # Chromium remembers no longer
}
_READABLE = {"Access-Control-Expose-Headers": "Retry-After", "Cache-Control": "no-store"}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def letting_in(extensions: Iterable[str]) -> Middleware:
    """Answer the browser's questions on behalf of these extension ids, and let them read what they are answered."""
    origins = frozenset(f"chrome-extension://{each}" for each in extensions)

    @web.middleware
    async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
        origin = request.headers.get("Origin")
        if origin is None or not request.path.startswith(_API):
            return await handler(request)
        allowed = {"Access-Control-Allow-Origin": origin} if origin in origins else {}
        if allowed and request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
            return web.Response(status=204, headers=allowed | _PREFLIGHT | {"Vary": "Origin"})
        try:
            response = await handler(request)
        except web.HTTPException as error:  # aiohttp answers 404 and 405 by raising them
            _add(error.headers, allowed)
            raise
        _add(response.headers, allowed)
        return response

    return answer


def _add(headers: CIMultiDict[str], allowed: dict[str, str]) -> None:
    headers.add("Vary", "Origin")
    if allowed:
        headers.update(allowed | _READABLE)
