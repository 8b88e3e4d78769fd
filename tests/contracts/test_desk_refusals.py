"""What single help desks answer beside the contract: refusals with 200, keys that are not kept, closing for good."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from desk_standins import IIQ, Glpi, Standin, incident_iq
from homeroom_collector.secret import SecretSource
from homeroom_collector.tickets.building import Building
from homeroom_collector.tickets.desks import DESKS
from homeroom_collector.tickets.errors import DeskDeniedError, DeskRefusedError, KeyLostError
from ticket_samples import KEY, entry, new_ticket

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def served(name: str, routes: list[web.RouteDef], **settings: Any) -> AsyncIterator[Any]:
    """The desk of that name, speaking to these routes."""
    app = web.Application()
    app.add_routes(routes)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    given = {"url": f"http://127.0.0.1:{runner.addresses[0][1]}", "token": SecretSource(env="S")} | settings
    try:
        async with aiohttp.ClientSession() as session:
            building = Building(session=session, environment={"S": "s", "A": "a"}, timeout_seconds=10)
            yield DESKS[name].build(DESKS[name].settings(**given), building)
    finally:
        await runner.cleanup()


def answering(status: int, body: Any) -> Answer:
    async def answer(_request: web.Request) -> web.StreamResponse:
        return web.json_response(body, status=status)

    return answer


def instead(routes: list[web.RouteDef], method: str, path: str, answer: Answer) -> list[web.RouteDef]:
    """The same server, which answers otherwise at one place."""
    assert any((each.method, each.path) == (method, path) for each in routes)
    rest = [each for each in routes if (each.method, each.path) != (method, path)]
    return [*rest, web.route(method, path, answer)]


async def test_a_wrong_app_token_of_glpi_is_a_key_that_does_not_work_although_it_says_400():
    said = answering(400, ["ERROR_WRONG_APP_TOKEN_PARAMETER", "parameter app_token seems wrong"])
    routes = instead(Glpi(Standin()).routes(), "GET", "/apirest.php/initSession", said)
    async with served("glpi", routes, app_token=SecretSource(env="A")) as desk:
        with pytest.raises(DeskDeniedError, match="ERROR_WRONG_APP_TOKEN"):
            await desk.create(new_ticket())


async def test_a_status_that_glpi_refuses_with_200_is_noticed():
    kept, path = Standin(), "/apirest.php/Ticket/{id:[0-9]+}"
    said = answering(200, [{"1": False, "message": "You don't have permission to perform this action."}])
    async with served("glpi", instead(Glpi(kept).routes(), "PUT", path, said)) as desk:
        made = await desk.create(new_ticket())
        with pytest.raises(DeskRefusedError, match="is not set to resolved: You don't have permission"):
            await desk.set_state(entry(made), "resolved")


async def test_a_glpi_that_keeps_no_external_id_is_noticed_before_and_after():
    kept = Standin()
    server = Glpi(kept)

    async def forgetful(request: web.Request) -> web.StreamResponse:
        answer = await server.create(request)
        kept.tickets["1"].pop("externalid")
        return answer

    routes = instead(server.routes(), "POST", "/apirest.php/Ticket", forgetful)
    old = answering(200, {"common": "Characteristics", "1": {"name": "Title", "field": "name"}})
    async with served("glpi", instead(routes, "GET", "/apirest.php/listSearchOptions/Ticket", old)) as desk:
        with pytest.raises(DeskRefusedError, match="needs GLPI 10 or later"):
            await desk.check()
        with pytest.raises(KeyLostError) as caught:
            await desk.create(new_ticket())
    assert caught.value.desk_id == "1"


async def test_a_ticket_in_the_bin_of_glpi_is_gone_and_one_that_is_solved_can_be_told_more():
    kept = Standin()
    async with served("glpi", Glpi(kept).routes()) as desk:
        made = await desk.create(new_ticket())
        await desk.note(entry(made, "Gone", "[k#1]"), "resolved")
        await desk.note(entry(made, "Gone again", "[k#2]"), "resolved")
        assert [text.split()[0] for text in kept.notes[made][1:]] == ["solution", "follow-up"]
        kept.tickets[made]["is_deleted"] = 1
        assert await desk.status(made) == "gone"


async def test_incident_iq_gets_a_ticket_at_the_location_of_its_school_or_of_the_district():
    kept = Standin()
    async with served("incident_iq", incident_iq(kept), **IIQ, locations={"lincoln": "lincolns-own"}) as desk:
        await desk.create(new_ticket())
        await desk.create(new_ticket(school="adams", severity="warning"))
    placed = [(each["LocationId"], each["IsUrgent"]) for each in kept.tickets.values()]
    assert placed == [("lincolns-own", True), (IIQ["location"], False)]


async def test_a_step_that_no_workflow_of_incident_iq_has_is_answered_with_those_there_are():
    async with served("incident_iq", incident_iq(Standin()), **(IIQ | {"resolved_step": "nowhere"})) as desk:
        with pytest.raises(DeskRefusedError, match=rf"resolved_step: .* nowhere.*In Progress \({IIQ['open_step']}\)"):
            await desk.check()


async def test_a_search_of_incident_iq_that_gives_everything_finds_only_our_own():
    kept = Standin()
    other = {"TicketId": "77", "IssueDescription": "A teacher's projector", "CreatedDate": "2026-01-01"}

    async def everything(_request: web.Request) -> web.StreamResponse:
        return web.json_response({"Items": [other, *(each | {"TicketId": n} for n, each in kept.tickets.items())]})

    routes = instead(incident_iq(kept), "POST", "/api/v1.0/tickets", everything)
    async with served("incident_iq", routes, **IIQ) as desk:
        made = await desk.create(new_ticket())
        await desk.create(new_ticket(external_key=KEY + "0"))  # whose key begins with ours
        assert await desk.find(KEY) == [made]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"IsClosed": True, "WorkflowStep": {"WorkflowStepId": "closed-step"}}, "gone"),
        ({"IsClosed": True, "WorkflowStep": {"WorkflowStepId": IIQ["resolved_step"].upper()}}, "resolved"),
        ({"IsDeleted": True}, "rejected"),
        ({"WorkflowStep": None}, "open"),
    ],
)
async def test_what_people_do_in_incident_iq_is_seen(changed: dict[str, Any], expected: str):
    kept = Standin()
    async with served("incident_iq", incident_iq(kept), **IIQ) as desk:
        made = await desk.create(new_ticket())
        kept.tickets[made] |= changed
        assert await desk.status(made) == expected
