"""Incident IQ by its API (apihub.incidentiq.com, "Tickets"). Not tried for real.

It has no field for a key of ours, so the key stands in the description, which a search by keyword finds; a search
whose filter it does not understand gives every ticket, so each one found is looked at. How soon a new ticket is found
is not published. Where a ticket goes is decided by its location, one for each school, and its issue.
"""

from __future__ import annotations

import html
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from homeroom_collector.rules.ticket_outcome import DeskStatus
from homeroom_collector.secret import SecretSource
from homeroom_collector.tickets.building import Building
from homeroom_collector.tickets.desk import Capabilities, Entry, NewTicket, State
from homeroom_collector.tickets.errors import DeskRefusedError
from homeroom_collector.tickets.rest import Rest, as_html, number, rows, searchable

_LAG_SECONDS = 120.0
_PAGE = 100
_COMMENT = {"$type": "Spark.Shared.Models.TicketActivityComment, Spark.Shared", "TicketActivityTypeId": 6}


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentIqSettings:
    """All but ``url`` and ``token`` are ids (UUIDs) of the district's Incident IQ.

    ``user`` is whom tickets are for and who writes the notes. ``location`` is the district's own, ``locations`` those
    of schools by their id here. ``open_step`` and ``resolved_step`` are steps of the workflow.
    """

    url: str
    token: SecretSource
    site: str
    user: str
    issue: str
    location: str
    open_step: str
    resolved_step: str
    locations: dict[str, str] = field(default_factory=dict)
    urgent: list[str] = field(default_factory=lambda: ["critical"])


class IncidentIq:
    """One site."""

    capabilities = Capabilities(
        find=True, find_lag_seconds=_LAG_SECONDS, notes=True, read_notes=True, status=True, close=True, reopen=True
    )

    def __init__(self, settings: IncidentIqSettings, rest: Rest) -> None:
        self._settings, self._rest = settings, rest

    async def check(self) -> str:
        """Whether our two steps are among those of the workflows."""
        steps = rows((await self._rest.call("GET", "/api/v1.0/workflows/steps")).body, "Items")
        names = {str(each.get("WorkflowStepId")).lower(): str(each.get("StepName")) for each in steps}
        ours = {"open_step": self._settings.open_step, "resolved_step": self._settings.resolved_step}
        for name, step in ours.items():
            if step.lower() not in names:
                there = ", ".join(f"{known} ({number})" for number, known in sorted(names.items()))
                raise DeskRefusedError(f"{name}: no step of a workflow has the id {step}; there are: {there or 'none'}")
        return f"Incident IQ {self._settings.url}"

    async def find(self, external_key: str) -> list[str]:
        """By keyword, and the key in the description; oldest first."""
        key = searchable(external_key)
        wanted = {"Filters": [{"Facet": "keyword", "Value": key, "Name": key}]}
        query = {"$s": str(_PAGE), "$o": "TicketCreatedDate"}
        found = rows((await self._rest.call("POST", "/api/v1.0/tickets", wanted, query=query)).body, "Items")
        ours = [each for each in found if _mark(key) in str(each.get("IssueDescription"))]
        return [str(each["TicketId"]) for each in sorted(ours, key=lambda each: str(each.get("CreatedDate")))]

    async def create(self, ticket: NewTicket) -> str:
        """At the school's location."""
        settings = self._settings
        body = {
            "Subject": ticket.subject,
            "IssueDescription": f"{as_html(ticket.text)}<br>{_mark(ticket.external_key)}",
            "ForId": settings.user,
            "IssueId": settings.issue,
            "LocationId": settings.locations.get(ticket.school, settings.location),
            "IsUrgent": ticket.severity in settings.urgent,
        }
        only = {"ApiFlags": "OnlySetMappedProperties"}
        answer = await self._rest.call("POST", "/api/v1.0/tickets/new", body, headers=only)
        return number(answer.body, "Item", "TicketId")

    async def note(self, entry: Entry, state: State | None = None) -> None:
        """A comment that the requester does not see and that mails nobody, and then the step."""
        comment = _COMMENT | {"ByUserId": self._settings.user, "Comments": as_html(entry.text)}
        body = {"TicketId": entry.desk_id, "ActivityItems": [comment], "IsPublic": False}
        await self._rest.call("POST", f"{_path(entry.desk_id)}/activities/new/false", body)
        if state is not None:
            await self.set_state(entry, state)

    async def set_state(self, entry: Entry, state: State) -> None:
        """The step of the workflow alone."""
        step = self._settings.open_step if state == "open" else self._settings.resolved_step
        await self._rest.call("POST", f"{_path(entry.desk_id)}/status/{quote(step, safe='')}")

    async def has_note(self, desk_id: str, marker: str) -> bool:
        """Among the comments of its activities."""
        async for comment in self._comments(desk_id):
            if marker in html.unescape(comment):
                return True
        return False

    async def _comments(self, desk_id: str) -> AsyncIterator[str]:
        page, full = 0, True
        while full:
            query = {"$p": str(page), "$s": str(_PAGE)}
            answer = await self._rest.call("GET", f"{_path(desk_id)}/activities", query=query)
            activities = rows(answer.body, "Items")
            for each in activities:
                for item in rows(each, "ActivityItems"):
                    yield str(item.get("Comments"))
            page, full = page + 1, len(activities) == _PAGE

    async def status(self, desk_id: str) -> DeskStatus:
        """By its step. Closed is for good there: the next time gets a ticket of its own."""
        body: Any = (await self._rest.call("GET", _path(desk_id))).body
        ticket = body.get("Item") if isinstance(body, dict) else None
        if not isinstance(ticket, dict):
            raise DeskRefusedError(f"ticket {desk_id}: not what Incident IQ answers; is the url right?")
        step = ticket.get("WorkflowStep")
        if ticket.get("IsDeleted"):
            return "rejected"
        if isinstance(step, dict) and str(step.get("WorkflowStepId")).lower() == self._settings.resolved_step.lower():
            return "resolved"
        return "gone" if ticket.get("IsClosed") else "open"


def _mark(external_key: str) -> str:
    """The key with its end, so that one is not found in a longer one."""
    return f"[{external_key}]"


def _path(desk_id: str) -> str:
    return f"/api/v1.0/tickets/{quote(desk_id, safe='')}"


def build(settings: IncidentIqSettings, building: Building) -> IncidentIq:
    """As the registry calls it. Raises ConfigError where the token is not to be had."""
    token = settings.token.read("incident_iq.token", building.environment).reveal()
    headers = {"Authorization": f"Bearer {token}", "SiteId": settings.site, "Client": "ApiClient"}
    return IncidentIq(settings, building.rest(settings.url, headers))
