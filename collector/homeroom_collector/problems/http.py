"""Problems over HTTP: the list, one of them, and acknowledging it. Each caller sees the problems of their schools."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from functools import partial
from typing import Any

import msgspec
from aiohttp import web

from homeroom_collector.access import PEOPLE, RESPONDERS, Admitted, admitted, requires, role
from homeroom_collector.errors import RefusedError
from homeroom_collector.rules.problem_state import State
from homeroom_collector.store import Store, problem_list, problem_people
from homeroom_collector.store.problem_list import STATES, Wanted

PATH = "/api/v1/problems"
_ONE = f"{PATH}/{{id:[0-9]{{1,18}}}}"
_MOST = 1_000
_MOST_BODY_BYTES = 16_384


class Acknowledgement(msgspec.Struct, forbid_unknown_fields=True):
    """What is sent to acknowledge a problem."""

    note: str = ""


class ProblemCalls:
    """The calls on the problems of one store."""

    def __init__(self, store: Store, clock: Callable[[], float] = time.time) -> None:
        self._store, self._clock = store, clock

    def routes(self) -> list[web.RouteDef]:
        """Reading is for people and programs with a role, acknowledging for those who respond."""
        return [
            *requires(role(*PEOPLE, schools="own"), web.get(PATH, self._list), web.get(_ONE, self._show)),
            *requires(role(*RESPONDERS, schools="own"), web.post(f"{_ONE}/acknowledge", self._acknowledge)),
        ]

    async def _list(self, request: web.Request) -> web.Response:
        """Problems that the caller may see, the newest first; ``next`` continues where there are more."""
        wanted = _wanted(request.query, admitted(request).schools)
        rows = await self._store.read(partial(problem_list.listed, wanted=wanted))
        last = rows[-1]["problem_id"] if len(rows) == wanted.most else None
        return _json({"problems": rows, "next": last})

    async def _show(self, request: web.Request) -> web.Response:
        """One problem with its members, its effects and its history."""
        return _json(await self._found(request, admitted(request)))

    async def _acknowledge(self, request: web.Request) -> web.Response:
        """Say that somebody has seen it. The first one counts; saying it again changes nothing."""
        who = admitted(request)
        problem = await self._found(request, who)
        note, number = await _note(request), problem["problem_id"]
        author = who.caller.name if who.caller else ""
        act = partial(problem_people.acknowledge, problem_id=number, now=self._clock(), author=author, text=note)
        await self._store.write(act)
        return _json(await self._found(request, who))

    async def _found(self, request: web.Request, who: Admitted) -> dict[str, Any]:
        number = int(request.match_info["id"])
        problem = await self._store.read(partial(problem_list.one, problem_id=number))
        if problem is None or not who.sees(problem["school_id"]):
            raise RefusedError(404, f"problem {number} is not known")
        return problem


def _wanted(query: Any, schools: Collection[str] | None) -> Wanted:
    """Read the filters. Raises RefusedError 400 with what was wrong."""
    states = query.getall("state", [State.OPEN.value, State.RECOVERING.value])
    if wrong := [state for state in states if state not in STATES]:
        raise RefusedError(400, f"state: {wrong[0][:40]!r} is not one of {', '.join(STATES)}")
    if "school" in query:
        asked = query.getall("school")
        schools = [school for school in asked if schools is None or school in schools]
    return Wanted(
        states=states,
        schools=schools,
        kind=query.get("kind"),
        severity=query.get("severity"),
        effects=query.get("effects") in ("1", "true"),
        after=_number(query, "after"),
        most=max(1, min(_number(query, "limit") or _MOST, _MOST)),
    )


def _number(query: Any, name: str) -> int | None:
    text = query.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise RefusedError(400, f"{name}: {text[:40]!r} is not a number")
    return int(text)


async def _note(request: web.Request) -> str:
    if (request.content_length or 0) > _MOST_BODY_BYTES:
        raise RefusedError(413, "the note is too long")
    body = await request.read()
    try:
        return msgspec.json.decode(body, type=Acknowledgement).note if body else ""
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise RefusedError(400, f'send {{"note": "…"}} or nothing: {error}') from None


def _json(value: Any) -> web.Response:
    return web.Response(body=msgspec.json.encode(value), content_type="application/json")
