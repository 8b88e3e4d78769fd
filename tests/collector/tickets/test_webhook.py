"""Signed messages to any program, over real HTTP."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from homeroom_collector.secret import SecretSource
from homeroom_collector.tickets.building import Building
from homeroom_collector.tickets.desk import Entry
from homeroom_collector.tickets.desks.webhook import WebhookDesk, WebhookSettings, build
from homeroom_collector.tickets.errors import DeskDownError
from ticket_samples import new_ticket as new


class Receiver:
    """A program that checks what it is sent, and makes one ticket for each Idempotency-Key."""

    def __init__(self) -> None:
        self.seen: dict[str, Any] = {}
        self.status = 200

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        parts = dict(each.split("=", 1) for each in request.headers["X-Homeroom-Signature"].split(","))
        expected = hmac.new(b"s3cret", f"{parts['t']}.".encode() + body, hashlib.sha256).hexdigest()
        assert hmac.compare_digest(expected, parts["v1"])
        self.seen.setdefault(request.headers["Idempotency-Key"], json.loads(body))
        return web.json_response({"ticket": {"id": len(self.seen)}}, status=self.status)


@pytest.fixture
async def hook() -> AsyncIterator[tuple[Receiver, Any]]:
    receiver, app = Receiver(), web.Application()
    app.add_routes([web.post("/hook", receiver.take)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    async with aiohttp.ClientSession() as session:

        def make(**changed: Any) -> WebhookDesk:
            settings = WebhookSettings(url=url, secret=SecretSource(env="S"), **changed)
            return build(settings, Building(session=session, environment={"S": "s3cret"}, timeout_seconds=10))

        yield receiver, make
    await runner.cleanup()


async def test_every_event_is_signed_and_a_repeated_one_is_known_by_its_key(hook: Any):
    receiver, make = hook
    desk = make(id_at="ticket.id")
    assert await desk.create(new()) == "1"
    assert await desk.create(new()) == "1"
    entry = Entry(external_key=new().external_key, desk_id="1", subject="x", text="more", marker="[k#1]")
    await desk.note(entry)
    await desk.note(entry, "resolved")
    await desk.set_state(entry, "open")
    assert [each["event"] for each in receiver.seen.values()] == ["create", "note", "resolve", "reopen"]
    assert await desk.check()


async def test_what_stands_in_a_template_can_never_end_a_text(hook: Any):
    receiver, make = hook
    desk = make(template={"title": "{school_name}: {subject}", "tags": ["{kind}", 3], "deep": {"x": "{external_key}"}})
    nasty = 'x", "admin": true, "y": "{external_key}'
    await desk.create(new(subject=nasty))
    [body] = receiver.seen.values()
    assert body == {"title": f"Lincoln: {nasty}", "tags": ["uplink_down", 3], "deep": {"x": new().external_key}}


def test_an_unknown_name_in_a_template_is_refused():
    with pytest.raises(ValueError, match="unknown name 'sumary'"):
        WebhookSettings(url="https://x", secret=SecretSource(env="S"), template={"a": "{sumary}"})


async def test_a_receiver_that_fails_is_asked_again(hook: Any):
    receiver, make = hook
    receiver.status = 503
    with pytest.raises(DeskDownError):
        await make().create(new())
