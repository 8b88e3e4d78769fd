"""``GET /openapi.json``: every call under ``/api/v1``, read from the routes themselves, so that it cannot lie."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from aiohttp import web
from aiohttp.abc import AbstractView

from homeroom_agent import __version__
from homeroom_collector.access import OPEN, requires
from homeroom_collector.access.need import Need, need_of
from homeroom_collector.views.api import shapes
from homeroom_collector.views.api.described import gives_csv, parameters_of

_PREFIX = "/api/v1/"
_MAKES = frozenset({"/api/v1/enroll"})
_WHY = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
_PART = re.compile(r"\{(\w+)(?::[^{}]*(?:\{[^{}]*\})?[^{}]*)?\}")


def routes() -> list[web.RouteDef]:
    """Route of the description."""

    async def openapi(request: web.Request) -> web.Response:
        """Describe every call."""
        return web.json_response(document(request.app))

    return requires(OPEN, web.get("/openapi.json", openapi))


def document(app: web.Application) -> dict[str, Any]:
    """The description of an application's calls (OpenAPI 3.1)."""
    paths: dict[str, dict[str, Any]] = {}
    for method, path, handler in calls(app):
        paths.setdefault(path, {})[method.lower()] = _operation(method, path, handler)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Homeroom", "version": __version__},
        "paths": dict(sorted(paths.items())),
        "components": {
            "securitySchemes": {
                "apiToken": {"type": "http", "scheme": "bearer", "description": "homeroom token create --kind api"},
                "deviceKey": {"type": "http", "scheme": "bearer", "description": "given at enrolment"},
                "session": {"type": "apiKey", "in": "cookie", "name": "homeroom_session"},
            },
            "schemas": {"Problem": _PROBLEM, **shapes.of_reports()},
        },
    }


_PROBLEM = {
    "type": "object",
    "description": "RFC 9457",
    "required": ["title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "request_id": {"type": "string", "description": "of an error of ours: the log has it, too"},
    },
}


def calls(app: web.Application) -> Iterator[tuple[str, str, Any]]:
    """Method, path and handler of every call; a path's parts are named in braces."""
    for route in app.router.routes():
        path = _PART.sub(r"{\1}", route.resource.canonical if route.resource else "")
        if path.startswith(_PREFIX) and route.method not in ("*", "HEAD"):
            yield route.method, path, route.handler


def _operation(method: str, path: str, handler: type[AbstractView] | Any) -> dict[str, Any]:
    need = need_of(handler)
    summary = _summary(handler)
    taken = _body(method, path)
    return (
        {
            "summary": summary,
            "parameters": [*_in_path(path), *_in_query(handler)],
            "security": _security(need),
            "responses": {
                "201" if path in _MAKES else "200": {"description": "done", "content": _content(method, path, handler)},
                **{str(status): {"description": text, "content": _WHY} for status, text in shapes.REFUSALS.items()},
            },
        }
        | ({"requestBody": taken} if taken else {})
        | ({"x-roles": sorted(need.roles)} if need and need.roles else {})
    )


def _content(method: str, path: str, handler: Any) -> dict[str, Any]:
    if method == "GET" and (method, path) in shapes.BYTES:
        return {"application/octet-stream": {}}
    content: dict[str, Any] = {"application/json": {"schema": shapes.GIVES[method, path]}}
    return content | ({"text/csv": {"schema": {"type": "string"}}} if gives_csv(handler) else {})


def _body(method: str, path: str) -> dict[str, Any] | None:
    if method == "POST" and (method, path) in shapes.BYTES:
        return {"content": {"application/octet-stream": {}}}
    shape = shapes.TAKES.get((method, path))
    required = "required" in shape and bool(shape["required"]) if shape else False
    return {"required": required, "content": {"application/json": {"schema": shape}}} if shape else None


def _in_path(path: str) -> list[dict[str, Any]]:
    names = re.findall(r"\{(\w+)\}", path)
    return [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]


def _in_query(handler: Any) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "query", "description": text, "schema": {"type": "string"}}
        for name, text in parameters_of(handler).items()
    ]


def _security(need: Need | None) -> list[dict[str, list[str]]]:
    if need is None or need.kind in ("open", "visitor"):
        return []
    return [{"deviceKey": []}] if need.kind == "device" else [{"apiToken": []}, {"session": []}]


def _summary(handler: Any) -> str:
    """The first line of the docstring, without the call that some name there."""
    first = (handler.__doc__ or "").strip().split("\n", maxsplit=1)[0]
    return re.sub(r"^``[^`]*``: ", "", first)
