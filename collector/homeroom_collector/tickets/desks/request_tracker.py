"""Request Tracker 5 by REST 2.0 (docs.bestpractical.com/rt/5.0.3/RT/REST2.html).

The key is a custom field. RT answers 201 to a ticket with a custom field that it does not know, and drops it; it
answers 200 to a status that it refuses. So both are read back. ``comment`` is used and never ``correspond``, which
would open a resolved ticket and write to the requestor.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from homeroom_collector.rules.ticket_outcome import DeskStatus
from homeroom_collector.secret import SecretSource
from homeroom_collector.tickets.building import Building
from homeroom_collector.tickets.desk import Capabilities, Entry, NewTicket, State
from homeroom_collector.tickets.errors import DeskDownError, DeskRefusedError, KeyLostError
from homeroom_collector.tickets.rest import Answer, Rest, as_number, number, rows, searchable

_PAGE = 100
_READ_AT_ONCE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestTrackerSettings:
    """``url`` is RT's own, without ``/REST``. ``requestor`` is a mailbox that opens no tickets itself."""

    url: str
    token: SecretSource
    queue: str
    field: str = "HomeroomKey"
    requestor: str = ""
    open_status: str = "open"
    resolved_status: str = "resolved"
    rejected_statuses: list[str] = dataclasses.field(default_factory=lambda: ["rejected", "deleted"])
    priorities: dict[str, int] | None = None


class RequestTracker:
    """One queue of one Request Tracker."""

    capabilities = Capabilities(find=True, notes=True, read_notes=True, status=True, close=True, reopen=True)

    def __init__(self, settings: RequestTrackerSettings, rest: Rest) -> None:
        self._settings, self._rest = settings, rest

    async def check(self) -> str:
        """The version; raises where the queue or its custom field is missing or hidden from us."""
        version = (await self._get("/rt")).get("Version", "?")
        queue = await self._get(f"/queue/{quote(self._settings.queue, safe='')}")
        fields = {str(each.get("name")) for each in rows(queue, "TicketCustomFields")}
        if self._settings.field not in fields:
            raise DeskRefusedError(
                f"queue {self._settings.queue!r} has no ticket custom field {self._settings.field!r} that we may see; "
                f"make one of the type 'enter one value' and apply it to the queue"
            )
        return f"Request Tracker {version}, queue {queue.get('Name')}"

    async def find(self, external_key: str) -> list[str]:
        """By the custom field, in our queue."""
        # TicketSQL has no parameters: a quote in a key would be part of the query.
        key = _literal(searchable(external_key))
        query = f"Queue={_literal(self._settings.queue)} AND 'CF.{{{self._settings.field}}}'={key}"
        found = await self._get("/tickets", query=query, fields="id", orderby="id", order="ASC", per_page=str(_PAGE))
        return [str(each["id"]) for each in rows(found, "items")]

    async def create(self, ticket: NewTicket) -> str:
        """A new ticket, read back."""
        settings = self._settings
        body: dict[str, Any] = {
            "Queue": settings.queue,
            "Subject": ticket.subject,
            "Content": ticket.text,
            "ContentType": "text/plain",
            "CustomFields": {settings.field: ticket.external_key},
        }
        if settings.requestor:
            body["Requestor"] = settings.requestor
        if settings.priorities:
            body["Priority"] = settings.priorities.get(ticket.severity, 0)
        made = number((await self._call("POST", "/REST/2.0/ticket", body)).body, "id")
        await self._read_back(made, ticket.external_key)
        return made

    async def _read_back(self, desk_id: str, external_key: str) -> None:
        ticket = await self._ticket(desk_id)
        values = [
            each.get("values") for each in rows(ticket, "CustomFields") if each.get("name") == self._settings.field
        ]
        if values != [[external_key]]:
            raise KeyLostError(
                f"ticket {desk_id} was made, but its custom field {self._settings.field!r} does not hold the key; "
                f"give us the rights SetInitialCustomField, ModifyCustomField and SeeCustomField",
                desk_id,
            )

    async def note(self, entry: Entry, state: State | None = None) -> None:
        """A comment, with the status in the same call."""
        body = {"Content": entry.text, "ContentType": "text/plain"}
        wanted = self._status_of(state)
        if wanted is not None:
            body["Status"] = wanted
        await self._call("POST", f"/REST/2.0/ticket/{as_number(entry.desk_id)}/comment", body)
        if wanted is not None:
            await self._expect(entry.desk_id, wanted)

    async def set_state(self, entry: Entry, state: State) -> None:
        """The status, read back: RT refuses one with 200."""
        wanted = self._status_of(state)
        await self._call("PUT", f"/REST/2.0/ticket/{as_number(entry.desk_id)}", {"Status": wanted})
        await self._expect(entry.desk_id, str(wanted))

    async def _expect(self, desk_id: str, wanted: str) -> None:
        if (now := str((await self._ticket(desk_id)).get("Status"))) != wanted:
            raise DeskRefusedError(f"ticket {desk_id} stays {now!r}: the queue does not take {wanted!r} from there")

    def _status_of(self, state: State | None) -> str | None:
        if state is None:
            return None
        return self._settings.open_status if state == "open" else self._settings.resolved_status

    async def has_note(self, desk_id: str, marker: str) -> bool:
        """Whether a comment with the marker is there; the newest are read first."""
        page = 1
        while True:
            found = await self._get(
                f"/ticket/{as_number(desk_id)}/history", fields="Type", per_page=str(_PAGE), page=str(page)
            )
            items = rows(found, "items")
            comments = [str(each["id"]) for each in items if each.get("Type") in ("Comment", "Correspond", "Create")]
            if await self._any_has(comments[::-1], marker):
                return True
            if len(items) < _PAGE:
                return False
            page += 1

    async def _any_has(self, transactions: list[str], marker: str) -> bool:
        for start in range(0, len(transactions), _READ_AT_ONCE):
            chosen = transactions[start : start + _READ_AT_ONCE]
            if any(await asyncio.gather(*(self._says(each, marker) for each in chosen))):
                return True
        return False

    async def _says(self, transaction: str, marker: str) -> bool:
        found = await self._get(f"/transaction/{as_number(transaction)}/attachments", fields="Content")
        return any(marker in str(each.get("Content")) for each in rows(found, "items"))

    async def status(self, desk_id: str) -> DeskStatus:
        """As RT has it; any status that is neither resolved nor rejected counts as open."""
        status = str((await self._ticket(desk_id)).get("Status"))
        if status in self._settings.rejected_statuses:
            return "rejected"
        return "resolved" if status == self._settings.resolved_status else "open"

    async def _call(
        self, method: str, path: str, body: Any = None, *, query: Mapping[str, str] | None = None
    ) -> Answer:
        """RT says 400 where its own database fails it, and means that it may be asked again."""
        try:
            return await self._rest.call(method, path, body, query=query)
        except DeskRefusedError as error:
            if "internal error" in str(error):
                raise DeskDownError(str(error), unsure=True) from error
            raise

    async def _ticket(self, desk_id: str) -> dict[str, Any]:
        return await self._get(f"/ticket/{as_number(desk_id)}")

    async def _get(self, path: str, **query: str) -> dict[str, Any]:
        answer = await self._call("GET", f"/REST/2.0{path}", query=query)
        if not isinstance(answer.body, dict):
            raise DeskRefusedError(f"GET {path}: not what Request Tracker answers; is the url right?")
        return answer.body


def _literal(text: str) -> str:
    """A string of TicketSQL."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def build(settings: RequestTrackerSettings, building: Building) -> RequestTracker:
    """As the registry calls it. Raises ConfigError where the token is not to be had."""
    token = settings.token.read("request_tracker.token", building.environment).reveal()
    return RequestTracker(settings, building.rest(settings.url, {"Authorization": f"token {token}"}))
