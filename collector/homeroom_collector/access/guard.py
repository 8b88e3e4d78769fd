"""The door of every route that people, API tokens or Prometheus may call: who is it, may he, and what is he shown."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from aiohttp import web

from homeroom_collector.access import csrf
from homeroom_collector.access.answering import route_of
from homeroom_collector.access.need import ADMITTED, Admitted, Handler, Need
from homeroom_collector.access.refused import NotAllowedError, NotSignedInError, Render, refusal
from homeroom_collector.access.roles import Caller
from homeroom_collector.errors import RefusedError, StoreUnavailableError
from homeroom_collector.http.address import Addresses, parse
from homeroom_collector.http.problem import answering_problems, told

_log = logging.getLogger(__name__)
Openness = Literal["loopback", "token", "open"]
_FORWARDED = ("Forwarded", "X-Forwarded-For")


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is calling. ``secret`` is the session's, empty where there is none; ``new``: its cookie is to be set."""

    caller: Caller
    secret: str = ""
    new: bool = False
    token_id: str = ""


class Turnstile(Protocol):
    """Bounds how much each may ask. Each raises BusyError."""

    def admit_address(self, address: str) -> None:
        """Count a request of an address."""

    def admit_reader(self, name: str) -> None:
        """Count a request of an API token, or of somebody who has signed in."""

    def admit_stranger(self, address: str) -> None:
        """Refuse an address that sent too many wrong tokens."""

    def count_failure(self, address: str) -> None:
        """Note a wrong one."""


class Finder(Protocol):
    """One way to tell who is calling."""

    async def find(self, request: web.Request) -> Identity | None:
        """The caller, None where this way does not apply. Raises NotSignedInError for what is not worth anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """Asks ``finders`` in order. ``keep`` puts a new session into the answer."""

    finders: tuple[Finder, ...]
    addresses: Addresses
    openness: Openness
    turnstile: Turnstile
    render: Render
    keep: Callable[[web.Request, web.StreamResponse, str], None]

    async def answer(self, request: web.Request, need: Need, handler: Handler) -> web.StreamResponse:
        """Let the caller in to the handler, or say why not."""
        scheme = self.addresses.scheme(request)
        identity = None
        try:
            # A Prometheus that shows its token is bounded by that alone, whoever else is busy at its address.
            scraping = need.kind == "monitoring" and "Authorization" in request.headers
            if not scraping:
                self.turnstile.admit_address(self.addresses.of(request))
            identity = await self._identity(request, need)
            if identity is not None:
                self.turnstile.admit_reader(identity.token_id or f"{identity.caller.method}:{identity.caller.name}")
            request[ADMITTED] = self._admit(request, need, identity)
            if identity is not None and identity.secret:
                await csrf.check(request, request[ADMITTED].csrf, scheme)
            response = await self._handled(request, handler)
        except RefusedError as error:
            response = refusal(request, error, self.render)
        except StoreUnavailableError as error:
            response = told(error)
        if response.status >= 500:
            _log.warning("%s %s was answered %d", request.method, route_of(request), response.status)
        if identity is not None and identity.new:
            self.keep(request, response, identity.secret)
        return response

    async def _handled(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await (answering_problems(handler) if request.path.startswith("/api/") else handler)(request)
        except web.HTTPNotFound as error:
            # One text for what is not there and for what is not shown to the caller.
            raise RefusedError(404, error.text or "there is no such page") from None

    async def _identity(self, request: web.Request, need: Need) -> Identity | None:
        if need.kind == "monitoring" and self._open(request):
            return None
        for finder in self.finders:
            if (found := await finder.find(request)) is not None:
                return found
        return None

    def _open(self, request: web.Request) -> bool:
        """Whether metrics may be read without a word. A proxy that nobody named does not make strangers local."""
        if self.openness == "loopback":
            address = parse(self.addresses.of(request))
            nearby = address is not None and address.is_loopback
            return nearby and not any(name in request.headers for name in _FORWARDED)
        return self.openness == "open"

    def _admit(self, request: web.Request, need: Need, identity: Identity | None) -> Admitted:
        if need.kind == "visitor":
            return _visitor(identity)
        if identity is None:
            if need.kind == "monitoring" and self._open(request):
                return Admitted(None, None)
            raise NotSignedInError
        schools = identity.caller.schools_for(need.roles)
        if schools == frozenset():
            raise NotAllowedError
        if need.schools == "all" and schools is not None:
            raise NotAllowedError("this is about the whole district, and your role is for some schools only")
        return Admitted(identity.caller, schools, _word(identity))


def _visitor(identity: Identity | None) -> Admitted:
    if identity is None:
        return Admitted(None, frozenset())
    schools = identity.caller.schools_for(frozenset(grant.role for grant in identity.caller.grants))
    return Admitted(identity.caller, schools, _word(identity))


def _word(identity: Identity) -> str:
    return csrf.word_for(identity.secret) if identity.secret else ""
