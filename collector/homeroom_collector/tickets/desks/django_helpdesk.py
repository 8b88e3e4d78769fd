"""django-helpdesk by its REST API (github.com/django-helpdesk/django-helpdesk, ``helpdesk/views/api.py``).

The key is a custom field. Its API cannot be searched, but it lists the tickets that carry the caller's own e-mail
address, so Homeroom's tickets are found among Homeroom's. Notes are follow-ups that are not public, which write to
nobody outside. What is written goes through Django's templates there, so that their signs are taken apart before.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from homeroom_collector.rules.ticket_outcome import DeskStatus
from homeroom_collector.secret import SecretSource
from homeroom_collector.tickets.building import Building
from homeroom_collector.tickets.desk import Capabilities, Entry, NewTicket, State
from homeroom_collector.tickets.errors import DeskRefusedError, KeyLostError
from homeroom_collector.tickets.rest import Rest, as_number, basic, number, rows, searchable

_PAGE = 1000
# As ``helpdesk/settings.py`` numbers them, where a district does not number them otherwise.
_REOPENED, _RESOLVED, _CLOSED, _DUPLICATE = 2, 3, 4, 5
# It guards "{%" itself, and fails with 500 at a "%}" that has none.
_TEMPLATE_SIGN = re.compile(r"\{(?=[{%#])|%(?=\})")


@dataclass(frozen=True, slots=True, kw_only=True)
class DjangoHelpdeskSettings:
    """``url`` is where its pages begin; below it is ``/api``. ``email`` is the address of the user who calls.

    ``user`` None: the secret is a token of the REST framework, otherwise the user's password. ``queue`` is the
    queue's number, ``field`` the name of a custom field that is not for staff only.
    """

    url: str
    secret: SecretSource
    email: str
    queue: int
    user: str | None = None
    field: str = "homeroom_key"
    open_status: int = _REOPENED
    resolved_status: int = _RESOLVED
    closed_statuses: list[int] = dataclasses.field(default_factory=lambda: [_CLOSED])
    rejected_statuses: list[int] = dataclasses.field(default_factory=lambda: [_DUPLICATE])
    priorities: dict[str, int] = dataclasses.field(default_factory=lambda: {"critical": 1, "warning": 3, "info": 4})


class DjangoHelpdesk:
    """One queue."""

    capabilities = Capabilities(find=True, notes=True, read_notes=True, status=True, close=True, reopen=True)

    def __init__(self, settings: DjangoHelpdeskSettings, rest: Rest) -> None:
        self._settings, self._rest = settings, rest
        self._field = f"custom_{settings.field}"

    async def check(self) -> str:
        """What a ticket consists of there; raises where the custom field is missing, or we are no staff."""
        described = (await self._rest.call("OPTIONS", "/api/tickets/")).body
        if self._field not in _below(described, "actions", "POST"):
            raise DeskRefusedError(
                f"there is no custom field {self._settings.field!r}; make one of the type 'single line' in the "
                f"administration, not for staff only"
            )
        await self._rest.call("GET", "/api/user_tickets/", query={"page_size": "1"})
        return f"django-helpdesk {self._settings.url}, queue {self._settings.queue}"

    async def find(self, external_key: str) -> list[str]:
        """Among the tickets that carry our address."""
        key = searchable(external_key)
        found = [str(each["id"]) async for each in self._ours() if each.get(self._field) == key]
        return sorted(found, key=int)

    async def _ours(self) -> AsyncIterator[dict[str, Any]]:
        page, more = 1, True
        while more:
            query = {"page": str(page), "page_size": str(_PAGE)}
            answer = (await self._rest.call("GET", "/api/user_tickets/", query=query)).body
            for each in rows(answer, "results"):
                yield each
            page, more = page + 1, isinstance(answer, dict) and bool(answer.get("next"))

    async def create(self, ticket: NewTicket) -> str:
        """A new ticket, and whether we see it by its key."""
        settings = self._settings
        body = {
            "queue": settings.queue,
            "title": ticket.subject,
            "description": ticket.text,
            "submitter_email": settings.email,
            "priority": settings.priorities.get(ticket.severity, 3),
            self._field: ticket.external_key,
        }
        made = number((await self._rest.call("POST", "/api/tickets/", body)).body, "id")
        if made not in await self.find(ticket.external_key):
            raise KeyLostError(
                f"ticket {made} was made, but is not found again: email must be the address of the user who calls, "
                f"and the custom field {settings.field!r} one that is not for staff only",
                made,
            )
        return made

    async def note(self, entry: Entry, state: State | None = None) -> None:
        """A follow-up that is not public, with the status in the same call."""
        text = _TEMPLATE_SIGN.sub(r"\g<0> ", entry.text)
        body: dict[str, Any] = {"ticket": int(as_number(entry.desk_id)), "comment": text, "public": False}
        if state is not None:
            body["new_status"] = self._status_of(state)
        await self._rest.call("POST", "/api/followups/", body)

    async def set_state(self, entry: Entry, state: State) -> None:
        """The status alone."""
        await self._rest.call("PATCH", _path(entry.desk_id), {"status": self._status_of(state)})

    def _status_of(self, state: State) -> int:
        return self._settings.open_status if state == "open" else self._settings.resolved_status

    async def has_note(self, desk_id: str, marker: str) -> bool:
        """Among the follow-ups; the first of them is the ticket's own text."""
        answer = await self._rest.call("GET", _path(desk_id))
        return any(marker in str(each.get("comment")) for each in rows(answer.body, "followup_set"))

    async def status(self, desk_id: str) -> DeskStatus:
        """By its number; what was merged into another ticket is gone."""
        settings, ticket = self._settings, (await self._rest.call("GET", _path(desk_id))).body
        status = ticket.get("status") if isinstance(ticket, dict) else None
        if status in settings.rejected_statuses:
            return "rejected"
        if isinstance(ticket, dict) and ticket.get("merged_to") is not None:
            return "gone"
        return "resolved" if status in (settings.resolved_status, *settings.closed_statuses) else "open"


def _path(desk_id: str) -> str:
    return f"/api/tickets/{as_number(desk_id)}/"


def _below(body: Any, *path: str) -> dict[str, Any]:
    for name in path:
        body = body.get(name) if isinstance(body, dict) else None
    return body if isinstance(body, dict) else {}


def build(settings: DjangoHelpdeskSettings, building: Building) -> DjangoHelpdesk:
    """As the registry calls it. Raises ConfigError where the secret is not to be had."""
    secret = settings.secret.read("django_helpdesk.secret", building.environment).reveal()
    said = f"Token {secret}" if settings.user is None else basic(settings.user, secret)
    return DjangoHelpdesk(settings, building.rest(settings.url, {"Authorization": said}))
