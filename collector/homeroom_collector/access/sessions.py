"""Signed-in people: a cookie in the browser, a digest in the store, so that every replica knows them."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from aiohttp import web

from homeroom_collector.access.guard import Identity
from homeroom_collector.access.roles import Caller, decode, encode
from homeroom_collector.http.address import Addresses
from homeroom_collector.store import Connection, Store, sessions, sign_ins
from homeroom_collector.store.sign_ins import SignIn

_NAME = "homeroom_session"
PROXY = "proxy"
"""The method of whoever a reverse proxy vouches for."""


class Sessions:
    """Begins, finds and ends sessions. Raises StoreUnavailableError where the store is away."""

    def __init__(
        self, store: Store, addresses: Addresses, *, lasting_seconds: float, clock: Callable[[], float] = time.time
    ) -> None:
        self._store = store
        self._addresses = addresses
        self._lasting_seconds = lasting_seconds
        self._clock = clock

    async def begin(self, caller: Caller) -> str:
        """Sign somebody in: the text for the cookie."""
        now = self._clock()
        session = sessions.Session(
            name=caller.name,
            method=caller.method,
            grants=encode(caller.grants),
            expires_at=now + self._lasting_seconds,
        )
        entry = SignIn(at=now, name=caller.name, method=caller.method, outcome="signed in")

        def work(connection: Connection) -> str:
            sign_ins.record(connection, entry)
            return sessions.begin(connection, session, now)

        return await self._store.write(work)

    async def find(self, request: web.Request) -> Identity | None:
        """Whoever the cookie proves; None where there is none, or it is out of date."""
        text = request.cookies.get(self._cookie(request))
        if not text:
            return None
        found = await self._store.read(partial(sessions.find, text=text, now=self._clock()))
        if found is None:
            return None
        return Identity(Caller(found.name, found.method, decode(found.grants)), text)

    async def end(self, request: web.Request, response: web.StreamResponse, caller: Caller) -> None:
        """Sign out, here and for every replica."""
        name = self._cookie(request)
        text = request.cookies.get(name, "")
        entry = SignIn(at=self._clock(), name=caller.name, method=caller.method, outcome="signed out")

        def work(connection: Connection) -> None:
            sessions.end(connection, text)
            sign_ins.record(connection, entry)

        await self._store.write(work)
        response.del_cookie(name, path="/", secure=self._encrypted(request), httponly=True, samesite="Lax")

    async def refuse(self, name: str, method: str, detail: str) -> None:
        """Write down that somebody was not let in."""
        entry = SignIn(at=self._clock(), name=name, method=method, outcome="refused", detail=detail)
        await self._store.write(partial(sign_ins.record, entry=entry))

    def keep(self, request: web.Request, response: web.StreamResponse, text: str) -> None:
        """Give the browser its cookie."""
        response.set_cookie(
            self._cookie(request),
            text,
            path="/",
            max_age=int(self._lasting_seconds),
            secure=self._encrypted(request),
            httponly=True,
            samesite="Lax",  # not Strict: whoever follows a link from a ticket is still signed in
        )

    def _encrypted(self, request: web.Request) -> bool:
        return self._addresses.scheme(request) == "https"

    def _cookie(self, request: web.Request) -> str:
        # Browsers take a __Host- cookie only from this very host, and only encrypted.
        return f"__Host-{_NAME}" if self._encrypted(request) else _NAME


class CookieFinder:
    """Whoever has signed in here. A session that a proxy vouched for needs its headers, and counts only there."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def find(self, request: web.Request) -> Identity | None:
        """Whoever the cookie proves."""
        found = await self._sessions.find(request)
        return None if found is None or found.caller.method == PROXY else found
