"""osTicket by its API (github.com/osTicket/osTicket, setup/doc/api/tickets.md). Not tried for real.

It can make tickets and nothing else: no search, no notes, no closing. Its key is bound to the address that calls.
"""

from __future__ import annotations

from dataclasses import dataclass

from homeroom_collector.rules.ticket_outcome import DeskStatus
from homeroom_collector.secret import SecretSource
from homeroom_collector.tickets.building import Building
from homeroom_collector.tickets.desk import Capabilities, Entry, NewTicket, State
from homeroom_collector.tickets.errors import DeskRefusedError
from homeroom_collector.tickets.rest import Rest


@dataclass(frozen=True, slots=True, kw_only=True)
class OsTicketSettings:
    """``email`` and ``name`` are those of the person who asks: a mailbox that opens no tickets itself."""

    url: str
    token: SecretSource
    email: str
    name: str = "Homeroom"
    topic: str = ""


class OsTicket:
    """One help desk."""

    capabilities = Capabilities()

    def __init__(self, settings: OsTicketSettings, rest: Rest) -> None:
        self._settings, self._rest = settings, rest

    async def check(self) -> str:
        """Nothing can be asked; only a ticket shows whether it works."""
        return f"osTicket {self._settings.url} (it can only be tried by making a ticket)"

    async def find(self, external_key: str) -> list[str]:
        """Nothing can be asked."""
        raise DeskRefusedError(f"osTicket finds nothing, and so not {external_key}")

    async def create(self, ticket: NewTicket) -> str:
        """The answer is the ticket's number as text."""
        body = {
            "alert": True,
            "autorespond": False,
            "source": "API",
            "name": self._settings.name,
            "email": self._settings.email,
            "subject": ticket.subject,
            "message": ticket.text,
        }
        if self._settings.topic:
            body["topicId"] = self._settings.topic
        return str((await self._rest.call("POST", "/api/tickets.json", body)).body or "").strip()

    async def note(self, entry: Entry, state: State | None = None) -> None:
        """Nothing can be written."""
        raise DeskRefusedError(f"osTicket takes no notes: {entry.desk_id} {state}")

    async def set_state(self, entry: Entry, state: State) -> None:
        """Nothing can be set."""
        raise DeskRefusedError(f"osTicket takes no state: {entry.desk_id} {state}")

    async def has_note(self, desk_id: str, marker: str) -> bool:
        """Nothing can be read."""
        raise DeskRefusedError(f"osTicket shows no notes: {desk_id} {marker}")

    async def status(self, desk_id: str) -> DeskStatus:
        """Nothing can be read."""
        raise DeskRefusedError(f"osTicket shows no status: {desk_id}")


def build(settings: OsTicketSettings, building: Building) -> OsTicket:
    """As the registry calls it. Raises ConfigError where the key is not to be had."""
    token = settings.token.read("osticket.token", building.environment).reveal()
    return OsTicket(settings, building.rest(settings.url, {"X-API-Key": token}))
