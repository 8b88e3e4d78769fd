"""``/set-up``: enrolment tokens, how to install the agent with each, and how Homeroom itself is."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from aiohttp import web

from homeroom_agent import __version__
from homeroom_collector import strict
from homeroom_collector.access import OPERATORS, admitted, requires, role
from homeroom_collector.errors import RefusedError
from homeroom_collector.fleet import Fleet
from homeroom_collector.store import tokens
from homeroom_collector.store.tokens import Token
from homeroom_collector.views.pages.frame import Frame
from homeroom_collector.views.pages.health import Health
from homeroom_collector.views.pages.words import Moment, moment

_MOST_TEXT = 100
_MOST_USES = 1_000_000


def routes(frame: Frame, health: Health) -> list[web.RouteDef]:
    """Routes of the page and its forms. Tokens are of the district's: whoever holds a role for a school makes none."""
    page = _SetUp(frame, health)
    return requires(
        role(*OPERATORS),
        web.get("/set-up", page.show),
        web.post("/set-up/tokens", page.make),
        web.post("/set-up/tokens/{token_id}/revoke", page.revoke),
    )


class _SetUp:
    def __init__(self, frame: Frame, health: Health) -> None:
        self._frame = frame
        self._health = health

    async def show(self, request: web.Request) -> web.Response:
        """The page."""
        return await self._page(request)

    async def make(self, request: web.Request) -> web.Response:
        """Make a token. It is shown once, on the page that answers."""
        wanted = _wanted({name: str(value) for name, value in (await request.post()).items()}, self._frame.fleet)
        now = self._frame.clock()
        expires = wanted.pop("expires")
        create = partial(tokens.create, now=now, expires_at=now + expires if expires else None, **wanted)
        text = await self._frame.store.write(create)
        return await self._page(request, made=text, school_id=wanted["school_id"])

    async def revoke(self, request: web.Request) -> web.Response:
        """Make a token worthless."""
        token_id, now = request.match_info["token_id"], self._frame.clock()
        if not await self._frame.store.write(partial(tokens.revoke, token_id=token_id, now=now)):
            raise RefusedError(404, "there is no such token, or it was revoked before")
        return web.Response(status=303, headers={"Location": "/set-up#tokens"})

    async def _page(self, request: web.Request, made: str = "", school_id: str = "") -> web.Response:
        listed = await self._frame.store.read(tokens.listed)
        states = self._frame.states(admitted(request))
        choices = sorted((state.school.name, state.school.school_id) for state in states)
        health = await self._health.rows(self._frame.clock())
        base = f"{self._health.scheme_of(request)}://{request.host}"

        def make(now: float) -> dict[str, Any]:
            return {
                "made": made,
                "school_id": school_id,
                "base": base,
                "version": __version__,
                "choices": choices,
                "tokens": [_row(token, now, self._frame) for token in reversed(listed)],
                "health": health,
            }

        return await self._frame.show(request, "set_up.html", "set-up", make)


def _row(token: Token, now: float, frame: Frame) -> dict[str, Any]:
    expires: Moment | None = moment(token.expires_at, now, frame.zone)
    return {
        "token": token,
        "state": token.state(now),
        "expires": expires,
        "made": moment(token.created_at, now, frame.zone),
    }


def _wanted(form: Mapping[str, str], fleet: Fleet) -> dict[str, Any]:
    """What a form asks for. Raises RefusedError 422 with what cannot be meant."""
    school_id = form.get("school", "")
    if not school_id or fleet.school(school_id) is None:
        raise RefusedError(422, "choose the school of the devices")
    uses = form.get("uses", "").strip()
    if uses and not (uses.isascii() and uses.isdigit() and 1 <= int(uses) <= _MOST_USES):
        raise RefusedError(422, f"number of devices: write a whole number from 1 to {_MOST_USES}, or nothing")
    try:
        expires = strict.seconds(form["expires"]) if form.get("expires") else None
    except ValueError as error:
        raise RefusedError(422, f"how long it is good: {error}") from None
    return {
        "school_id": school_id,
        "grade_band": form.get("grade_band", "").strip()[:_MOST_TEXT],
        "label": form.get("label", "").strip()[:_MOST_TEXT],
        "uses_allowed": int(uses) if uses else None,
        "expires": expires,
    }
