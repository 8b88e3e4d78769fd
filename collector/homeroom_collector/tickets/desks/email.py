"""A help desk that is reached by e-mail: one message for each incident, and perhaps one when it is over.

The last resort. Nothing can be looked up, so the Message-ID follows from the key: a help desk that knows its RFC 5322
takes a repeated message for the same.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

from homeroom_collector.mail import Letter, MailDeniedError, MailError, MailRefusedError, MailServer, MailSettings
from homeroom_collector.mail.settings import Address, Encryption
from homeroom_collector.rules.ticket_outcome import DeskStatus
from homeroom_collector.secret import SecretSource
from homeroom_collector.tickets.building import Building
from homeroom_collector.tickets.desk import Capabilities, Entry, NewTicket, State
from homeroom_collector.tickets.errors import DeskDeniedError, DeskDownError, DeskRefusedError


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailSettings:
    """``to`` is the help desk's address, ``sender`` a mailbox that opens no tickets itself.

    ``host`` None: the server is that of ``mail`` in ``collector.yml``, and so is the sender where none is given here.
    ``recovered`` sends a second message when the cause is gone; only for help desks that put it to the first.
    """

    to: Address
    host: str | None = None
    sender: Address | None = None
    port: int = 25
    encryption: Encryption = "starttls"
    user: str | None = None
    password: SecretSource | None = None
    recovered: bool = False

    def server(self, shared: MailSettings) -> MailSettings:
        """Who takes the messages; ``shared`` is the section ``mail``."""
        if self.host is None:
            return replace(shared, sender=self.sender or shared.sender)
        return MailSettings(
            host=self.host,
            port=self.port,
            encryption=self.encryption,
            user=self.user,
            password=self.password,
            sender=self.sender,
            timeout=shared.timeout,
        )


class EmailDesk:
    """Messages to one address."""

    capabilities = Capabilities()

    def __init__(self, settings: EmailSettings, server: MailServer) -> None:
        self._settings, self._server = settings, server
        if settings.recovered:
            self.capabilities = Capabilities(close=True)

    async def check(self) -> str:
        """Greet the mail server and sign in, and send nothing."""
        async with _as_desk():
            await self._server.greet()
        return f"mail server {self._server.host}, to {self._settings.to}"

    async def find(self, external_key: str) -> list[str]:
        """Mail cannot be looked up."""
        raise DeskRefusedError(f"nothing is found by mail, and so not {external_key}")

    async def create(self, ticket: NewTicket) -> str:
        """One message. No number is told."""
        await self._send(
            Letter(key=ticket.external_key, to=self._settings.to, subject=ticket.subject, text=ticket.text)
        )
        return ""

    async def note(self, entry: Entry, state: State | None = None) -> None:
        """Never called: each message might open another ticket."""
        raise DeskRefusedError(f"no notes by mail: {entry.external_key} {state}")

    async def set_state(self, entry: Entry, state: State) -> None:
        """Say that it is over, as an answer to the first message."""
        subject = f"Re: {entry.subject}" if state == "resolved" else entry.subject
        key = f"{entry.external_key}.{state}"
        over = Letter(key=key, to=self._settings.to, subject=subject, text=entry.text, answers=entry.external_key)
        await self._send(over)

    async def _send(self, letter: Letter) -> None:
        async with _as_desk():
            await self._server.send(letter)

    async def has_note(self, desk_id: str, marker: str) -> bool:
        """Mail cannot be read."""
        raise DeskRefusedError(f"no notes by mail: {desk_id} {marker}")

    async def status(self, desk_id: str) -> DeskStatus:
        """Mail has none."""
        raise DeskRefusedError(f"no status by mail: {desk_id}")


@contextlib.asynccontextmanager
async def _as_desk() -> AsyncIterator[None]:
    """What a mail server answers, as the answer of a help desk."""
    try:
        yield
    except MailDeniedError as error:
        raise DeskDeniedError(str(error)) from error
    except MailRefusedError as error:
        raise DeskRefusedError(str(error)) from error
    except MailError as error:
        raise DeskDownError(str(error), unsure=error.unsure) from error


def build(settings: EmailSettings, building: Building) -> EmailDesk:
    """As the registry calls it. Raises ConfigError where the password is not to be had."""
    where = "mail" if settings.host is None else "email"
    return EmailDesk(settings, MailServer.of(settings.server(building.mail), where, building.environment))
