"""Errors on the wire: ``application/problem+json`` (RFC 9457), with a detail a person can act on."""

from __future__ import annotations

import functools
import logging
import math
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any

import msgspec
from aiohttp import web

from homeroom_collector.errors import RefusedError, StoreUnavailableError
from homeroom_collector.http import request_id

_log = logging.getLogger(__name__)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
CONTENT_TYPE = "application/problem+json"
STORE_RETRY_SECONDS = 30.0


class BusyError(RefusedError):
    """More arrives than can be taken in; the same request will be taken later."""

    permanent = False

    def __init__(self, status: int, detail: str, *, retry_after_seconds: float) -> None:
        super().__init__(status, detail)
        self.retry_after_seconds = retry_after_seconds


def problem(
    status: int, detail: str, *, headers: Mapping[str, str] | None = None, more: Mapping[str, Any] | None = None
) -> web.Response:
    """Make the answer. ``more`` adds members beside those of the RFC; an error of ours names the request."""
    named = request_id.current() if status >= 500 else ""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": sayable(detail),
        **({"request_id": named} if named else {}),
        **(more or {}),
    }
    return web.Response(status=status, body=msgspec.json.encode(body), content_type=CONTENT_TYPE, headers=headers)


def sayable(text: str) -> str:
    """A text that can be written as UTF-8: JSON can name half a character, and an error may repeat it."""
    return text.encode("utf-8", "replace").decode()


def answering_problems(handler: Handler) -> Handler:
    """Turn the errors of a handler into problem answers; 503 and 429 say when to come back."""

    @functools.wraps(handler)
    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except (RefusedError, StoreUnavailableError) as error:
            return told(error)

    return answer


def told(error: RefusedError | StoreUnavailableError) -> web.Response:
    """An error as a problem; what may be cured by waiting says for how long."""
    if isinstance(error, StoreUnavailableError):
        _log.debug("not answered: %s", error)  # of agents' requests there are thousands, and why is said elsewhere
        return problem(503, str(error), headers=_retry_after(STORE_RETRY_SECONDS))
    headers = {"WWW-Authenticate": "Bearer"} if error.status == HTTPStatus.UNAUTHORIZED else None
    if isinstance(error, BusyError):
        headers = _retry_after(error.retry_after_seconds)
    return problem(error.status, str(error), headers=headers)


def unknown_calls() -> web.RouteDef:
    """Answers for everything under ``/api`` that no other route takes; to be added last."""
    return web.route("*", "/api/{call:.*}", _unknown)


async def _unknown(request: web.Request) -> web.Response:
    same_path = [
        route for route in request.app.router.routes() if route.resource and route.resource.canonical == request.path
    ]
    if not same_path:
        return problem(404, f"{request.path}: no such call")
    allowed = ", ".join(sorted({route.method for route in same_path}))
    return problem(405, f"{request.method} is not understood here; allowed: {allowed}", headers={"Allow": allowed})


def _retry_after(seconds: float) -> dict[str, str]:
    return {"Retry-After": str(max(1, math.ceil(seconds)))}
