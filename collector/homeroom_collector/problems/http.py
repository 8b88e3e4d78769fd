"""Problems over HTTP: the list, one, and acknowledging it. Who may do what is decided by who mounts these handlers.

``reader`` gives the schools that a caller may see (None: all), ``writer`` the name of one who may act on a school.
Both raise RefusedError.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Collection
from functools import partial
from typing import Any

import msgspec
from aiohttp import web

from homeroom_collector.errors import RefusedError
from homeroom_collector.rules.problem_state import State
from homeroom_collector.store import Store, problem_list, problem_people
from homeroom_collector.store.problem_list import STATES, Wanted

Reader = Callable[[web.Request], Awaitable[Collection[str] | None]]
Writer = Callable[[web.Request, str], Awaitable[str]]
PROBLEMS = "/api/v1/problems"
ONE = f"{PROBLEMS}/{{id:[0-9]{{1,18}}}}"
ACKNOWLEDGE = f"{ONE}/acknowledge"
_MOST = 1_000
_MOST_BODY_BYTES = 16_384


class Acknowledgement(msgspec.Struct, forbid_unknown_fields=True):
    """What is sent to acknowledge a problem."""

    note: str = ""


class ProblemCalls:
    """Handlers, without a place of their own."""

    def __init__(self, store: Store, reader: Reader, writer: Writer, clock: Callable[[], float] = time.time) -> None:
        self._store, self._reader, self._writer, self._clock = store, reader, writer, clock

    async def list(self, request: web.Request) -> web.Response:
        """Problems that the caller may see, the newest first; ``next`` continues where there are more."""
        wanted = _wanted(request.query, await self._reader(request))
        rows = await self._store.read(partial(problem_list.listed, wanted=wanted))
        last = rows[-1]["problem_id"] if len(rows) == wanted.most else None
        return _json({"problems": rows, "next": last})

    async def one(self, request: web.Request) -> web.Response:
        """One problem with members, effects and history."""
        return _json(await self._found(request, await self._reader(request)))

    async def acknowledge(self, request: web.Request) -> web.Response:
        """Say that somebody has seen it. The first one counts; saying it again changes nothing."""
        problem = await self._found(request, None)
        author = await self._writer(request, problem["school_id"])
        note = await _acknowledgement(request)
        number, now = problem["problem_id"], self._clock()
        act = partial(problem_people.acknowledge, problem_id=number, now=now, author=author, text=note)
        await self._store.write(act)
        return _json(await self._found(request, None))

    async def _found(self, request: web.Request, schools: Collection[str] | None) -> dict[str, Any]:
        number = int(request.match_info["id"])
        problem = await self._store.read(partial(problem_list.one, problem_id=number))
        if problem is None or (schools is not None and problem["school_id"] not in schools):
            raise RefusedError(404, f"problem {number} is not known")
        return problem


def _wanted(query: Any, schools: Collection[str] | None) -> Wanted:
    """Read the filters. Raises RefusedError 400 with what was wrong."""
    states = query.getall("state", [State.OPEN.value, State.RECOVERING.value])
    if wrong := [state for state in states if state not in STATES]:
        raise RefusedError(400, f"state: {wrong[0]!r} is not one of {', '.join(STATES)}")
    if "school" in query:
        asked = query.getall("school")
        schools = [school for school in asked if schools is None or school in schools]
    return Wanted(
        states=states,
        schools=schools,
        kind=query.get("kind"),
        severity=query.get("severity"),
        effects=query.get("effects") in ("1", "true"),
        after=_number(query, "after", None),
        most=min(_number(query, "limit", _MOST) or _MOST, _MOST),
    )


def _number(query: Any, name: str, default: int | None) -> int | None:
    text = query.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise RefusedError(400, f"{name}: {text[:40]!r} is not a number")
    return int(text)


async def _acknowledgement(request: web.Request) -> str:
    if (request.content_length or 0) > _MOST_BODY_BYTES:
        raise RefusedError(413, "the note is too long")
    body = await request.read()
    try:
        return msgspec.json.decode(body, type=Acknowledgement).note if body else ""
    except msgspec.DecodeError as error:
        raise RefusedError(400, f'send {{"note": "…"}} or nothing: {error}') from None


def _json(value: Any) -> web.Response:
    return web.Response(body=msgspec.json.encode(value), content_type="application/json")
