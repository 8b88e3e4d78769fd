"""What django-helpdesk really answers, and what is made of it."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Iterator
from typing import Any

import aiohttp
import pytest

import django_helpdesk as server
from free_ports import free_port
from homeroom_collector.rules.incident import external_key
from homeroom_collector.secret import SecretSource
from homeroom_collector.tickets.building import Building
from homeroom_collector.tickets.desk import NewTicket
from homeroom_collector.tickets.desks.django_helpdesk import DjangoHelpdesk, DjangoHelpdeskSettings, build
from homeroom_collector.tickets.errors import (
    DeskDeniedError,
    DeskDownError,
    DeskRefusedError,
    KeyLostError,
    TicketGoneError,
)
from homeroom_collector.tickets.trial import trial
from ticket_samples import entry, new_ticket, told_resolved_and_opened

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def helpdesk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[server.Helpdesk]:
    with server.running(tmp_path_factory.mktemp("helpdesk")) as desk:
        yield desk


class Desks:
    """Makes desks that speak to one server, with what a test wants otherwise."""

    def __init__(self, helpdesk: server.Helpdesk, session: aiohttp.ClientSession) -> None:
        self._helpdesk, self._session = helpdesk, session

    def __call__(self, *, secret: str = server.PASSWORD, **changed: Any) -> DjangoHelpdesk:
        given = {"url": self._helpdesk.url, "email": server.EMAIL, "queue": server.QUEUE, "user": server.USER}
        settings = DjangoHelpdeskSettings(secret=SecretSource(env="S"), **(given | changed))
        return build(settings, Building(session=self._session, environment={"S": secret}, timeout_seconds=30))


@pytest.fixture
async def desks(helpdesk: server.Helpdesk) -> AsyncIterator[Desks]:
    async with aiohttp.ClientSession() as session:
        yield Desks(helpdesk, session)


def new(**changed: str) -> NewTicket:
    return new_ticket(**({"external_key": external_key(f"test/{next(_numbers)}", 1)} | changed))


async def _change(desk: DjangoHelpdesk, desk_id: str, **fields: Any) -> None:
    """What a person does there."""
    await desk._rest.call("PATCH", f"/api/tickets/{desk_id}/", fields)


async def test_the_whole_life_of_a_ticket_by_password_and_by_token(desks: Desks, helpdesk: server.Helpdesk):
    for desk in (desks(), desks(user=None, secret=helpdesk.token)):
        assert "queue 1" in await desk.check()
        steps = [step async for step in trial(desk, external_key(f"trial/{next(_numbers)}", 1))]
        assert all(step.fine for step in steps), steps


async def test_a_ticket_is_found_by_its_key_at_once_and_by_no_other(desks: Desks):
    ticket = new()
    made = await desks().create(ticket)
    assert await desks().find(ticket.external_key) == [made]
    assert await desks().find(external_key("test/none", 1)) == []
    stored = (await desks()._rest.call("GET", f"/api/tickets/{made}/")).body
    assert (stored["title"], stored["priority"], stored["custom_homeroom_key"]) == (
        ticket.subject,
        1,
        ticket.external_key,
    )


async def test_tickets_of_other_people_are_not_looked_through(desks: Desks):
    ticket = new()
    made = await desks().create(ticket)
    await _change(desks(), made, submitter_email="teacher@district.example")
    assert await desks().find(ticket.external_key) == []


async def test_notes_resolving_and_reopening_are_read_back(desks: Desks):
    desk = desks()
    await told_resolved_and_opened(desk, await desk.create(new()))


async def test_what_looks_like_a_template_stays_text(desks: Desks):
    desk = desks()
    made = await desk.create(new())
    await desk.note(entry(made, "switch {{ ticket.title }} {% now 'Y' %} {# gone #} {{ broken|filter"))
    stored = (await desk._rest.call("GET", f"/api/tickets/{made}/")).body["followup_set"]
    [text] = [each["comment"] for each in stored if "[k#1]" in each["comment"]]
    assert text.startswith("switch { { ticket.title }} { % now 'Y' % } { # gone #} { { broken|filter")


async def test_nobody_is_written_to_by_a_note(desks: Desks, helpdesk: server.Helpdesk):
    desk = desks()
    made = await desk.create(new())
    before = helpdesk.mails()
    await desk.note(entry(made), "resolved")
    assert helpdesk.mails() == before


@pytest.mark.parametrize(("status", "expected"), [(4, "resolved"), (5, "rejected"), (2, "open")])
async def test_what_people_do_there_is_seen(desks: Desks, status: int, expected: str):
    made = await desks().create(new())
    await _change(desks(), made, status=status)
    assert await desks().status(made) == expected


async def test_a_ticket_merged_into_another_and_one_that_is_not_there_are_gone(desks: Desks):
    made, other = await desks().create(new()), await desks().create(new())
    await _change(desks(), made, merged_to=int(other))
    assert await desks().status(made) == "gone"
    with pytest.raises(TicketGoneError, match="404"):
        await desks().status("999999")


async def test_a_field_that_is_missing_or_hidden_is_noticed_before_and_after(desks: Desks):
    with pytest.raises(DeskRefusedError, match="no custom field 'no_such_field'"):
        await desks(field="no_such_field").check()
    for wrong in ({"field": "no_such_field"}, {"field": "hidden_key"}, {"email": "somebody@else.example"}):
        with pytest.raises(KeyLostError, match="not found again") as caught:
            await desks(**wrong).create(new())
        assert caught.value.desk_id.isdigit()


async def test_a_wrong_password_and_a_user_who_is_no_staff_need_a_person(desks: Desks):
    with pytest.raises(DeskDeniedError, match="401"):
        await desks(secret="wrong").create(new())
    with pytest.raises(DeskDeniedError, match="401"):
        await desks(user=None, secret="wrong").check()
    with pytest.raises(DeskDeniedError, match="403"):
        await desks(user=server.STRANGER).create(new())
    with pytest.raises(DeskDeniedError, match="403"):
        await desks(user=server.STRANGER).check()


async def test_a_queue_that_is_not_there_is_refused_for_good(desks: Desks):
    with pytest.raises(DeskRefusedError, match=r"400 .*queue"):
        await desks(queue=99).create(new())


async def test_a_key_or_a_number_that_is_none_is_never_sent(desks: Desks):
    with pytest.raises(DeskRefusedError, match="not a key"):
        await desks().find("x' OR '1'='1")
    with pytest.raises(DeskRefusedError, match="not a ticket number"):
        await desks().status("../users")


async def test_an_error_of_the_server_leaves_doubt_and_one_that_is_away_none(desks: Desks, helpdesk: server.Helpdesk):
    fresh = new()
    with helpdesk.without_table("helpdesk_followup"), pytest.raises(DeskDownError, match="500") as broken:
        await desks().create(fresh)
    assert broken.value.unsure
    with pytest.raises(DeskDownError) as away:
        await desks(url=f"http://127.0.0.1:{free_port()}").create(fresh)
    assert not away.value.unsure


async def test_a_create_that_broke_in_the_middle_is_found_by_the_next_try(desks: Desks, helpdesk: server.Helpdesk):
    """django-helpdesk keeps the ticket and its key before it fails at the first follow-up."""
    fresh = new()
    with helpdesk.without_table("helpdesk_followup"), pytest.raises(DeskDownError):
        await desks().create(fresh)
    assert len(await desks().find(fresh.external_key)) == 1
