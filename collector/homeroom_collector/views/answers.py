"""``GET /api/v1/standards`` and its like: the technology director's answers, each reader's own schools only.

``by`` names the view, ``school`` narrows it, ``format`` is ``json`` or ``csv``, ``offset`` and ``limit`` cut out a
part.
"""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from homeroom_collector.access import PEOPLE, admitted, requires, role
from homeroom_collector.decisions.answers import ANSWERS, Answer, Row, View
from homeroom_collector.decisions.newest import Decided, Newest
from homeroom_collector.decisions.scope import Scope
from homeroom_collector.errors import RefusedError
from homeroom_collector.http.problem import BusyError
from homeroom_collector.spreadsheet import cell

_FORMATS = ("json", "csv")
_WORKING_SECONDS = 10.0


def routes(newest: Newest) -> list[web.RouteDef]:
    """One route for each answer."""
    calls = [web.get(f"/api/v1/{name}", _handler(answer, newest)) for name, answer in ANSWERS.items()]
    return requires(role(*PEOPLE, schools="own"), *calls)


def _handler(answer: Answer, newest: Newest) -> Callable[[web.Request], Any]:
    async def get(request: web.Request) -> web.Response:
        """Rows of one answer."""
        asked = _Asked.of(request, answer)
        decided = newest()
        if decided is None:
            raise BusyError(503, "not worked out yet; try again soon", retry_after_seconds=_WORKING_SECONDS)
        scope = Scope(admitted(request).schools).only(asked.school_id)
        body = await asyncio.to_thread(asked.body, decided, scope)
        return web.Response(body=body, content_type=asked.content_type, charset="utf-8")

    return get


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What one request asks for."""

    answer: Answer
    by: str
    school_id: str | None
    style: str
    offset: int
    limit: int | None

    @classmethod
    def of(cls, request: web.Request, answer: Answer) -> _Asked:
        """Read the query. Raises RefusedError for what cannot be meant."""
        query = request.query
        known = ("by", "school", "format", "offset", "limit")
        if unknown := sorted(set(query) - set(known)):
            raise RefusedError(400, f"{unknown[0]}: not understood here; known: {', '.join(known)}")
        limit = query.get("limit")
        return cls(
            answer=answer,
            by=_one_of(query.get("by", answer.usual), "by", tuple(answer.views)),
            school_id=query.get("school"),
            style=_one_of(query.get("format", "json"), "format", _FORMATS),
            offset=_number(query.get("offset", "0"), "offset"),
            limit=None if limit is None else _number(limit, "limit"),
        )

    @property
    def content_type(self) -> str:
        return "application/json" if self.style == "json" else "text/csv"

    def body(self, decided: Decided, scope: Scope) -> bytes:
        """Write the answer. Takes a while for a large district, and belongs into a thread."""
        view = self.answer.views[self.by]
        rows = view.rows(decided.board, scope)
        end = None if self.limit is None else self.offset + self.limit
        part = [{name: row[name] for name in view.columns} for row in rows[self.offset : end]]
        if self.style == "csv":
            return _csv(view, part)
        document = {
            "answer": self.answer.name,
            "by": self.by,
            "day": decided.board.today.isoformat(),
            "worked_out_at": decided.at,
            "total": len(rows),
            "offset": self.offset,
            "rows": part,
        }
        return json.dumps(document, ensure_ascii=False).encode()


def _csv(view: View, rows: Sequence[Row]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(view.columns)
    writer.writerows([cell(row[name]) for name in view.columns] for row in rows)
    return text.getvalue().encode()


def _one_of(text: str, name: str, known: Sequence[str]) -> str:
    if text not in known:
        raise RefusedError(400, f"{name}: {text!r} is not one of: {', '.join(known)}")
    return text


def _number(text: str, name: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise RefusedError(400, f"{name}: {text[:40]!r} is not a whole number")
    return int(text)
