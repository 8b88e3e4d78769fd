"""A real mail server on loopback that keeps what it is given, and answers otherwise where a test says so."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from free_ports import free_port
from homeroom_collector.mail import MailServer, MailSettings


class Mailbox:
    """``answers`` are given instead of taking a message; ``lost`` ones are taken, and the answer never arrives."""

    def __init__(self) -> None:
        self.port = free_port()
        self.messages: list[EmailMessage] = []
        self.answers: list[str] = []
        self.lost = 0
        self.slow_seconds = 0.0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - its name
        if self.answers:
            return self.answers.pop(0)
        await asyncio.sleep(self.slow_seconds)
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
    def settings(self) -> MailSettings:
        return MailSettings(host="127.0.0.1", port=self.port, encryption="none", sender="homeroom@d.example")

    @property
    def server(self) -> MailServer:
        return MailServer(self.settings)

    @property
    def ids(self) -> Counter[str]:
        return Counter(str(each["Message-ID"]) for each in self.messages)

    @property
    def told(self) -> list[str]:
        """Who was written to, in order."""
        return [str(each["To"]) for each in self.messages]

    def text_to(self, address: str) -> str:
        """The plain text of the last letter to somebody."""
        message = [each for each in self.messages if each["To"] == address][-1]
        body = message.get_body(("plain",))
        assert body is not None
        return str(body.get_content()).replace("\r\n", "\n")


@contextlib.contextmanager
def open_mailbox() -> Iterator[Mailbox]:
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()
