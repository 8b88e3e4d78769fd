"""One contract for all help desks that can be searched: a new one is tested by being in the registry."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from desk_standins import STANDINS, Standin
from homeroom_collector.secret import SecretSource
from homeroom_collector.tickets.building import Building
from homeroom_collector.tickets.desk import Desk, Entry
from homeroom_collector.tickets.desks import DESKS
from homeroom_collector.tickets.errors import (
    DeskDeniedError,
    DeskDownError,
    DeskError,
    DeskRefusedError,
    TicketGoneError,
)
from homeroom_collector.tickets.trial import trial
from ticket_samples import KEY, new_ticket

FOR_REAL = {"request_tracker", "django_helpdesk", "email", "webhook"}


@dataclasses.dataclass
class Set:
    desk: Desk
    kept: Standin
    broken: list[int]


@pytest.fixture(params=STANDINS)
async def made(request: pytest.FixtureRequest) -> AsyncIterator[Set]:
    routes, settings = STANDINS[request.param]
    kept, broken = Standin(), []

    @web.middleware
    async def breaking(asked: web.Request, handler: object) -> web.StreamResponse:
        assert {"Authorization", "X-API-Key", "Session-Token"} & set(asked.headers)
        if broken:
            return web.json_response({"error": "as told"}, status=broken.pop(0))
        answer: web.StreamResponse = await handler(asked)  # type: ignore[operator]
        return answer

    app = web.Application(middlewares=[breaking])
    app.add_routes(routes(kept))
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    kind = DESKS[request.param]
    secret = "password" if request.param == "servicenow" else "token"
    given = settings | {"url": f"http://127.0.0.1:{runner.addresses[0][1]}", secret: SecretSource(env="S")}
    async with aiohttp.ClientSession() as session:
        building = Building(session=session, environment={"S": "s"}, timeout_seconds=10)
        yield Set(kind.build(kind.settings(**given), building), kept, broken)
    await runner.cleanup()


def test_every_help_desk_is_tried_by_something():
    assert set(DESKS) == FOR_REAL | set(STANDINS)


async def test_the_whole_life_of_a_ticket(made: Set):
    assert await made.desk.check()
    steps = [step async for step in trial(made.desk, KEY)]
    assert all(step.fine for step in steps), steps
    assert len(made.kept.tickets) == 1


async def test_a_ticket_is_found_by_its_key_and_by_no_other(made: Set):
    number = await made.desk.create(new_ticket())
    if made.desk.capabilities.find:
        assert await made.desk.find(KEY) == [number]
        assert await made.desk.find(KEY[:-1] + "2") == []
    [text] = [notes[0] for notes in made.kept.notes.values()]
    assert "First" in text


async def test_a_note_is_told_from_others_and_states_may_be_set_twice(made: Set):
    can = made.desk.capabilities
    if not can.notes:
        return
    number = await made.desk.create(new_ticket())
    entry = Entry(external_key=KEY, desk_id=number, subject="x", text="<b> & 'more'\n[k#1]", marker="[k#1]")
    await made.desk.note(entry, "resolved")
    assert await made.desk.has_note(number, "[k#1]")
    assert not await made.desk.has_note(number, "[k#2]")
    await made.desk.set_state(entry, "resolved")
    assert await made.desk.status(number) == "resolved"
    await made.desk.note(entry, "open")
    assert await made.desk.status(number) == "open"


@pytest.mark.parametrize(
    ("status", "error", "unsure"),
    [
        (401, DeskDeniedError, False),
        (403, DeskDeniedError, False),
        (404, TicketGoneError, False),
        (422, DeskRefusedError, False),
        (429, DeskDownError, False),
        (500, DeskDownError, True),
        (503, DeskDownError, True),
    ],
)
async def test_every_refusal_says_whether_waiting_helps(made: Set, status: int, error: type[DeskError], unsure: bool):
    made.broken.append(status)
    with pytest.raises(error) as caught:
        await made.desk.create(new_ticket())
    assert caught.value.unsure is unsure
    assert made.kept.tickets == {}


async def test_a_key_that_is_none_is_never_sent(made: Set):
    if made.desk.capabilities.find and not made.desk.capabilities.repeatable:
        with pytest.raises(DeskRefusedError, match="not a key"):
            await made.desk.find("x' OR '1'='1")
