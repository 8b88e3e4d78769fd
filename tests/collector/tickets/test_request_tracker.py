"""What Request Tracker really answers, and what is made of it."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from failing_database import without_table
from free_ports import free_port
from homeroom_collector.rules.incident import external_key
from homeroom_collector.secret import SecretSource
from homeroom_collector.tickets import words
from homeroom_collector.tickets.building import Building
from homeroom_collector.tickets.desk import NewTicket
from homeroom_collector.tickets.desks.request_tracker import RequestTracker, RequestTrackerSettings, build
from homeroom_collector.tickets.errors import (
    DeskChangedError,
    DeskDeniedError,
    DeskDownError,
    DeskRefusedError,
    KeyLostError,
    TicketGoneError,
)
from request_tracker import FIELD, QUEUE
from request_tracker import RequestTracker as Server
from ticket_samples import entry, ticket, told_resolved_and_opened

_numbers = itertools.count(1)


class Desks:
    """Makes desks that speak to one server, with what a test wants otherwise."""

    def __init__(self, server: Server, session: aiohttp.ClientSession) -> None:
        self._server, self._session = server, session

    def __call__(self, *, token: Path | None = None, **changed: Any) -> RequestTracker:
        given = {"url": self._server.url, "queue": QUEUE, "field": FIELD}
        source = SecretSource(file=token or self._server.token_file)
        settings = RequestTrackerSettings(token=source, **(given | changed))
        return build(settings, Building(session=self._session, environment={}, timeout_seconds=30))


@pytest.fixture
async def desks(tracker: Server) -> AsyncIterator[Desks]:
    async with aiohttp.ClientSession() as session:
        yield Desks(tracker, session)


def new(**changed: Any) -> NewTicket:
    facts: dict[str, Any] = {
        "external_key": external_key(f"test/{next(_numbers)}", 1),
        "subject": "[Lincoln] The uplink is down ⚡ 812 affected ✓",
        "text": "What was seen:\n- nothing answers\n\n[marker#0]",
        "severity": "critical",
        "school": "lincoln",
        "school_name": "Lincoln",
        "kind": "uplink_down",
    }
    return NewTicket(**(facts | changed))


async def test_it_says_who_answers(desks: Desks):
    assert await desks().check() == f"Request Tracker {(await desks()._get('/rt'))['Version']}, queue Network"


async def test_a_ticket_is_found_by_its_key_at_once_and_by_no_other(desks: Desks):
    desk, ticket = desks(requestor="bot@rt.test", priorities={"critical": 80}), new()
    made = await desk.create(ticket)
    assert await desk.find(ticket.external_key) == [made]
    assert await desk.find(external_key("test/none", 1)) == []
    stored = await desk._ticket(made)
    assert (stored["Subject"], stored["Priority"]) == (ticket.subject, "80")
    assert await desk.has_note(made, "[marker#0]")


async def test_notes_resolving_and_reopening_are_read_back(desks: Desks):
    desk = desks()
    await told_resolved_and_opened(desk, await desk.create(new()))


async def test_a_person_may_reject_a_ticket(desks: Desks):
    desk = desks()
    made = await desk.create(new())
    await desk._rest.call("PUT", f"/REST/2.0/ticket/{made}", {"Status": "rejected"})
    assert await desk.status(made) == "rejected"


async def test_an_unknown_custom_field_is_noticed_before_and_after(desks: Desks):
    desk = desks(field="NoSuchField")
    with pytest.raises(DeskRefusedError, match="no ticket custom field 'NoSuchField'"):
        await desk.check()
    with pytest.raises(KeyLostError) as caught:
        await desk.create(new())
    assert caught.value.desk_id.isdigit()


async def test_a_refused_status_is_noticed_although_rt_answers_200(desks: Desks):
    desk = desks(resolved_status="mended")
    made = await desk.create(new())
    with pytest.raises(DeskRefusedError, match="stays 'new'"):
        await desk.set_state(entry(made), "resolved")
    with pytest.raises(DeskRefusedError, match="does not take 'mended'"):
        await desk.note(entry(made), "resolved")


async def test_a_quote_in_a_key_never_reaches_the_query(desks: Desks):
    await desks().create(new())
    with pytest.raises(DeskRefusedError, match="not a key"):
        await desks().find("x' OR 'CF.{HomeroomKey}' LIKE '%")


async def test_a_quote_in_the_name_of_a_queue_is_no_query_either(desks: Desks):
    await desks().create(new())
    desk = desks(queue="Network' OR id > '0")
    assert await desk.find(external_key("test/none", 1)) == []


@pytest.mark.parametrize("summary", ["x" * 188, "x" * 189, "ü" * 500])
async def test_a_long_subject_is_one_line_of_two_hundred_bytes_that_rt_keeps(desks: Desks, summary: str):
    subject = words.subject(ticket(summary=summary), "Lincoln\nES")
    assert len(subject.encode()) in (200, 199)
    made = await desks().create(new(subject=subject))
    assert (await desks()._ticket(made))["Subject"] == subject


async def test_a_wrong_token_and_a_missing_right_need_a_person(desks: Desks, tracker: Server, tmp_path: Path):
    wrong = tmp_path / "token"
    wrong.write_text("1-2-00000000000000000000000000000000")
    with pytest.raises(DeskDeniedError, match="401"):
        await desks(token=wrong).create(new())
    with pytest.raises(DeskDeniedError, match="403"):
        await desks(token=tracker.stranger_file).create(new())
    with pytest.raises(DeskDeniedError, match="403"):
        await desks(queue="Nowhere").create(new())
    assert not str(DeskDeniedError("x")).count("token ")


async def test_a_change_by_somebody_else_is_no_failure_for_good(desks: Desks):
    desk = desks()
    made = await desk.create(new())
    stale = {"If-Match": '"1"'}
    with pytest.raises(DeskChangedError) as caught:
        await desk._rest.call("PUT", f"/REST/2.0/ticket/{made}", {"Priority": 3}, headers=stale)
    assert not caught.value.permanent


async def test_a_ticket_that_is_not_there_is_gone(desks: Desks):
    with pytest.raises(TicketGoneError):
        await desks().status("999999")


async def test_a_server_that_is_away_is_down_and_surely_did_nothing(desks: Desks):
    with pytest.raises(DeskDownError) as caught:
        await desks(url=f"http://127.0.0.1:{free_port()}").create(new())
    assert not caught.value.unsure


@pytest.mark.parametrize(("table", "status"), [("Principals", "500"), ("Tickets", "400")])
async def test_an_error_of_the_server_leaves_doubt(tracker: Server, desks: Desks, table: str, status: str):
    fresh = new()
    with without_table(tracker.folder / "rt.sqlite3", table), pytest.raises(DeskDownError, match=status) as caught:
        await desks().create(fresh)
    assert caught.value.unsure
    assert await desks().find(fresh.external_key) == []
