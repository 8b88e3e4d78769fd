"""``/standards``, ``/erate``, ``/equity`` and ``/register``: what the technology director asks, as tables."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial
from importlib import resources
from typing import Any

from aiohttp import web

from homeroom_collector.access import PEOPLE, Admitted, admitted, requires, role
from homeroom_collector.decisions.answers import ANSWERS
from homeroom_collector.decisions.board import Board
from homeroom_collector.decisions.scope import Scope
from homeroom_collector.views.charts import Bars, bars
from homeroom_collector.views.pages.answer_table import AnswerTable, answer_table
from homeroom_collector.views.pages.frame import Frame
from homeroom_collector.views.pages.query import page_number
from homeroom_collector.views.pages.words import percent


@dataclass(frozen=True, slots=True)
class Part:
    """One table of a page: a view of an answer, its heading, and a sentence on it."""

    answer: str
    view: str
    title: str
    note: str


@dataclass(frozen=True, slots=True)
class Subject:
    """One page."""

    path: str
    title: str
    lead: str
    parts: tuple[Part, ...]


@cache
def subjects() -> tuple[Subject, ...]:
    """All pages, as ``subjects.toml`` lists them."""
    text = resources.files(__package__).joinpath("subjects.toml").read_text(encoding="utf-8")
    return tuple(
        Subject(**each | {"parts": tuple(Part(**part) for part in each["parts"])})
        for each in tomllib.loads(text)["subject"]
    )


def routes(frame: Frame) -> list[web.RouteDef]:
    """Routes of all subjects."""
    return requires(
        role(*PEOPLE, schools="own"), *(web.get(subject.path, _page(frame, subject)) for subject in subjects())
    )


def _page(frame: Frame, subject: Subject) -> Any:
    async def answer(request: web.Request) -> web.Response:
        """A subject's tables."""
        reader, wanted = admitted(request), dict(request.query.items())
        work = partial(_tables, subject, frame.board(), reader, wanted)
        return await frame.show(request, "answer.html", subject.path.strip("/"), work)

    return answer


def _tables(
    subject: Subject, board: Board | None, reader: Admitted, wanted: dict[str, str], now: float
) -> dict[str, Any]:
    del now
    scope = Scope(reader.schools)
    parts = [(part, _table(part, board, scope, wanted)) for part in subject.parts] if board else []
    return {"subject": subject, "parts": parts, "ready": board is not None, "chart": _chart(subject, board, reader)}


def _table(part: Part, board: Board, scope: Scope, wanted: dict[str, str]) -> AnswerTable:
    view = ANSWERS[part.answer].views[part.view]
    number = page_number(wanted.get(part.view, ""))
    return answer_table(view.rows(board, scope), view.columns, number, school_names(board))


def school_names(board: Board) -> dict[str, str]:
    """Names of all schools by their id."""
    return {school.school_id: school.name for school in board.district.schools}


def _chart(subject: Subject, board: Board | None, reader: Admitted) -> Bars | None:
    if board is None or subject.path != "/standards":
        return None
    rows = ANSWERS["standards"].views["school"].rows(board, Scope(reader.schools))
    names = school_names(board)
    known: Sequence[tuple[str, float]] = [
        (str(names.get(row["school_id"], row["school_id"])), row["pass_ratio"])
        for row in rows
        if row["pass_ratio"] is not None
    ]
    return bars("Devices that meet the minimum, of those that can be judged", known[:12], say=percent, highest=1.0)
