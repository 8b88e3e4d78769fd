"""API tokens of programs, sent as ``Authorization: Bearer``."""

from __future__ import annotations

import time
from collections.abc import Callable

from aiohttp import web

from homeroom_collector.access.guard import Identity, Turnstile
from homeroom_collector.access.refused import NotSignedInError
from homeroom_collector.access.roles import Caller, decode
from homeroom_collector.http.address import Addresses
from homeroom_collector.store import Store, api_tokens
from homeroom_collector.store.api_tokens import ApiToken


class TokenFinder:
    """Finds the program that a token belongs to."""

    def __init__(
        self, store: Store, addresses: Addresses, strangers: Turnstile, clock: Callable[[], float] = time.time
    ) -> None:
        self._store = store
        self._addresses = addresses
        self._strangers = strangers
        self._clock = clock

    async def find(self, request: web.Request) -> Identity | None:
        """Whose token it is, None where none was sent. Raises NotSignedInError for one that is worth nothing."""
        authorization = request.headers.get("Authorization")
        if authorization is None:
            return None
        scheme, _, text = authorization.partition(" ")
        token = await self._look_up(request, text.strip()) if scheme.lower() == "bearer" else None
        if token is None:
            raise NotSignedInError("this API token is not known; make one with: homeroom token create --kind api")
        if (state := token.state(self._clock())) != "active":
            raise NotSignedInError(f"this API token is {state}; make one with: homeroom token create --kind api")
        return Identity(Caller(token.label or token.token_id, "token", decode(token.grants)), token_id=token.token_id)

    async def _look_up(self, request: web.Request, text: str) -> ApiToken | None:
        address = self._addresses.of(request)
        self._strangers.admit_stranger(address)
        token = await self._store.read(lambda connection: api_tokens.find(connection, text))
        if token is None:
            self._strangers.count_failure(address)
        return token
