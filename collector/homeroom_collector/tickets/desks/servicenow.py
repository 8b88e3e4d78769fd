"""ServiceNow by its Table API (docs.servicenow.com, "Table API"), table incident. Not tried for real.

The key is ``correlation_id``, which is made for that.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import quote

from homeroom_collector.rules.ticket_outcome import DeskStatus
from homeroom_collector.secret import SecretSource
from homeroom_collector.tickets.building import Building
from homeroom_collector.tickets.desk import Capabilities, Entry, NewTicket, State
from homeroom_collector.tickets.rest import Rest, basic, number, rows, searchable

_OPEN, _RESOLVED, _CLOSED, _CANCELED = "2", "6", "7", "8"
_TABLE = "/api/now/table/incident"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceNowSettings:
    """``close_code`` must be one that the instance knows. ``urgencies`` are 1 (high) to 3 (low), by severity."""

    url: str
    user: str
    password: SecretSource
    assignment_group: str = ""
    close_code: str = "Resolved by request"
    urgencies: dict[str, str] = field(default_factory=lambda: {"critical": "1", "warning": "2", "info": "3"})


class ServiceNow:
    """One instance."""

    capabilities = Capabilities(find=True, notes=True, read_notes=True, status=True, close=True, reopen=True)

    def __init__(self, settings: ServiceNowSettings, rest: Rest) -> None:
        self._settings, self._rest = settings, rest

    async def check(self) -> str:
        """Whether incidents may be listed."""
        await self._rest.call("GET", _TABLE, query={"sysparm_limit": "1", "sysparm_fields": "sys_id"})
        return f"ServiceNow {self._settings.url}"

    async def find(self, external_key: str) -> list[str]:
        """By ``correlation_id``, oldest first."""
        key = searchable(external_key)
        query = {"sysparm_query": f"correlation_id={key}^ORDERBYsys_created_on", "sysparm_fields": "sys_id"}
        return [
            str(each["sys_id"]) for each in rows((await self._rest.call("GET", _TABLE, query=query)).body, "result")
        ]

    async def create(self, ticket: NewTicket) -> str:
        """The number is the record's ``sys_id``."""
        body = {
            "short_description": ticket.subject,
            "description": ticket.text,
            "correlation_id": ticket.external_key,
            "correlation_display": "Homeroom",
            "urgency": self._settings.urgencies.get(ticket.severity, "3"),
        }
        if self._settings.assignment_group:
            body["assignment_group"] = self._settings.assignment_group
        return number((await self._rest.call("POST", _TABLE, body)).body, "result", "sys_id")

    async def note(self, entry: Entry, state: State | None = None) -> None:
        """Work notes, with the state in the same call."""
        body = {"work_notes": entry.text}
        await self._patch(entry, body if state is None else body | self._state(state, entry.text))

    async def set_state(self, entry: Entry, state: State) -> None:
        """The state alone."""
        await self._patch(entry, self._state(state, entry.text))

    def _state(self, state: State, text: str) -> dict[str, str]:
        if state == "open":
            return {"state": _OPEN}
        return {"state": _RESOLVED, "close_code": self._settings.close_code, "close_notes": text}

    async def _patch(self, entry: Entry, body: dict[str, str]) -> None:
        await self._rest.call("PATCH", f"{_TABLE}/{quote(entry.desk_id, safe='')}", body)

    async def has_note(self, desk_id: str, marker: str) -> bool:
        """In the journal of the record."""
        query = {"sysparm_query": f"element_id={quote(desk_id, safe='')}^element=work_notes", "sysparm_fields": "value"}
        answer = await self._rest.call("GET", "/api/now/table/sys_journal_field", query=query)
        return any(marker in str(each.get("value")) for each in rows(answer.body, "result"))

    async def status(self, desk_id: str) -> DeskStatus:
        """``canceled`` is what people choose for what will not be mended; ``closed`` is for good."""
        query = {"sysparm_fields": "state"}
        answer = await self._rest.call("GET", f"{_TABLE}/{quote(desk_id, safe='')}", query=query)
        found = answer.body.get("result", {}) if isinstance(answer.body, dict) else {}
        known: dict[str, DeskStatus] = {_RESOLVED: "resolved", _CLOSED: "gone", _CANCELED: "rejected"}
        return known.get(str(found.get("state")), "open")


def build(settings: ServiceNowSettings, building: Building) -> ServiceNow:
    """As the registry calls it. Raises ConfigError where the password is not to be had."""
    password = settings.password.read("servicenow.password", building.environment).reveal()
    headers = {"Authorization": basic(settings.user, password), "Accept": "application/json"}
    return ServiceNow(settings, building.rest(settings.url, headers))
