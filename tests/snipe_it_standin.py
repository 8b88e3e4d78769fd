"""Snipe-IT's list of hardware on loopback: pages, archived assets apart, both shapes of throttling, errors with 200.

Shapes are those of its API reference (https://snipe-it.readme.io/reference/hardware-list) and of what its transformers
write: texts escaped for a web page, amounts as formatted text, dates as objects, people under ``assigned_to``.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

TOKEN = "snipe-token-of-the-test"
PUPIL = "Sammy Secret"
_MAX_RESULTS = 500


def asset(number: int, **changed: Any) -> dict[str, Any]:
    """One row, with a pupil wherever Snipe-IT would name one."""
    row = {
        "id": number,
        "name": f"Laptop of {PUPIL}",
        "asset_tag": f"A{number:05d}",
        "serial": f"S{number:05d}",
        "model": {"id": 1, "name": "Chromebook 11 &amp; Stylus"},
        "model_number": "100e",
        "status_label": {"id": 2, "name": "Issued", "status_type": "deployable", "status_meta": "deployed"},
        "category": {"id": 1, "name": "Chromebook"},
        "manufacturer": {"id": 1, "name": "Lenovo"},
        "company": None,
        "location": {"id": 5, "name": "Hill"},
        "rtd_location": {"id": 6, "name": "Depot"},
        "assigned_to": {"id": 9, "username": "ssecret", "name": PUPIL, "type": "user", "employee_number": "4711"},
        "notes": f"cracked by {PUPIL}",
        "warranty_months": "36 months",
        "warranty_expires": {"date": "2027-08-15", "formatted": "08/15/2027"},
        "purchase_date": {"date": "2024-08-15", "formatted": "08/15/2024"},
        "purchase_cost": "1,249.50",
        "order_number": "PO-7",
        "custom_fields": {
            "Funding": {"field": "_snipeit_funding_1", "value": "Title I", "field_format": "ANY"},
            "Student": {"field": "_snipeit_student_2", "value": PUPIL, "field_format": "ANY"},
        },
        "deleted_at": None,
    }
    return row | changed


@dataclass(slots=True)
class SnipeIt:
    """What it has, and how it behaves. ``troubles`` are answered before anything else, in order."""

    assets: list[dict[str, Any]]
    archived: list[dict[str, Any]] = field(default_factory=list)
    troubles: list[web.Response] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    most: int = _MAX_RESULTS
    url: str = ""

    async def hardware(self, request: web.Request) -> web.Response:
        """``GET /api/v1/hardware``."""
        self.asked.append(dict(request.query))
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.json_response({"error": "Unauthorized or unauthenticated."}, status=401)
        if self.troubles:
            return self.troubles.pop(0)
        rows = self.archived if request.query.get("status") == "Archived" else self.assets
        offset, limit = int(request.query.get("offset", 0)), min(int(request.query.get("limit", 50)), self.most)
        return web.json_response({"total": len(rows), "rows": rows[offset : offset + limit]})


def throttled(seconds: int) -> web.Response:
    """As Snipe-IT's own limit says it: in the body, without a header."""
    body = {
        "status": "error",
        "messages": f"Too many requests. Try again in {seconds} seconds.",
        "status_code": 429,
        "retryAfter": seconds,
    }
    return web.json_response(body, status=429)


def framework_throttled(seconds: int) -> web.Response:
    """As the framework below it says it: by the header."""
    body = {"status": "error", "messages": 429, "payload": None}
    return web.json_response(body, status=429, headers={"Retry-After": str(seconds)})


def refused(message: str) -> web.Response:
    """An error that comes with status 200."""
    return web.json_response({"status": "error", "messages": message, "payload": None})


@asynccontextmanager
async def running(snipe: SnipeIt) -> AsyncIterator[SnipeIt]:
    """Serve it until the block ends."""
    app = web.Application()
    app.add_routes([web.get("/api/v1/hardware", snipe.hardware)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        snipe.url = f"http://{host}:{port}"
        yield snipe
    finally:
        await runner.cleanup()
