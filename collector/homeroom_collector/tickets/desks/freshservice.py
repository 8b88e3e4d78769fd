"""Freshservice by its API v2 (api.freshservice.com/v2). Not tried for real.

Its ticket filter knows tags and no text fields, so the key is a tag.
"""

from __future__ import annotations

import html
from dataclasses import dataclass, field
from urllib.parse import quote

from homeroom_collector.rules.ticket_outcome import DeskStatus
from homeroom_collector.secret import SecretSource
from homeroom_collector.tickets.building import Building
from homeroom_collector.tickets.desk import Capabilities, Entry, NewTicket, State
from homeroom_collector.tickets.rest import Rest, as_html, basic, number, rows, searchable

_OPEN, _RESOLVED, _CLOSED = 2, 4, 5
_LAG_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FreshserviceSettings:
    """``requester`` is an e-mail address known there. ``priorities`` are 1 (low) to 4 (urgent), by severity."""

    url: str
    token: SecretSource
    requester: str
    priorities: dict[str, int] = field(default_factory=lambda: {"critical": 4, "warning": 2, "info": 1})


class Freshservice:
    """One account. How soon its filter shows a new ticket is not published, so an empty answer waits a minute."""

    capabilities = Capabilities(
        find=True, find_lag_seconds=_LAG_SECONDS, notes=True, read_notes=True, status=True, close=True, reopen=True
    )

    def __init__(self, settings: FreshserviceSettings, rest: Rest) -> None:
        self._settings, self._rest = settings, rest

    async def check(self) -> str:
        """Whether tickets may be listed."""
        await self._rest.call("GET", "/api/v2/tickets", query={"per_page": "1"})
        return f"Freshservice {self._settings.url}"

    async def find(self, external_key: str) -> list[str]:
        """By tag."""
        query = {"query": f"\"tag:'{searchable(external_key)}'\""}
        answer = await self._rest.call("GET", "/api/v2/tickets/filter", query=query)
        return sorted((str(each["id"]) for each in rows(answer.body, "tickets")), key=int)

    async def create(self, ticket: NewTicket) -> str:
        """With the key as a tag. Descriptions are HTML there."""
        body = {
            "subject": ticket.subject,
            "description": as_html(ticket.text),
            "email": self._settings.requester,
            "priority": self._settings.priorities.get(ticket.severity, 1),
            "status": _OPEN,
            "source": 2,
            "tags": [ticket.external_key],
        }
        return number((await self._rest.call("POST", "/api/v2/tickets", body)).body, "ticket", "id")

    async def note(self, entry: Entry, state: State | None = None) -> None:
        """A private note, and then the status."""
        await self._rest.call("POST", f"{_path(entry.desk_id)}/notes", {"body": as_html(entry.text), "private": True})
        if state is not None:
            await self.set_state(entry, state)

    async def set_state(self, entry: Entry, state: State) -> None:
        """The status alone."""
        await self._rest.call("PUT", _path(entry.desk_id), {"status": _OPEN if state == "open" else _RESOLVED})

    async def has_note(self, desk_id: str, marker: str) -> bool:
        """Among the conversations of the ticket."""
        answer = await self._rest.call("GET", f"{_path(desk_id)}/conversations")
        return any(marker in html.unescape(str(each.get("body"))) for each in rows(answer.body, "conversations"))

    async def status(self, desk_id: str) -> DeskStatus:
        """``closed`` may be opened again there, so it counts as resolved."""
        answer = await self._rest.call("GET", _path(desk_id))
        ticket = answer.body.get("ticket", {}) if isinstance(answer.body, dict) else {}
        if ticket.get("deleted") or ticket.get("spam"):
            return "rejected"
        return "resolved" if ticket.get("status") in (_RESOLVED, _CLOSED) else "open"


def _path(desk_id: str) -> str:
    return f"/api/v2/tickets/{quote(desk_id, safe='')}"


def build(settings: FreshserviceSettings, building: Building) -> Freshservice:
    """As the registry calls it. Raises ConfigError where the key is not to be had."""
    token = settings.token.read("freshservice.token", building.environment).reveal()
    return Freshservice(settings, building.rest(settings.url, {"Authorization": basic(token, "X")}))
