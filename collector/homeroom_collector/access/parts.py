"""Putting access together: the door in front of every route, the calls of signing in, and tidying up."""

from __future__ import annotations

import asyncio
import logging
import os
import time

from aiohttp import web

from homeroom_collector.access.answering import answering
from homeroom_collector.access.guard import Finder, Guard, Turnstile
from homeroom_collector.access.need import DOOR, undeclared
from homeroom_collector.access.openid import Provider
from homeroom_collector.access.proxy import ProxyFinder
from homeroom_collector.access.refused import Render
from homeroom_collector.access.sessions import CookieFinder, Sessions
from homeroom_collector.access.settings import AccessSettings, client_secret
from homeroom_collector.access.sign_in import OpenIdSignIn, SignIn
from homeroom_collector.access.tokens import TokenFinder
from homeroom_collector.errors import CollectorError
from homeroom_collector.http.address import Addresses
from homeroom_collector.store import Connection, Store, sessions, sign_ins

_log = logging.getLogger(__name__)
_TIDY_SECONDS = 3600.0


class UndeclaredRouteError(CollectorError):
    """Somebody made a route and did not say who may call it."""


def put_door(
    app: web.Application,
    store: Store,
    settings: AccessSettings,
    addresses: Addresses,
    turnstile: Turnstile,
    render: Render,
) -> None:
    """Put the door in front of the routes, and add those of signing in. Raises ConfigError for a missing secret."""
    kept = Sessions(store, addresses, lasting_seconds=settings.session)
    finders: list[Finder] = [TokenFinder(store, addresses, turnstile)]
    if settings.proxy is not None:
        finders.append(ProxyFinder(settings.proxy, settings.roles, addresses, kept))
    finders.append(CookieFinder(kept))
    app[DOOR] = Guard(
        finders=tuple(finders),
        addresses=addresses,
        openness=settings.metrics,
        turnstile=turnstile,
        render=render,
        keep=kept.keep,
    )
    answering(app, addresses, render)
    openid = settings.openid
    app.add_routes(SignIn(store, kept, render, openid.label if openid else None).routes())
    if openid is not None:
        provider = Provider(openid, client_secret(openid, os.environ))
        app.add_routes(OpenIdSignIn(provider, openid, settings.roles, kept, addresses).routes())


def check_routes(app: web.Application) -> None:
    """Raise UndeclaredRouteError where a route does not say who may call it."""
    if found := undeclared(app):
        raise UndeclaredRouteError(f"nobody declared who may call: {', '.join(found)} (docs/access.md)")


async def keep_tidy(store: Store, audit_seconds: float) -> None:
    """Forget sessions that have ended, and sign-ins of long ago, until cancelled."""
    while True:
        now = time.time()

        def work(connection: Connection, now: float = now) -> None:
            sessions.drop_expired(connection, now)
            sign_ins.drop_before(connection, now - audit_seconds)

        try:
            await store.write(work)
        except CollectorError as error:
            _log.warning("old sessions not forgotten: %s", error)
        await asyncio.sleep(_TIDY_SECONDS)
