"""Taking notifications in: kept as they came and on disk before the answer; looked at afterwards."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web

from homeroom_collector.access import requires
from homeroom_collector.access.need import role
from homeroom_collector.access.roles import Role
from homeroom_collector.errors import RefusedError
from homeroom_collector.rules.alerts import Alert, released
from homeroom_collector.store import Connection, Store, alerts
from homeroom_collector.tickets.alertmanager.payload import UnreadableError, from_webhook

_AT_ONCE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertCalls:
    """``POST /api/v1/alerts``: the webhook of Alertmanager, with an API token of the role alerts.

    ``wanted`` False: no help desk is named, and nobody would ever look at what came.
    """

    store: Store
    most_body_bytes: int
    wanted: bool = True
    clock: Callable[[], float] = time.time

    def routes(self) -> list[web.RouteDef]:
        """What to serve."""
        return requires(role(Role.ALERTS), web.post("/api/v1/alerts", self.take))

    async def take(self, request: web.Request) -> web.Response:
        """200 means that it is on disk. What cannot be read is refused: sending it again would not help."""
        if not self.wanted:
            raise RefusedError(404, "no help desk is named in tickets.yml, so nothing would become of alerts")
        body = await self._body(request)
        try:
            from_webhook(body)
        except UnreadableError as error:
            raise RefusedError(400, str(error)) from None
        now = self.clock()
        await self.store.write(lambda connection: alerts.receive(connection, body, now))
        return web.json_response({"accepted": True})

    async def _body(self, request: web.Request) -> bytes:
        """A storm is larger than what agents may send, so the server's own bound does not hold here."""
        parts, size = [], 0
        async for part in request.content.iter_chunked(262_144):
            size += len(part)
            if size > self.most_body_bytes:
                raise RefusedError(413, f"more than {self.most_body_bytes} bytes; see alertmanager.max_body_bytes")
            parts.append(part)
        return b"".join(parts)


def fold(connection: Connection, now: float) -> int:
    """Look at what came, once each; how much is left for the next time is not looked at now."""
    rows = alerts.waiting(connection, _AT_ONCE)
    stored = alerts.known(connection) if rows else {}
    changed: dict[str, Alert] = {}
    for number, received_at, body in rows:
        try:
            sent = from_webhook(body)
        except UnreadableError as error:
            alerts.handled(connection, number, now, str(error))
            continue
        for alert in sent:
            before = changed.get(alert.fingerprint) or stored.get(alert.fingerprint)
            changed[alert.fingerprint] = _joined(before, alert, received_at)
        alerts.handled(connection, number, now)
    alerts.put(connection, changed.values(), now)
    return len(rows)


def _joined(before: Alert | None, sent: Alert, received_at: float) -> Alert:
    """A late copy of an older time does not end a newer one. What is sent is explained by no other any more."""
    if before is not None and sent.started_at < before.started_at and not sent.firing:
        return before
    return released(before, sent, received_at)
