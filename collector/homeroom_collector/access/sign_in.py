"""``/sign-in``: by a one-time link or with an OpenID Connect provider; and signing out."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from functools import partial

from aiohttp import web

from homeroom_collector.access.mapping import RoleRule
from homeroom_collector.access.need import VISITOR, admitted, requires
from homeroom_collector.access.openid import Attempt, OpenIdError, Provider
from homeroom_collector.access.refused import SIGN_IN, NotAllowedError, NotSignedInError, Render, safe_next
from homeroom_collector.access.roles import Caller, decode
from homeroom_collector.access.sessions import Sessions
from homeroom_collector.access.settings import OpenIdSettings
from homeroom_collector.access.who import METHOD, who
from homeroom_collector.errors import RefusedError
from homeroom_collector.http.address import Addresses
from homeroom_collector.store import Store, sessions

_ATTEMPT = "homeroom_sign_in"
_ATTEMPT_SECONDS = 600
_LINK = "link"


class SignIn:
    """The calls of signing in and out."""

    def __init__(
        self,
        store: Store,
        sessions: Sessions,
        render: Render,
        label: str | None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._sessions = sessions
        self._render = render
        self._label = label
        self._clock = clock

    def routes(self) -> list[web.RouteDef]:
        """What to serve."""
        return requires(
            VISITOR,
            web.get(SIGN_IN, self.page),
            web.get(f"{SIGN_IN}/link", self.link, allow_head=False),
            web.post("/sign-out", self.out),
        )

    async def page(self, request: web.Request) -> web.StreamResponse:
        """The ways to sign in."""
        text = self._render(
            "sign_in.html", request=request, label=self._label, next=safe_next(request.query.get("next", "/"))
        )
        return web.Response(text=text, content_type="text/html")

    async def link(self, request: web.Request) -> web.StreamResponse:
        """Take a one-time link. Raises NotAllowedError where it is worth nothing any more."""
        text = request.query.get("key", "")
        found = await self._store.write(partial(sessions.use_link, text=text, now=self._clock()))
        if found is None:
            await self._sessions.refuse("", _LINK, "the link is unknown, used or too old")
            raise NotAllowedError("this link was used before or is too old; make another with: homeroom sign-in")
        caller = Caller(found[0], _LINK, decode(found[1]))
        return await welcome(self._sessions, request, caller, safe_next(request.query.get("next", "/")))

    async def out(self, request: web.Request) -> web.StreamResponse:
        """Sign out."""
        response = web.Response(status=303, headers={"Location": SIGN_IN})
        if (caller := admitted(request).caller) is not None:
            await self._sessions.end(request, response, caller)
        return response


async def welcome(sessions: Sessions, request: web.Request, caller: Caller, path: str) -> web.StreamResponse:
    """Begin a session, and go on to where he wanted."""
    response = web.Response(status=303, headers={"Location": path})
    sessions.keep(request, response, await sessions.begin(caller))
    return response


class OpenIdSignIn:
    """The way to a provider and back."""

    def __init__(
        self,
        provider: Provider,
        settings: OpenIdSettings,
        rules: Sequence[RoleRule],
        sessions: Sessions,
        addresses: Addresses,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._provider = provider
        self._settings = settings
        self._rules = rules
        self._sessions = sessions
        self._addresses = addresses
        self._clock = clock

    def routes(self) -> list[web.RouteDef]:
        """What to serve."""
        return requires(
            VISITOR,
            web.get(f"{SIGN_IN}/openid", self.leave, allow_head=False),
            web.get(f"{SIGN_IN}/openid/back", self.back, allow_head=False),
        )

    async def leave(self, request: web.Request) -> web.StreamResponse:
        """Send the browser to the provider."""
        attempt = Attempt.new()
        try:
            address = await self._provider.address(attempt, self._redirect_url(request))
        except OpenIdError as error:
            raise RefusedError(502, str(error)) from None
        kept = json.dumps([attempt.state, attempt.nonce, attempt.verifier, safe_next(request.query.get("next", "/"))])
        response = web.Response(status=303, headers={"Location": address})
        response.set_cookie(
            _ATTEMPT,
            kept.encode().hex(),
            path=SIGN_IN,
            max_age=_ATTEMPT_SECONDS,
            secure=self._addresses.scheme(request) == "https",
            httponly=True,
            samesite="Lax",
        )
        return response

    async def back(self, request: web.Request) -> web.StreamResponse:
        """Take whoever comes back from the provider in. Raises RefusedError with the reason."""
        attempt, path = _kept(request)
        if request.query.get("state") != attempt.state:
            raise NotAllowedError("this sign-in was not begun here; begin again")
        if not (code := request.query.get("code")):
            raise NotAllowedError("the provider did not let you in: " + request.query.get("error", "no reason given"))
        try:
            claims = await self._provider.claims(code, attempt, self._redirect_url(request), self._clock())
        except OpenIdError as error:
            await self._sessions.refuse("", METHOD, str(error))
            raise RefusedError(502, str(error)) from None
        try:
            caller = who(claims, self._settings, self._rules)
        except NotAllowedError as error:
            await self._sessions.refuse(str(claims.get(self._settings.name_claim, "")), METHOD, str(error))
            raise
        response = await welcome(self._sessions, request, caller, path)
        response.del_cookie(_ATTEMPT, path=SIGN_IN)
        return response

    def _redirect_url(self, request: web.Request) -> str:
        own = f"{self._addresses.scheme(request)}://{request.host}{SIGN_IN}/openid/back"
        return self._settings.redirect_url or own


def _kept(request: web.Request) -> tuple[Attempt, str]:
    try:
        state, nonce, verifier, path = json.loads(bytes.fromhex(request.cookies.get(_ATTEMPT, "")))
        return Attempt(str(state), str(nonce), str(verifier)), safe_next(str(path))
    except ValueError:
        raise NotSignedInError("this sign-in took too long, or cookies are off; begin again") from None
