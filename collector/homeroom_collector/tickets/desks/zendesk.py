"""Zendesk Support by its Tickets API (developer.zendesk.com, "Ticketing"). Not tried for real.

The key is ``external_id``, and the ``Idempotency-Key`` of the create: a repeated one makes no second ticket.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import quote

from homeroom_collector.rules.ticket_outcome import DeskStatus
from homeroom_collector.secret import SecretSource
from homeroom_collector.tickets.building import Building
from homeroom_collector.tickets.desk import Capabilities, Entry, NewTicket, State
from homeroom_collector.tickets.rest import Rest, basic, number, rows

_STATUS = {"open": "open", "resolved": "solved"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ZendeskSettings:
    """``url`` is the account's own, ``user`` the agent whose API token it is."""

    url: str
    user: str
    token: SecretSource
    priorities: dict[str, str] = field(default_factory=dict)


class Zendesk:
    """One account."""

    capabilities = Capabilities(
        find=True, repeatable=True, notes=True, read_notes=True, status=True, close=True, reopen=True
    )

    def __init__(self, settings: ZendeskSettings, rest: Rest) -> None:
        self._settings, self._rest = settings, rest

    async def check(self) -> str:
        """Whose token it is."""
        answer = await self._rest.call("GET", "/api/v2/users/me.json")
        return f"Zendesk, as user {number(answer.body, 'user', 'id')}"

    async def find(self, external_key: str) -> list[str]:
        """By ``external_id``, oldest first."""
        answer = await self._rest.call("GET", "/api/v2/tickets.json", query={"external_id": external_key})
        return sorted((str(each["id"]) for each in rows(answer.body, "tickets")), key=int)

    async def create(self, ticket: NewTicket) -> str:
        """With the key as ``external_id``."""
        body: dict[str, object] = {
            "subject": ticket.subject,
            "comment": {"body": ticket.text},
            "external_id": ticket.external_key,
        }
        if ticket.severity in self._settings.priorities:
            body["priority"] = self._settings.priorities[ticket.severity]
        once = {"Idempotency-Key": ticket.external_key}
        answer = await self._rest.call("POST", "/api/v2/tickets.json", {"ticket": body}, headers=once)
        return number(answer.body, "ticket", "id")

    async def note(self, entry: Entry, state: State | None = None) -> None:
        """An internal comment, with the status in the same call."""
        body: dict[str, object] = {"comment": {"body": entry.text, "public": False}}
        await self._put(entry, body if state is None else body | {"status": _STATUS[state]})

    async def set_state(self, entry: Entry, state: State) -> None:
        """The status alone."""
        await self._put(entry, {"status": _STATUS[state]})

    async def _put(self, entry: Entry, body: dict[str, object]) -> None:
        await self._rest.call("PUT", f"/api/v2/tickets/{quote(entry.desk_id, safe='')}.json", {"ticket": body})

    async def has_note(self, desk_id: str, marker: str) -> bool:
        """Newest first; a ticket of ours has few."""
        path = f"/api/v2/tickets/{quote(desk_id, safe='')}/comments.json"
        answer = await self._rest.call("GET", path, query={"sort_order": "desc"})
        return any(marker in str(each.get("body")) for each in rows(answer.body, "comments"))

    async def status(self, desk_id: str) -> DeskStatus:
        """``closed`` is for good there: the next time gets a ticket of its own."""
        answer = await self._rest.call("GET", f"/api/v2/tickets/{quote(desk_id, safe='')}.json")
        status = answer.body.get("ticket", {}).get("status") if isinstance(answer.body, dict) else None
        return "gone" if status == "closed" else "resolved" if status == "solved" else "open"


def build(settings: ZendeskSettings, building: Building) -> Zendesk:
    """As the registry calls it. Raises ConfigError where the token is not to be had."""
    token = settings.token.read("zendesk.token", building.environment).reveal()
    headers = {"Authorization": basic(f"{settings.user}/token", token)}
    return Zendesk(settings, building.rest(settings.url, headers))
