"""Small servers that keep tickets as the published interfaces of help desks say, and refuse what those would refuse."""

from __future__ import annotations

import html
import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

Json = dict[str, Any]


@dataclass
class Standin:
    """Tickets by number, what was written into them, and how often one was made."""

    tickets: dict[str, Json] = field(default_factory=dict)
    notes: dict[str, list[str]] = field(default_factory=dict)
    once: dict[str, str] = field(default_factory=dict)
    numbers: Any = field(default_factory=lambda: itertools.count(1))

    def make(self, ticket: Json, text: str) -> str:
        name = str(next(self.numbers))
        self.tickets[name] = ticket
        self.notes[name] = [text]
        return name

    def of(self, request: web.Request) -> str:
        name = request.match_info["id"]
        if name not in self.tickets:
            raise web.HTTPNotFound
        return name


def need(body: Json, *names: str) -> None:
    """What the interface calls mandatory."""
    missing = [name for name in names if not body.get(name)]
    if missing:
        raise web.HTTPBadRequest(text=f"missing: {missing}")


def zendesk(kept: Standin) -> list[web.RouteDef]:
    async def me(_request: web.Request) -> web.Response:
        return web.json_response({"user": {"id": 7}})

    async def find(request: web.Request) -> web.Response:
        key = request.query["external_id"]
        found = [{"id": int(name)} for name, each in kept.tickets.items() if each["external_id"] == key]
        return web.json_response({"tickets": found, "count": len(found)})

    async def create(request: web.Request) -> web.Response:
        ticket = (await request.json())["ticket"]
        need(ticket, "subject", "comment", "external_id")
        key = request.headers["Idempotency-Key"]
        if key not in kept.once:
            kept.once[key] = kept.make(ticket | {"status": "new"}, ticket["comment"]["body"])
        return web.json_response({"ticket": {"id": int(kept.once[key])}}, status=201)

    async def put(request: web.Request) -> web.Response:
        name, change = kept.of(request), (await request.json())["ticket"]
        if kept.tickets[name]["status"] == "closed":
            raise web.HTTPUnprocessableEntity
        if "comment" in change:
            assert change["comment"]["public"] is False
            kept.notes[name].append(change["comment"]["body"])
        kept.tickets[name]["status"] = change.get("status", kept.tickets[name]["status"])
        return web.json_response({"ticket": {"id": int(name)}})

    async def get(request: web.Request) -> web.Response:
        name = kept.of(request)
        return web.json_response({"ticket": {"id": int(name), "status": kept.tickets[name]["status"]}})

    async def comments(request: web.Request) -> web.Response:
        return web.json_response({"comments": [{"body": each} for each in kept.notes[kept.of(request)]]})

    path = "/api/v2/tickets/{id:[0-9]+}"
    return [
        web.get("/api/v2/users/me.json", me), web.get("/api/v2/tickets.json", find),
        web.post("/api/v2/tickets.json", create), web.put(f"{path}.json", put), web.get(f"{path}.json", get),
        web.get(f"{path}/comments.json", comments),
    ]  # fmt: skip


def freshservice(kept: Standin) -> list[web.RouteDef]:
    async def listed(_request: web.Request) -> web.Response:
        return web.json_response({"tickets": []})

    async def find(request: web.Request) -> web.Response:
        asked = re.fullmatch(r"\"tag:'([^']+)'\"", request.query["query"])
        if not asked:
            raise web.HTTPBadRequest
        found = [{"id": int(name)} for name, each in kept.tickets.items() if asked[1] in each["tags"]]
        return web.json_response({"tickets": found, "total": len(found)})

    async def create(request: web.Request) -> web.Response:
        ticket = await request.json()
        need(ticket, "subject", "description", "email", "status", "priority", "source")
        return web.json_response({"ticket": {"id": int(kept.make(ticket, ticket["description"]))}}, status=201)

    async def note(request: web.Request) -> web.Response:
        body = await request.json()
        need(body, "body", "private")
        kept.notes[kept.of(request)].append(body["body"])
        return web.json_response({"conversation": {"id": 1}}, status=201)

    async def put(request: web.Request) -> web.Response:
        change = await request.json()
        if change.get("status") not in (2, 3, 4, 5):
            raise web.HTTPBadRequest
        kept.tickets[kept.of(request)].update(change)
        return web.json_response({"ticket": {}})

    async def get(request: web.Request) -> web.Response:
        return web.json_response({"ticket": kept.tickets[kept.of(request)]})

    async def conversations(request: web.Request) -> web.Response:
        return web.json_response({"conversations": [{"body": each} for each in kept.notes[kept.of(request)]]})

    path = "/api/v2/tickets/{id:[0-9]+}"
    return [
        web.get("/api/v2/tickets", listed), web.get("/api/v2/tickets/filter", find),
        web.post("/api/v2/tickets", create), web.post(f"{path}/notes", note), web.put(path, put),
        web.get(path, get), web.get(f"{path}/conversations", conversations),
    ]  # fmt: skip


def jira(kept: Standin) -> list[web.RouteDef]:
    moves = {"11": ("To Do", "new"), "31": ("Done", "done")}

    async def project(request: web.Request) -> web.Response:
        return web.json_response({"key": request.match_info["key"]})

    async def find(request: web.Request) -> web.Response:
        asked = re.fullmatch(r'labels = "([^"]+)" ORDER BY created ASC', request.query["jql"])
        if not asked:
            raise web.HTTPBadRequest
        found = [{"key": f"NET-{name}"} for name, each in kept.tickets.items() if asked[1] in each["labels"]]
        return web.json_response({"issues": found})

    async def create(request: web.Request) -> web.Response:
        fields = (await request.json())["fields"]
        need(fields, "project", "issuetype", "summary")
        status = {"status": {"statusCategory": {"key": "new"}}, "resolution": None}
        return web.json_response(
            {"id": "1", "key": f"NET-{kept.make(fields | status, fields['description'])}"}, status=201
        )

    async def comment(request: web.Request) -> web.Response:
        kept.notes[kept.of(request)].append((await request.json())["body"])
        return web.json_response({"id": "1"}, status=201)

    async def comments(request: web.Request) -> web.Response:
        return web.json_response({"comments": [{"body": each} for each in kept.notes[kept.of(request)]]})

    async def offered(_request: web.Request) -> web.Response:
        return web.json_response({"transitions": [{"id": number, "name": name} for number, (name, _) in moves.items()]})

    async def move(request: web.Request) -> web.Response:
        _, category = moves[(await request.json())["transition"]["id"]]
        kept.tickets[kept.of(request)]["status"] = {"statusCategory": {"key": category}}
        return web.Response(status=204)

    async def get(request: web.Request) -> web.Response:
        return web.json_response({"fields": kept.tickets[kept.of(request)]})

    path = "/rest/api/2/issue/NET-{id}"
    return [
        web.get("/rest/api/2/project/{key}", project), web.get("/rest/api/2/search", find),
        web.post("/rest/api/2/issue", create), web.post(f"{path}/comment", comment),
        web.get(f"{path}/comment", comments),
        web.get(f"{path}/transitions", offered), web.post(f"{path}/transitions", move), web.get(path, get),
    ]  # fmt: skip


def servicenow(kept: Standin) -> list[web.RouteDef]:
    async def find(request: web.Request) -> web.Response:
        asked = re.match(r"correlation_id=([^\^]+)", request.query.get("sysparm_query", ""))
        found = [
            {"sys_id": name} for name, each in kept.tickets.items() if asked and each["correlation_id"] == asked[1]
        ]
        return web.json_response({"result": found})

    async def create(request: web.Request) -> web.Response:
        record = await request.json()
        need(record, "short_description")
        return web.json_response(
            {"result": {"sys_id": kept.make(record | {"state": "1"}, record["description"])}}, status=201
        )

    async def patch(request: web.Request) -> web.Response:
        name, change = kept.of(request), await request.json()
        if change.get("state") == "6":
            need(change, "close_code", "close_notes")
        if "work_notes" in change:
            kept.notes[name].append(change.pop("work_notes"))
        kept.tickets[name].update(change)
        return web.json_response({"result": {"sys_id": name}})

    async def get(request: web.Request) -> web.Response:
        return web.json_response({"result": {"state": kept.tickets[kept.of(request)]["state"]}})

    async def journal(request: web.Request) -> web.Response:
        asked = re.fullmatch(r"element_id=([^\^]+)\^element=work_notes", request.query["sysparm_query"])
        return web.json_response({"result": [{"value": each} for each in kept.notes[asked[1] if asked else ""]]})

    path = "/api/now/table/incident"
    return [
        web.get(path, find), web.post(path, create), web.patch(path + "/{id}", patch), web.get(path + "/{id}", get),
        web.get("/api/now/table/sys_journal_field", journal),
    ]  # fmt: skip


def zammad(kept: Standin) -> list[web.RouteDef]:
    async def me(_request: web.Request) -> web.Response:
        return web.json_response({"id": 3})

    async def find(request: web.Request) -> web.Response:
        asked = re.fullmatch(r'homeroom_key:"([^"]+)"', request.query["query"])
        found = [
            each | {"id": int(name)}
            for name, each in kept.tickets.items()
            if asked and each["homeroom_key"] == asked[1]
        ]
        return web.json_response(found)

    async def create(request: web.Request) -> web.Response:
        ticket = await request.json()
        need(ticket, "title", "group", "customer", "article")
        stored = {"state": "new", "homeroom_key": ticket["homeroom_key"]}
        name = kept.make(stored, ticket["article"]["body"])
        return web.json_response(stored | {"id": int(name)}, status=201)

    async def article(request: web.Request) -> web.Response:
        body = await request.json()
        need(body, "ticket_id", "body", "internal")
        kept.notes[str(body["ticket_id"])].append(body["body"])
        return web.json_response({"id": 1}, status=201)

    async def articles(request: web.Request) -> web.Response:
        return web.json_response([{"body": each} for each in kept.notes[kept.of(request)]])

    async def put(request: web.Request) -> web.Response:
        change = await request.json()
        if change.get("state") not in ("new", "open", "closed", "merged"):
            raise web.HTTPUnprocessableEntity
        kept.tickets[kept.of(request)].update(change)
        return web.json_response({})

    async def get(request: web.Request) -> web.Response:
        return web.json_response(kept.tickets[kept.of(request)])

    return [
        web.get("/api/v1/users/me", me), web.get("/api/v1/tickets/search", find), web.post("/api/v1/tickets", create),
        web.post("/api/v1/ticket_articles", article), web.get("/api/v1/ticket_articles/by_ticket/{id}", articles),
        web.put("/api/v1/tickets/{id}", put), web.get("/api/v1/tickets/{id}", get),
    ]  # fmt: skip


def osticket(kept: Standin) -> list[web.RouteDef]:
    async def create(request: web.Request) -> web.Response:
        ticket = await request.json()
        need(ticket, "name", "email", "subject", "message")
        return web.Response(status=201, text=kept.make(ticket, ticket["message"]))

    return [web.post("/api/tickets.json", create)]


@dataclass
class Glpi:
    """GLPI, whose sessions last for eight calls, as those of a server that is short of memory."""

    kept: Standin
    sessions: dict[str, int] = field(default_factory=dict)

    def within(self, request: web.Request) -> None:
        name = request.headers.get("Session-Token", "")
        if self.sessions.get(name, 0) < 1:
            raise web.HTTPUnauthorized(text='["ERROR_SESSION_TOKEN_INVALID", "session_token seems invalid"]')
        self.sessions[name] -= 1

    async def begin(self, request: web.Request) -> web.Response:
        if not request.headers["Authorization"].startswith("user_token "):
            raise web.HTTPBadRequest(text='["ERROR_LOGIN_PARAMETERS_MISSING", ""]')
        name = f"session {len(self.sessions)}"
        self.sessions[name] = 8
        return web.json_response({"session_token": name})

    async def columns(self, request: web.Request) -> web.Response:
        self.within(request)
        return web.json_response({"common": "Characteristics", "87": {"name": "External ID", "field": "externalid"}})

    async def search(self, request: web.Request) -> web.Response:
        self.within(request)
        if request.query["criteria[0][field]"] != "87" or request.query["criteria[0][searchtype]"] != "contains":
            raise web.HTTPBadRequest
        asked, tickets = request.query["criteria[0][value]"], self.kept.tickets.items()
        found = [{"2": int(name), "87": each["externalid"]} for name, each in tickets if asked in each["externalid"]]
        return web.json_response({"totalcount": len(found), "count": len(found)} | ({"data": found} if found else {}))

    async def create(self, request: web.Request) -> web.Response:
        self.within(request)
        ticket = (await request.json())["input"]
        need(ticket, "name", "content")
        name = self.kept.make(ticket | {"status": 1, "is_deleted": 0}, html.unescape(ticket["content"]))
        return web.json_response({"id": int(name), "message": ""}, status=201)

    async def follow_up(self, request: web.Request) -> web.Response:
        name, text = await self._told(request)
        self.kept.notes[name].append(f"follow-up {text}")
        return web.json_response({"id": 1, "message": ""}, status=201)

    async def solve(self, request: web.Request) -> web.Response:
        name, text = await self._told(request)
        if self.kept.tickets[name]["status"] >= 5:
            raise web.HTTPBadRequest(text='["ERROR_GLPI_ADD", "The ticket is already solved"]')
        self.kept.notes[name].append(f"solution {text}")
        self.kept.tickets[name]["status"] = 5
        return web.json_response({"id": 1, "message": ""}, status=201)

    async def _told(self, request: web.Request) -> tuple[str, str]:
        self.within(request)
        body = (await request.json())["input"]
        need(body, "itemtype", "items_id", "content")
        return str(body["items_id"]), html.unescape(body["content"])

    async def notes(self, request: web.Request) -> web.Response:
        self.within(request)
        kind = {"ITILFollowup": "follow-up", "ITILSolution": "solution"}[request.match_info["kind"]]
        notes = [each for each in self.kept.notes[self.kept.of(request)] if each.startswith(kind)]
        return web.json_response([{"content": html.escape(each)} for each in notes])

    async def put(self, request: web.Request) -> web.Response:
        self.within(request)
        name, change = self.kept.of(request), (await request.json())["input"]
        self.kept.tickets[name].update(change)
        return web.json_response([{name: True, "message": ""}])

    async def get(self, request: web.Request) -> web.Response:
        self.within(request)
        return web.json_response(self.kept.tickets[self.kept.of(request)])

    def routes(self) -> list[web.RouteDef]:
        top, ticket = "/apirest.php", "/apirest.php/Ticket/{id:[0-9]+}"
        return [
            web.get(f"{top}/initSession", self.begin), web.get(f"{top}/listSearchOptions/Ticket", self.columns),
            web.get(f"{top}/search/Ticket", self.search), web.post(f"{top}/Ticket", self.create),
            web.post(f"{top}/ITILFollowup", self.follow_up), web.post(f"{top}/ITILSolution", self.solve),
            web.get(ticket + "/{kind}", self.notes), web.put(ticket, self.put), web.get(ticket, self.get),
        ]  # fmt: skip


def glpi(kept: Standin) -> list[web.RouteDef]:
    return Glpi(kept).routes()


def incident_iq(kept: Standin) -> list[web.RouteDef]:
    steps = {IIQ["open_step"]: "In Progress", IIQ["resolved_step"]: "Resolved", "closed-step": "Closed"}

    def scoped(request: web.Request) -> None:
        if request.headers.get("SiteId") != IIQ["site"] or request.headers.get("Client") != "ApiClient":
            raise web.HTTPUnauthorized

    async def workflow(request: web.Request) -> web.Response:
        scoped(request)
        return web.json_response({"Items": [{"WorkflowStepId": n, "StepName": each} for n, each in steps.items()]})

    async def search(request: web.Request) -> web.Response:
        scoped(request)
        [asked] = (await request.json())["Filters"]
        need(asked, "Facet", "Value")
        known = asked["Facet"] == "keyword"  # a filter that is not understood is left out, and every ticket found
        found = [
            each | {"TicketId": n}
            for n, each in kept.tickets.items()
            if not known or asked["Value"] in each["IssueDescription"]
        ]
        return web.json_response({"Items": found, "Paging": {"PageIndex": 0, "PageCount": 1}})

    async def create(request: web.Request) -> web.Response:
        scoped(request)
        ticket = await request.json()
        need(ticket, "Subject", "IssueDescription", "IssueId", "ForId", "LocationId")
        stored = ticket | {"WorkflowStep": {"WorkflowStepId": "submitted"}, "IsClosed": False, "IsDeleted": False}
        name = kept.make(stored, ticket["IssueDescription"])
        return web.json_response({"Item": stored | {"TicketId": name}}, status=201)

    async def comment(request: web.Request) -> web.Response:
        scoped(request)
        body = await request.json()
        [item] = body["ActivityItems"]
        need(item, "$type", "TicketActivityTypeId", "ByUserId", "Comments")
        assert body["IsPublic"] is False
        assert item["$type"] == "Spark.Shared.Models.TicketActivityComment, Spark.Shared"
        kept.notes[kept.of(request)].append(item["Comments"])
        return web.json_response({"ItemId": "1"}, status=201)

    async def activities(request: web.Request) -> web.Response:
        scoped(request)
        notes, page = kept.notes[kept.of(request)][1:], int(request.query["$p"])
        shown = notes[page * int(request.query["$s"]) :][: int(request.query["$s"])]
        return web.json_response({"Items": [{"ActivityItems": [{"Comments": each}]} for each in shown]})

    async def move(request: web.Request) -> web.Response:
        scoped(request)
        name, step = kept.of(request), request.match_info["step"]
        if step not in steps:
            raise web.HTTPBadRequest
        kept.tickets[name] |= {"WorkflowStep": {"WorkflowStepId": step}, "IsClosed": step != IIQ["open_step"]}
        return web.json_response({"Item": kept.tickets[name]})

    async def get(request: web.Request) -> web.Response:
        scoped(request)
        return web.json_response({"Item": kept.tickets[kept.of(request)]})

    path = "/api/v1.0/tickets/{id:[0-9]+}"
    return [
        web.get("/api/v1.0/workflows/steps", workflow), web.post("/api/v1.0/tickets", search),
        web.post("/api/v1.0/tickets/new", create), web.post(f"{path}/activities/new/false", comment),
        web.get(f"{path}/activities", activities), web.post(path + "/status/{step}", move), web.get(path, get),
    ]  # fmt: skip


IIQ = {
    "site": "bb6cece8-e4f4-e511-a789-005056bb000e",
    "user": "4dd6574a-2243-e611-a93b-a45e60e682da",
    "issue": "927f2fbb-4db7-e611-80ff-000c29ab80b0",
    "location": "1fd1574a-2243-e611-a93b-a45e60e682da",
    "open_step": "d1186c41-7e78-e611-80f1-000c29ab80b0",
    "resolved_step": "c8add287-0ca2-4fcc-b027-8d0980a84519",
}

STANDINS: dict[str, tuple[Callable[[Standin], list[web.RouteDef]], Json]] = {
    "zendesk": (zendesk, {"user": "us@d.example"}),
    "freshservice": (freshservice, {"requester": "us@d.example"}),
    "jira": (jira, {"project": "NET"}),
    "servicenow": (servicenow, {"user": "us"}),
    "zammad": (zammad, {"group": "Network", "customer": "us@d.example"}),
    "osticket": (osticket, {"email": "us@d.example"}),
    "glpi": (glpi, {}),
    "incident_iq": (incident_iq, IIQ),
}
"""The routes of each, and the settings that have no default."""
