"""Zammad by its REST API (docs.zammad.org/en/latest/api/ticket). Not tried for real.

The key is a ticket attribute of its own, made in the object manager. Its search goes by an index that lags behind.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import quote

from homeroom_collector.rules.ticket_outcome import DeskStatus
from homeroom_collector.secret import SecretSource
from homeroom_collector.tickets.building import Building
from homeroom_collector.tickets.desk import Capabilities, Entry, NewTicket, State
from homeroom_collector.tickets.errors import KeyLostError
from homeroom_collector.tickets.rest import Rest, number, rows, searchable

_LAG_SECONDS = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ZammadSettings:
    """``attribute`` is the ticket attribute for the key, ``customer`` an e-mail address known there."""

    url: str
    token: SecretSource
    group: str
    customer: str
    attribute: str = "homeroom_key"
    open_state: str = "open"
    resolved_state: str = "closed"
    rejected_states: list[str] = field(default_factory=lambda: ["merged"])


class Zammad:
    """One group of one Zammad."""

    capabilities = Capabilities(
        find=True, find_lag_seconds=_LAG_SECONDS, notes=True, read_notes=True, status=True, close=True, reopen=True
    )

    def __init__(self, settings: ZammadSettings, rest: Rest) -> None:
        self._settings, self._rest = settings, rest

    async def check(self) -> str:
        """Whose token it is."""
        answer = await self._rest.call("GET", "/api/v1/users/me")
        return f"Zammad, as user {number(answer.body, 'id')}"

    async def find(self, external_key: str) -> list[str]:
        """By the attribute, oldest first."""
        key = searchable(external_key)
        query = {"query": f'{self._settings.attribute}:"{key}"', "expand": "true"}
        found = rows((await self._rest.call("GET", "/api/v1/tickets/search", query=query)).body)
        same = [each for each in found if each.get(self._settings.attribute) == key]
        return sorted((str(each["id"]) for each in same), key=int)

    async def create(self, ticket: NewTicket) -> str:
        """Read back from the answer: an attribute that is not known there is dropped."""
        settings = self._settings
        body = {
            "title": ticket.subject,
            "group": settings.group,
            "customer": settings.customer,
            settings.attribute: ticket.external_key,
            "article": {"subject": ticket.subject, "body": ticket.text, "type": "note", "internal": False},
        }
        answer = (await self._rest.call("POST", "/api/v1/tickets", body)).body
        made = number(answer, "id")
        if answer.get(settings.attribute) != ticket.external_key:
            raise KeyLostError(f"ticket {made} was made, but Zammad has no attribute {settings.attribute!r}", made)
        return made

    async def note(self, entry: Entry, state: State | None = None) -> None:
        """An internal note, and then the state."""
        body = {"ticket_id": int(entry.desk_id), "body": entry.text, "type": "note", "internal": True}
        await self._rest.call("POST", "/api/v1/ticket_articles", body)
        if state is not None:
            await self.set_state(entry, state)

    async def set_state(self, entry: Entry, state: State) -> None:
        """The state alone."""
        wanted = self._settings.open_state if state == "open" else self._settings.resolved_state
        await self._rest.call("PUT", f"/api/v1/tickets/{quote(entry.desk_id, safe='')}", {"state": wanted})

    async def has_note(self, desk_id: str, marker: str) -> bool:
        """Among the articles."""
        answer = await self._rest.call("GET", f"/api/v1/ticket_articles/by_ticket/{quote(desk_id, safe='')}")
        return any(marker in str(each.get("body")) for each in rows(answer.body))

    async def status(self, desk_id: str) -> DeskStatus:
        """By the name of the state."""
        answer = await self._rest.call("GET", f"/api/v1/tickets/{quote(desk_id, safe='')}", query={"expand": "true"})
        state = answer.body.get("state") if isinstance(answer.body, dict) else None
        if state in self._settings.rejected_states:
            return "rejected"
        return "resolved" if state == self._settings.resolved_state else "open"


def build(settings: ZammadSettings, building: Building) -> Zammad:
    """As the registry calls it. Raises ConfigError where the token is not to be had."""
    token = settings.token.read("zammad.token", building.environment).reveal()
    return Zammad(settings, building.rest(settings.url, {"Authorization": f"Token token={token}"}))
