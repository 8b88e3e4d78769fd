"""A help desk that is reached by e-mail: one message for each incident, and perhaps one when it is over.

The last resort. Nothing can be looked up, so the Message-ID follows from the key: a help desk that knows its RFC 5322
takes a repeated message for the same. Whether a message was taken is told exactly: until the end of its data was sent
it surely was not.
"""

from __future__ import annotations

import asyncio
import re
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate
from typing import Literal

from homeroom_collector.rules.ticket_outcome import DeskStatus
from homeroom_collector.secret import Secret
from homeroom_collector.tickets.building import Building
from homeroom_collector.tickets.desk import Capabilities, Entry, NewTicket, State
from homeroom_collector.tickets.errors import DeskDeniedError, DeskDownError, DeskRefusedError
from homeroom_collector.tickets.secrets import SecretSource

_ADDRESS = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailSettings:
    """``to`` is the help desk's address, ``sender`` a mailbox that opens no tickets itself.

    ``recovered`` sends a second message when the cause is gone; only for help desks that put it to the first.
    """

    host: str
    to: str
    sender: str
    port: int = 25
    encryption: Literal["none", "starttls", "tls"] = "starttls"
    user: str | None = None
    password: SecretSource | None = None
    recovered: bool = False

    def __post_init__(self) -> None:
        for name in ("to", "sender"):
            if not _ADDRESS.fullmatch(getattr(self, name)):
                raise ValueError(f"{name} is not an e-mail address")
        if (self.user is None) != (self.password is None):
            raise ValueError("user and password belong together")


class EmailDesk:
    """Messages to one address."""

    capabilities = Capabilities()

    def __init__(self, settings: EmailSettings, password: Secret | None, timeout_seconds: float) -> None:
        self._settings, self._password, self._timeout = settings, password, timeout_seconds
        if settings.recovered:
            self.capabilities = Capabilities(close=True)

    async def check(self) -> str:
        """Greet the mail server and sign in, and send nothing."""
        await asyncio.to_thread(self._greet)
        return f"mail server {self._settings.host}, to {self._settings.to}"

    def _greet(self) -> None:
        with self._connection():
            pass

    async def find(self, external_key: str) -> list[str]:
        """Mail cannot be looked up."""
        raise DeskRefusedError(f"nothing is found by mail, and so not {external_key}")

    async def create(self, ticket: NewTicket) -> str:
        """One message. No number is told."""
        message = self._message(ticket.subject, ticket.text, self._id(ticket.external_key))
        await asyncio.to_thread(self._send, message)
        return ""

    async def note(self, entry: Entry, state: State | None = None) -> None:
        """Never called: each message might open another ticket."""
        raise DeskRefusedError(f"no notes by mail: {entry.external_key} {state}")

    async def set_state(self, entry: Entry, state: State) -> None:
        """Say that it is over, as an answer to the first message."""
        first = self._id(entry.external_key)
        subject = f"Re: {entry.subject}" if state == "resolved" else entry.subject
        message = self._message(subject, entry.text, self._id(f"{entry.external_key}.{state}"))
        message["In-Reply-To"] = message["References"] = first
        await asyncio.to_thread(self._send, message)

    async def has_note(self, desk_id: str, marker: str) -> bool:
        """Mail cannot be read."""
        raise DeskRefusedError(f"no notes by mail: {desk_id} {marker}")

    async def status(self, desk_id: str) -> DeskStatus:
        """Mail has none."""
        raise DeskRefusedError(f"no status by mail: {desk_id}")

    def _message(self, subject: str, text: str, message_id: str) -> EmailMessage:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self._settings.sender, self._settings.to, subject
        message["Date"], message["Message-ID"] = formatdate(), message_id
        message.set_content(text)
        return message

    def _id(self, name: str) -> str:
        return f"<{name}@{self._settings.sender.rpartition('@')[2]}>"

    def _connection(self) -> smtplib.SMTP:
        settings, context = self._settings, ssl.create_default_context()
        try:
            if settings.encryption == "tls":
                server: smtplib.SMTP = smtplib.SMTP_SSL(
                    settings.host, settings.port, timeout=self._timeout, context=context
                )
            else:
                server = smtplib.SMTP(settings.host, settings.port, timeout=self._timeout)
            if settings.encryption == "starttls":
                server.starttls(context=context)
            if settings.user is not None and self._password is not None:
                server.login(settings.user, self._password.reveal())
        except smtplib.SMTPAuthenticationError as error:
            raise DeskDeniedError(f"{settings.host}: {_said(error)}") from None
        except (smtplib.SMTPException, OSError) as error:
            raise DeskDownError(f"{settings.host}: {error}") from error
        return server

    def _send(self, message: EmailMessage) -> None:
        with self._connection() as server:
            try:
                self._envelope(server)
                code, answer = self._data(server, message)
            except (smtplib.SMTPServerDisconnected, OSError) as error:
                raise DeskDownError(f"{self._settings.host}: {error}") from error
        if code != 250:
            raise _refusal(self._settings.host, code, answer)

    def _envelope(self, server: smtplib.SMTP) -> None:
        server.ehlo_or_helo_if_needed()
        for code, answer in (server.mail(self._settings.sender), server.rcpt(self._settings.to)):
            if code not in (250, 251):
                raise _refusal(self._settings.host, code, answer)
        code, answer = server.docmd("DATA")
        if code != 354:
            raise _refusal(self._settings.host, code, answer)

    def _data(self, server: smtplib.SMTP, message: EmailMessage) -> tuple[int, bytes]:
        """From here on it may have been taken, whatever becomes of the answer."""
        raw = message.as_bytes(policy=message.policy.clone(linesep="\r\n"))
        stuffed = re.sub(rb"(?m)^\.", b"..", raw)
        try:
            server.send(stuffed + (b"" if stuffed.endswith(b"\r\n") else b"\r\n") + b".\r\n")
            return server.getreply()
        except (smtplib.SMTPException, OSError) as error:
            raise DeskDownError(f"{self._settings.host} broke off: {error}", unsure=True) from error


def _refusal(host: str, code: int, answer: bytes) -> DeskDownError | DeskRefusedError:
    message = f"{host}: {code} {answer.decode(errors='replace')[:200]}"
    return DeskDownError(message) if 400 <= code < 500 else DeskRefusedError(message)


def _said(error: smtplib.SMTPResponseException) -> str:
    text = error.smtp_error
    return f"{error.smtp_code} {text.decode(errors='replace') if isinstance(text, bytes) else text}"


def build(settings: EmailSettings, building: Building) -> EmailDesk:
    """As the registry calls it. Raises ConfigError where the password is not to be had."""
    password = settings.password.read("email.password", building.environment) if settings.password else None
    return EmailDesk(settings, password, building.timeout_seconds)
