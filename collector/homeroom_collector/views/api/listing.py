"""Lists on the wire: pages by cursor, as JSON or as CSV, whichever the client likes.

``next`` in JSON, and the ``Link`` header in both, lead to the following page. A cursor is opaque; it stays right while
rows come and go, since it names the last row that was given and not a place.
"""

from __future__ import annotations

import base64
import binascii
import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import msgspec
from aiohttp import web

from homeroom_collector.errors import RefusedError
from homeroom_collector.spreadsheet import cell

MOST = 1_000
USUAL = 100
PARAMETERS = {
    "limit": f"how many rows at most, 1 to {MOST}; {USUAL} if not said",
    "cursor": "where to go on, as the page before said in next",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """Which page of a list; ``after`` is the key of the last row of the one before, empty for the first."""

    limit: int
    after: str


def asked(query: Mapping[str, str]) -> Asked:
    """Read ``limit`` and ``cursor``. Raises RefusedError 400."""
    text = query.get("limit", str(USUAL))
    if not (text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= MOST):
        raise RefusedError(400, f"limit: expected a whole number from 1 to {MOST}")
    return Asked(int(text), _read(query["cursor"]) if "cursor" in query else "")


def _read(cursor: str) -> str:
    try:
        return base64.b64decode(cursor.encode(), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        raise RefusedError(400, "cursor: not one of ours; leave it out to begin again") from None


def page(rows: Iterable[Mapping[str, Any]], key: str, wanted: Asked) -> tuple[list[Mapping[str, Any]], str | None]:
    """One page of rows that are sorted by ``key``, and the cursor of the next one, None where there is none."""
    found: list[Mapping[str, Any]] = []
    for row in rows:
        if row[key] > wanted.after:
            if len(found) == wanted.limit:
                return found, base64.urlsafe_b64encode(str(found[-1][key]).encode()).decode()
            found.append(row)
    return found, None


def answer(
    request: web.Request,
    name: str,
    columns: Sequence[str],
    rows: Sequence[Mapping[str, Any]],
    cursor: str | None = None,
) -> web.Response:
    """The list as the client likes it."""
    headers = {"Vary": "Accept"}
    if cursor is not None:
        query = urlencode({**request.query, "cursor": cursor})
        headers["Link"] = f'<{request.path}?{query}>; rel="next"'
    if wants_csv(request):
        return web.Response(text=as_csv(columns, rows), content_type="text/csv", charset="utf-8", headers=headers)
    body = msgspec.json.encode({name: rows, "next": cursor})
    return web.Response(body=body, content_type="application/json", headers=headers)


def wants_csv(request: web.Request) -> bool:
    """Whether CSV is asked for."""
    return "text/csv" in request.headers.get("Accept", "")


def as_csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """Rows as CSV."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([cell(row.get(name)) for name in columns] for row in rows)
    return out.getvalue()
