"""Mail to a help desk, through a real mail server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from prometheus_client import CollectorRegistry

from free_ports import free_port
from homeroom_collector.mail import MailServer, MailSettings
from homeroom_collector.store import open_store, tickets
from homeroom_collector.tickets.building import Building
from homeroom_collector.tickets.call import Caller
from homeroom_collector.tickets.delivery import Delivery, Lease
from homeroom_collector.tickets.desk import Entry
from homeroom_collector.tickets.desks.email import EmailDesk, EmailSettings, build
from homeroom_collector.tickets.errors import DeskDownError, DeskRefusedError
from homeroom_collector.tickets.folding import Fold
from homeroom_collector.tickets.loop import TicketLoop
from homeroom_collector.tickets.measures import TicketMeasures
from postbox import Mailbox, open_mailbox
from ticket_samples import KEY, NOON, PLACE, POLICY, Sources, incident
from ticket_samples import new_ticket as new


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with open_mailbox() as box:
        yield box


def desk(port: int, **changed: Any) -> EmailDesk:
    facts: dict[str, Any] = {"host": "127.0.0.1", "port": port, "to": "help@d.example", "sender": "homeroom@d.example"}
    settings = EmailSettings(encryption="none", **(facts | changed))
    return EmailDesk(settings, MailServer(settings.server(MailSettings())))


async def test_a_message_arrives_as_it_was_written(mailbox: Mailbox):
    box, port = mailbox, mailbox.port
    assert await desk(port).create(new()) == ""
    [message] = box.messages
    assert (message["Subject"], message["To"]) == ("[Lincoln] Der Übergang ist weg", "help@d.example")
    assert message["Message-ID"] == f"<{KEY}@d.example>"
    assert message.get_content().splitlines() == ["First", ".", "..dots", "Last"]
    assert "127.0.0.1" in await desk(port).check()


async def test_that_it_is_over_answers_the_first_message(mailbox: Mailbox):
    box, port = mailbox, mailbox.port
    over = desk(port, recovered=True)
    assert over.capabilities.close
    await over.create(new())
    entry = Entry(external_key=KEY, desk_id="", subject="[Lincoln] Down", text="Gone", marker="[x]")
    await over.set_state(entry, "resolved")
    assert box.messages[1]["References"] == box.messages[0]["Message-ID"]
    assert len(box.ids) == 2


async def test_a_refusal_for_now_and_one_for_good_are_told_apart_and_surely_nothing_was_taken(mailbox: Mailbox):
    box, port = mailbox, mailbox.port
    box.answers = ["451 come back later", "550 no such help desk"]
    with pytest.raises(DeskDownError, match="451 come back later") as now:
        await desk(port).create(new())
    assert not now.value.unsure
    with pytest.raises(DeskRefusedError, match="550"):
        await desk(port).create(new())
    with pytest.raises(DeskDownError):
        await desk(free_port()).create(new())


async def test_an_answer_that_is_lost_leaves_doubt(mailbox: Mailbox):
    box, port = mailbox, mailbox.port
    box.lost = 1
    with pytest.raises(DeskDownError) as caught:
        await desk(port).create(new())
    assert caught.value.unsure


async def test_without_a_server_of_its_own_it_uses_the_one_of_everybody(mailbox: Mailbox):
    async with aiohttp.ClientSession() as session:
        building = Building(session=session, environment={}, timeout_seconds=10, mail=mailbox.settings)
        for sender in (None, "tickets@d.example"):
            await build(EmailSettings(to="help@d.example", sender=sender), building).create(new())
    assert [each["From"] for each in mailbox.messages] == ["homeroom@d.example", "tickets@d.example"]


@pytest.mark.parametrize(("answers", "lost"), [([], 0), (["451 busy", "451 busy"], 0), ([], 1)])
async def test_one_mail_for_each_incident_and_no_second_on_a_retry(
    tmp_path: Path, mailbox: Mailbox, answers: list[str], lost: int
):
    box, port = mailbox, mailbox.port
    box.answers, box.lost = answers, lost
    now = [NOON]
    async with open_store(f"sqlite:///{tmp_path / 'homeroom.db'}") as store:
        caller = Caller(name="email", desk=desk(port), policy=POLICY, place_of=lambda _school: PLACE)
        source = Sources(incidents=[incident(subject=f"core-{number}") for number in range(6)])

        def loop(holder: str) -> TicketLoop:
            delivery = Delivery(
                store=store,
                caller=caller,
                lease=Lease(holder=holder, seconds=30),
                measures=TicketMeasures(CollectorRegistry()),
                clock=lambda: now[0],
            )
            fold = Fold(POLICY, lambda _school, _now: True)
            return TicketLoop(delivery=delivery, fold=fold, sources=[source], every_seconds=10, keep_seconds=1e9)

        for number in range(30):
            now[0] += 40
            await loop(f"process {number}").round()  # a new process each time, as after a kill
        source.incidents = []
        for number in range(10):
            now[0] += 200
            await loop(f"later {number}").round()
        stored = await store.read(lambda connection: tickets.listed(connection, since=0))
    assert len(box.ids) == len(box.messages) == 6
    assert {str(each.phase) for each in stored} == {"resolved"}
