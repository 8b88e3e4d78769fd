"""GLPI 10 and later by its REST API (github.com/glpi-project/glpi, ``apirest.md``). Not tried for real.

The key is the ticket's external id, number 87 of the columns that can be searched (``Ticket::rawSearchOptions``).
Calls need a session, which ends when it likes: it is begun again when a call is refused for that reason, which
certainly did nothing. Notes are private follow-ups; a ticket is resolved by a solution.
"""

from __future__ import annotations

import html
from dataclasses import dataclass, field
from typing import Any

from homeroom_collector.rules.ticket_outcome import DeskStatus
from homeroom_collector.secret import Secret, SecretSource
from homeroom_collector.tickets.building import Building
from homeroom_collector.tickets.desk import Capabilities, Entry, NewTicket, State
from homeroom_collector.tickets.errors import DeskDeniedError, DeskRefusedError, KeyLostError
from homeroom_collector.tickets.rest import Rest, as_html, as_number, number, rows, searchable

_ID, _EXTERNAL_ID = "2", "87"
_ASSIGNED, _SOLVED, _CLOSED = 2, 5, 6
_MOST_ROWS = "0-199"


@dataclass(frozen=True, slots=True, kw_only=True)
class GlpiSettings:
    """``url`` is GLPI's own, without ``/apirest.php``. ``token`` is the user's, ``app_token`` that of the API client.

    ``entity`` and ``category`` are numbers, None leaves GLPI its defaults. ``urgencies`` are 1 (very low) to
    5 (very high), by severity.
    """

    url: str
    token: SecretSource
    app_token: SecretSource | None = None
    entity: int | None = None
    category: int | None = None
    urgencies: dict[str, int] = field(default_factory=lambda: {"critical": 5, "warning": 3, "info": 2})


class Glpi:
    """One entity of one GLPI."""

    capabilities = Capabilities(find=True, notes=True, read_notes=True, status=True, close=True, reopen=True)

    def __init__(self, settings: GlpiSettings, rest: Rest, token: Secret) -> None:
        self._settings, self._rest, self._token = settings, rest, token
        self._session = ""

    async def check(self) -> str:
        """Whether a session begins, and tickets can be searched by their external id."""
        options = await self._call("GET", "/listSearchOptions/Ticket")
        column = options.get(_EXTERNAL_ID) if isinstance(options, dict) else None
        if not isinstance(column, dict) or column.get("field") != "externalid":
            raise DeskRefusedError("tickets cannot be searched by an external id there; that needs GLPI 10 or later")
        return f"GLPI {self._settings.url}"

    async def find(self, external_key: str) -> list[str]:
        """By the external id."""
        key = searchable(external_key)
        query = {
            "criteria[0][field]": _EXTERNAL_ID,
            "criteria[0][searchtype]": "contains",
            "criteria[0][value]": key,
            "forcedisplay[0]": _ID,
            "forcedisplay[1]": _EXTERNAL_ID,
            "range": _MOST_ROWS,
        }
        found = rows(await self._call("GET", "/search/Ticket", query=query), "data")
        return sorted((str(each[_ID]) for each in found if each.get(_EXTERNAL_ID) == key), key=int)

    async def create(self, ticket: NewTicket) -> str:
        """A new ticket, read back: a right may be missing for the external id alone."""
        settings = self._settings
        asked: dict[str, Any] = {
            "name": ticket.subject,
            "content": as_html(ticket.text),
            "externalid": ticket.external_key,
            "urgency": settings.urgencies.get(ticket.severity, 3),
        }
        given = {"entities_id": settings.entity, "itilcategories_id": settings.category}
        asked |= {name: value for name, value in given.items() if value is not None}
        made = number(await self._call("POST", "/Ticket", {"input": asked}), "id")
        if (await self._ticket(made)).get("externalid") != ticket.external_key:
            raise KeyLostError(f"ticket {made} was made, but GLPI did not keep its external id", made)
        return made

    async def note(self, entry: Entry, state: State | None = None) -> None:
        """A solution where it resolves the ticket, else a private follow-up and then the status."""
        about = {"itemtype": "Ticket", "items_id": int(as_number(entry.desk_id)), "content": as_html(entry.text)}
        if state == "resolved" and await self.status(entry.desk_id) == "open":
            await self._call("POST", "/ITILSolution", {"input": about})
            return
        await self._call("POST", "/ITILFollowup", {"input": about | {"is_private": 1}})
        if state is not None:
            await self.set_state(entry, state)

    async def set_state(self, entry: Entry, state: State) -> None:
        """The status alone; GLPI answers 200 where it did not take it."""
        if await self.status(entry.desk_id) == state:
            return
        wanted = {"status": _ASSIGNED if state == "open" else _SOLVED}
        done = rows(await self._call("PUT", f"/Ticket/{as_number(entry.desk_id)}", {"input": wanted}))
        if not all(each.get(entry.desk_id, True) for each in done):
            raise DeskRefusedError(f"ticket {entry.desk_id} is not set to {state}: {done[0].get('message') or done}")

    async def has_note(self, desk_id: str, marker: str) -> bool:
        """Among its follow-ups and its solutions."""
        for kind in ("ITILFollowup", "ITILSolution"):
            query = {"range": _MOST_ROWS, "order": "DESC"}
            found = rows(await self._call("GET", f"/Ticket/{as_number(desk_id)}/{kind}", query=query))
            if any(marker in html.unescape(str(each.get("content"))) for each in found):
                return True
        return False

    async def status(self, desk_id: str) -> DeskStatus:
        """Solved or closed is resolved; what lies in the bin is gone."""
        ticket = await self._ticket(desk_id)
        if ticket.get("is_deleted"):
            return "gone"
        return "resolved" if ticket.get("status") in (_SOLVED, _CLOSED) else "open"

    async def _ticket(self, desk_id: str) -> dict[str, Any]:
        found = await self._call("GET", f"/Ticket/{as_number(desk_id)}")
        return found if isinstance(found, dict) else {}

    async def _call(self, method: str, path: str, body: Any = None, query: dict[str, str] | None = None) -> Any:
        try:
            return await self._within(method, path, body, query)
        except DeskDeniedError as error:
            if "ERROR_SESSION_TOKEN" not in str(error):
                raise
            self._session = ""
            return await self._within(method, path, body, query)

    async def _within(self, method: str, path: str, body: Any, query: dict[str, str] | None) -> Any:
        if not self._session:
            self._session = await self._begun()
        headers = {"Session-Token": self._session}
        return (await self._rest.call(method, f"/apirest.php{path}", body, query=query, headers=headers)).body

    async def _begun(self) -> str:
        headers = {"Authorization": f"user_token {self._token.reveal()}"}
        try:
            answer = await self._rest.call("GET", "/apirest.php/initSession", headers=headers)
        except DeskRefusedError as error:
            if "TOKEN" not in str(error):
                raise
            raise DeskDeniedError(str(error)) from error  # GLPI says 400 to a wrong App-Token
        return number(answer.body, "session_token")


def build(settings: GlpiSettings, building: Building) -> Glpi:
    """As the registry calls it. Raises ConfigError where a token is not to be had."""
    headers = {}
    if settings.app_token is not None:
        headers["App-Token"] = settings.app_token.read("glpi.app_token", building.environment).reveal()
    token = settings.token.read("glpi.token", building.environment)
    return Glpi(settings, building.rest(settings.url, headers), token)
