"""Jira and Jira Service Management by REST (developer.atlassian.com, Jira REST API 2 and 3). Not tried for real.

The key is a label. States are reached by transitions, which each project names for itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import quote

from homeroom_collector.rules.ticket_outcome import DeskStatus
from homeroom_collector.secret import SecretSource
from homeroom_collector.tickets.building import Building
from homeroom_collector.tickets.desk import Capabilities, Entry, NewTicket, State
from homeroom_collector.tickets.errors import DeskRefusedError
from homeroom_collector.tickets.rest import Rest, basic, number, rows, searchable

_LAG_SECONDS = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class JiraSettings:
    """With ``user`` the token is a Cloud API token, without a personal access token of a server of one's own."""

    url: str
    token: SecretSource
    project: str
    user: str | None = None
    issue_type: str = "Task"
    resolve: str = "Done"
    reopen: str = "To Do"
    rejected: list[str] = field(default_factory=lambda: ["Won't Do", "Won't Fix", "Declined"])


class Jira:
    """One project. Cloud's search lags behind, so an empty answer is believed after two minutes only."""

    capabilities = Capabilities(
        find=True, find_lag_seconds=_LAG_SECONDS, notes=True, read_notes=True, status=True, close=True, reopen=True
    )

    def __init__(self, settings: JiraSettings, rest: Rest) -> None:
        self._settings, self._rest = settings, rest

    async def check(self) -> str:
        """Whether the project is there."""
        answer = await self._rest.call("GET", f"/rest/api/2/project/{quote(self._settings.project, safe='')}")
        return f"Jira, project {number(answer.body, 'key')}"

    async def find(self, external_key: str) -> list[str]:
        """By label; Cloud has moved its search."""
        path = "/rest/api/3/search/jql" if self._settings.user else "/rest/api/2/search"
        query = {"jql": f'labels = "{searchable(external_key)}" ORDER BY created ASC', "fields": "status"}
        return [str(each["key"]) for each in rows((await self._rest.call("GET", path, query=query)).body, "issues")]

    async def create(self, ticket: NewTicket) -> str:
        """With the key as a label."""
        fields = {
            "project": {"key": self._settings.project},
            "issuetype": {"name": self._settings.issue_type},
            "summary": ticket.subject,
            "description": ticket.text,
            "labels": [ticket.external_key],
        }
        return number((await self._rest.call("POST", "/rest/api/2/issue", {"fields": fields})).body, "key")

    async def note(self, entry: Entry, state: State | None = None) -> None:
        """A comment, and then the transition."""
        await self._rest.call("POST", f"{_path(entry.desk_id)}/comment", {"body": entry.text})
        if state is not None:
            await self.set_state(entry, state)

    async def set_state(self, entry: Entry, state: State) -> None:
        """By the transition that the settings name; nothing where the state is reached already."""
        if await self.status(entry.desk_id) == state:
            return
        wanted = self._settings.resolve if state == "resolved" else self._settings.reopen
        answer = await self._rest.call("GET", f"{_path(entry.desk_id)}/transitions")
        offered = rows(answer.body, "transitions")
        chosen = next((each for each in offered if each.get("name") == wanted), None)
        if chosen is None:
            names = ", ".join(str(each.get("name")) for each in offered)
            raise DeskRefusedError(f"{entry.desk_id} has no transition {wanted!r}; it has: {names or 'none'}")
        await self._rest.call("POST", f"{_path(entry.desk_id)}/transitions", {"transition": {"id": chosen["id"]}})

    async def has_note(self, desk_id: str, marker: str) -> bool:
        """Among the comments."""
        answer = await self._rest.call("GET", f"{_path(desk_id)}/comment", query={"orderBy": "-created"})
        return any(marker in str(each.get("body")) for each in rows(answer.body, "comments"))

    async def status(self, desk_id: str) -> DeskStatus:
        """By the category of the status, which every project has."""
        answer = await self._rest.call("GET", _path(desk_id), query={"fields": "status,resolution"})
        fields = answer.body.get("fields", {}) if isinstance(answer.body, dict) else {}
        if fields.get("status", {}).get("statusCategory", {}).get("key") != "done":
            return "open"
        return "rejected" if (fields.get("resolution") or {}).get("name") in self._settings.rejected else "resolved"


def _path(desk_id: str) -> str:
    return f"/rest/api/2/issue/{quote(desk_id, safe='')}"


def build(settings: JiraSettings, building: Building) -> Jira:
    """As the registry calls it. Raises ConfigError where the token is not to be had."""
    token = settings.token.read("jira.token", building.environment).reveal()
    authorization = f"Bearer {token}" if settings.user is None else basic(settings.user, token)
    return Jira(settings, building.rest(settings.url, {"Authorization": authorization}))
