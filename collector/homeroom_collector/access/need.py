"""What a route needs of its caller, declared where the route is made. A route without a declaration stops the start.

    requires(role(*PEOPLE, schools="own"), web.get("/devices/{id}", page))

``schools="own"``: the handler answers for the caller's schools only, and asks ``admitted(request).sees(school_id)``.
``schools="all"``: the caller must hold one of the roles for the whole district.
"""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from aiohttp import web

from homeroom_collector.access.roles import Caller, Role, Schools

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Kind = Literal["open", "device", "visitor", "role", "monitoring"]
_DECLARED = "homeroom_need"


@dataclass(frozen=True, slots=True)
class Need:
    """Who may call a route. The four that need no role are below."""

    kind: Kind
    roles: frozenset[Role] = frozenset()
    schools: Literal["all", "own"] = "all"


OPEN = Need("open")
"""Anyone, and nothing is checked: probes of a load balancer, files that hold no secret."""
DEVICE = Need("device")
"""The handler itself checks a device key or an enrolment token."""
VISITOR = Need("visitor")
"""Anyone; whoever is signed in is known. For pages that everyone may read."""


def role(*roles: Role, schools: Literal["all", "own"] = "all") -> Need:
    """Whoever holds one of the roles, signed in or by an API token."""
    if not roles:
        raise ValueError("a route needs at least one role")
    return Need("role", frozenset(roles), schools)


def monitoring(*roles: Role) -> Need:
    """One of the roles for the whole district; this machine and everyone else as ``access.metrics`` says."""
    return Need("monitoring", frozenset(roles))


@dataclass(frozen=True, slots=True)
class Admitted:
    """A caller who was let in, None for a visitor, and the schools that may be shown to him. None is all of them."""

    caller: Caller | None
    schools: Schools
    csrf: str = ""

    def sees(self, school_id: str) -> bool:
        """Whether anything of a school may be shown, or even told to exist."""
        return self.schools is None or school_id in self.schools

    def may(self, *roles: Role) -> bool:
        """Whether one of the roles is held for any school, so that a page knows what to offer."""
        return self.caller is not None and self.caller.schools_for(frozenset(roles)) != frozenset()


ADMITTED = web.RequestKey("admitted", Admitted)


def admitted(request: web.Request) -> Admitted:
    """Who the request is answered for."""
    return request[ADMITTED]


def need_of(handler: Any) -> Need | None:
    """What a handler was declared to need, None where nobody said."""
    found = getattr(handler, _DECLARED, None)
    return found if isinstance(found, Need) else None


class Door(Protocol):
    """Lets callers in to a handler, or answers in its place."""

    async def answer(self, request: web.Request, need: Need, handler: Handler) -> web.StreamResponse:
        """Answer a request."""


DOOR = web.AppKey("door", Door)


def requires(need: Need, *routes: web.RouteDef) -> list[web.RouteDef]:
    """Declare what routes need, and let nobody else reach their handlers."""
    return [web.RouteDef(each.method, each.path, _declared(need, each.handler), each.kwargs) for each in routes]


def _declared(need: Need, handler: Any) -> Handler:
    @functools.wraps(handler)
    async def unguarded(request: web.Request) -> web.StreamResponse:
        return await handler(request)  # type: ignore[no-any-return]  # as aiohttp types handlers

    @functools.wraps(handler)
    async def guarded(request: web.Request) -> web.StreamResponse:
        return await request.app[DOOR].answer(request, need, handler)

    found = unguarded if need.kind in ("open", "device") else guarded
    setattr(found, _DECLARED, need)
    return found


def undeclared(app: web.Application) -> list[str]:
    """Routes of which nobody said who may call them."""
    return [
        f"{route.method} {route.resource.canonical if route.resource else '?'}"
        for route in app.router.routes()
        if need_of(route.handler) is None
    ]
