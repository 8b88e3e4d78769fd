"""Mail to a help desk, through a real mail server."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from prometheus_client import CollectorRegistry

from homeroom_collector.store import open_store, tickets
from homeroom_collector.tickets.call import Caller
from homeroom_collector.tickets.delivery import Delivery, Lease
from homeroom_collector.tickets.desk import Entry
from homeroom_collector.tickets.desks.email import EmailDesk, EmailSettings
from homeroom_collector.tickets.errors import DeskDownError, DeskRefusedError
from homeroom_collector.tickets.folding import Fold
from homeroom_collector.tickets.loop import TicketLoop
from homeroom_collector.tickets.measures import TicketMeasures
from stack import free_port
from ticket_samples import KEY, NOON, PLACE, POLICY, Sources, incident
from ticket_samples import new_ticket as new


class Mailbox:
    """Takes mail, unless it was told to answer otherwise; ``lost`` answers are given after the message was kept."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.answers: list[str] = []
        self.lost = 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - its name
        if self.answers:
            return self.answers.pop(0)
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        if self.lost:
            self.lost -= 1
            assert server.transport
            server.transport.abort()
        return "250 kept"

    @property
    def ids(self) -> Counter[str]:
        return Counter(str(each["Message-ID"]) for each in self.messages)


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    box, port = Mailbox(), free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield box, port
    finally:
        controller.stop()


def desk(port: int, **changed: Any) -> EmailDesk:
    facts: dict[str, Any] = {"host": "127.0.0.1", "port": port, "to": "help@d.example", "sender": "homeroom@d.example"}
    return EmailDesk(EmailSettings(encryption="none", **(facts | changed)), None, 10.0)


async def test_a_message_arrives_as_it_was_written(mailbox: Any):
    box, port = mailbox
    assert await desk(port).create(new()) == ""
    [message] = box.messages
    assert (message["Subject"], message["To"]) == ("[Lincoln] Der Übergang ist weg", "help@d.example")
    assert message["Message-ID"] == f"<{KEY}@d.example>"
    assert message.get_content().splitlines() == ["First", ".", "..dots", "Last"]
    assert "127.0.0.1" in await desk(port).check()


async def test_that_it_is_over_answers_the_first_message(mailbox: Any):
    box, port = mailbox
    over = desk(port, recovered=True)
    assert over.capabilities.close
    await over.create(new())
    entry = Entry(external_key=KEY, desk_id="", subject="[Lincoln] Down", text="Gone", marker="[x]")
    await over.set_state(entry, "resolved")
    assert box.messages[1]["References"] == box.messages[0]["Message-ID"]
    assert len(box.ids) == 2


async def test_a_refusal_for_now_and_one_for_good_are_told_apart_and_surely_nothing_was_taken(mailbox: Any):
    box, port = mailbox
    box.answers = ["451 come back later", "550 no such help desk"]
    with pytest.raises(DeskDownError, match="451 come back later") as now:
        await desk(port).create(new())
    assert not now.value.unsure
    with pytest.raises(DeskRefusedError, match="550"):
        await desk(port).create(new())
    with pytest.raises(DeskDownError):
        await desk(free_port()).create(new())


async def test_an_answer_that_is_lost_leaves_doubt(mailbox: Any):
    box, port = mailbox
    box.lost = 1
    with pytest.raises(DeskDownError) as caught:
        await desk(port).create(new())
    assert caught.value.unsure


@pytest.mark.parametrize("changed", [{"to": "x\r\nBcc: a@b"}, {"sender": "nobody"}, {"user": "x"}])
def test_addresses_are_addresses(changed: dict[str, Any]):
    with pytest.raises(ValueError):
        desk(1, **changed)


@pytest.mark.parametrize(("answers", "lost"), [([], 0), (["451 busy", "451 busy"], 0), ([], 1)])
async def test_one_mail_for_each_incident_and_no_second_on_a_retry(
    tmp_path: Path, mailbox: Any, answers: list[str], lost: int
):
    box, port = mailbox
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
