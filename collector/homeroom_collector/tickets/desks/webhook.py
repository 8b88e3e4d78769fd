"""Any program that takes JSON over HTTP: what is sent is a template, and every message is signed.

``X-Homeroom-Signature: t=<Unix seconds>,v1=<hex>`` is HMAC-SHA256 over ``<t>.<body>`` with the secret, so that a
receiver can tell that it comes from us and is not an old copy. ``Idempotency-Key`` is the same in every try.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from homeroom_collector.rules.ticket_outcome import DeskStatus
from homeroom_collector.secret import Secret, SecretSource
from homeroom_collector.tickets.building import Building
from homeroom_collector.tickets.desk import Capabilities, Entry, NewTicket, State
from homeroom_collector.tickets.errors import DeskRefusedError
from homeroom_collector.tickets.rest import Rest

_NAMES = (
    "event", "external_key", "ticket_id", "subject", "text", "severity", "school", "school_name", "kind", "marker",
)  # fmt: skip
_PLACE = re.compile(r"\{([a-z_]*)\}")


def _template() -> dict[str, Any]:
    return {name: f"{{{name}}}" for name in _NAMES}


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSettings:
    """``template`` is the body; ``{name}`` in any text of it stands for a value.

    ``id_at`` leads to the ticket's number in the answer, such as ``ticket.id``; empty where none is told.
    """

    url: str
    secret: SecretSource
    template: dict[str, Any] = field(default_factory=_template)
    headers: dict[str, str] = field(default_factory=dict)
    id_at: str = ""

    def __post_init__(self) -> None:
        unknown = sorted(set(_PLACE.findall(json.dumps(self.template))) - set(_NAMES))
        if unknown:
            raise ValueError(f"template: unknown name {unknown[0]!r}; known: {', '.join(_NAMES)}")


class WebhookDesk:
    """One address. It is told of every event; what it makes of that is its own business."""

    capabilities = Capabilities(repeatable=True, notes=True, close=True, reopen=True)

    def __init__(self, settings: WebhookSettings, secret: Secret, rest: Rest, clock: Callable[[], float]) -> None:
        self._settings, self._secret, self._rest, self._clock = settings, secret, rest, clock

    async def check(self) -> str:
        """Send an event ``check``, which makes nothing."""
        await self._tell({"event": "check"}, "check")
        return f"webhook {self._settings.url}"

    async def find(self, external_key: str) -> list[str]:
        """Nothing can be asked."""
        raise DeskRefusedError(f"a webhook finds nothing, and so not {external_key}")

    async def create(self, ticket: NewTicket) -> str:
        """Event ``create``."""
        facts = {name: getattr(ticket, name) for name in _NAMES if hasattr(ticket, name)}
        answer = await self._tell({"event": "create", **facts}, f"{ticket.external_key}#create")
        return _at(answer, self._settings.id_at)

    async def note(self, entry: Entry, state: State | None = None) -> None:
        """Event ``note``, ``resolve`` or ``reopen``."""
        event = {None: "note", "resolved": "resolve", "open": "reopen"}[state]
        facts = {name: getattr(entry, name) for name in ("external_key", "subject", "text", "marker")}
        await self._tell({"event": event, "ticket_id": entry.desk_id, **facts}, f"{entry.marker}{event}")

    async def set_state(self, entry: Entry, state: State) -> None:
        """The same; a receiver that had it knows by the Idempotency-Key."""
        await self.note(entry, state)

    async def has_note(self, desk_id: str, marker: str) -> bool:
        """Nothing can be asked."""
        raise DeskRefusedError(f"a webhook cannot be read: {desk_id} {marker}")

    async def status(self, desk_id: str) -> DeskStatus:
        """Nothing can be asked."""
        raise DeskRefusedError(f"a webhook has no status: {desk_id}")

    async def _tell(self, facts: Mapping[str, str], once: str) -> Any:
        body = json.dumps(_filled(self._settings.template, facts), ensure_ascii=False).encode()
        moment = str(int(self._clock()))
        signature = hmac.new(self._secret.reveal().encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": once,
            "X-Homeroom-Signature": f"t={moment},v1={signature}",
        }
        return (await self._rest.call("POST", "", raw=body, headers=headers)).body


def _filled(template: Any, facts: Mapping[str, str]) -> Any:
    """Values go into texts that are already texts, so nothing in them can end one."""
    if isinstance(template, dict):
        return {name: _filled(value, facts) for name, value in template.items()}
    if isinstance(template, list):
        return [_filled(value, facts) for value in template]
    return _PLACE.sub(lambda found: facts.get(found[1], ""), template) if isinstance(template, str) else template


def _at(body: Any, path: str) -> str:
    for name in path.split(".") if path else ():
        body = body.get(name) if isinstance(body, dict) else None
    return str(body) if path and isinstance(body, str | int) else ""


def build(settings: WebhookSettings, building: Building) -> WebhookDesk:
    """As the registry calls it. Raises ConfigError where the secret is not to be had."""
    secret = settings.secret.read("webhook.secret", building.environment)
    return WebhookDesk(settings, secret, building.rest(settings.url, settings.headers), time.time)
