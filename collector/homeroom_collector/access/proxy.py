"""Signing in by a reverse proxy that has asked for the password itself, such as oauth2-proxy, Authelia or an IIS.

The headers count only from ``listen.trusted_proxies``; from everyone else they are passed over. A session is kept
beside them, so that forms can carry a word of it; it is worth something only together with the headers.
"""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from homeroom_collector.access.guard import Identity
from homeroom_collector.access.mapping import RoleRule, grants
from homeroom_collector.access.refused import NotAllowedError
from homeroom_collector.access.roles import Caller
from homeroom_collector.access.sessions import PROXY, Sessions
from homeroom_collector.access.settings import ProxySettings
from homeroom_collector.http.address import Addresses


class ProxyFinder:
    """Finds whom a trusted proxy names."""

    def __init__(
        self, settings: ProxySettings, rules: Sequence[RoleRule], addresses: Addresses, sessions: Sessions
    ) -> None:
        self._settings = settings
        self._rules = rules
        self._addresses = addresses
        self._sessions = sessions

    async def find(self, request: web.Request) -> Identity | None:
        """Whom the proxy names, None where it names nobody. Raises NotAllowedError for somebody without a role."""
        name = request.headers.get(self._settings.user_header, "").strip()
        if not name or not self._addresses.trusts(request):
            return None
        said = ",".join(request.headers.getall(self._settings.groups_header, [])).split(",")
        found = grants(self._rules, name, (group.strip() for group in said))
        caller = Caller(name, PROXY, found)
        kept = await self._sessions.find(request)
        if kept is not None and kept.caller.name == name and kept.caller.method == PROXY:
            return Identity(caller, kept.secret)
        if not found:
            await self._sessions.refuse(name, PROXY, "no role")
            raise NotAllowedError(f"{name} has no role in Homeroom; ask whoever looks after it")
        return Identity(caller, await self._sessions.begin(caller), new=True)
