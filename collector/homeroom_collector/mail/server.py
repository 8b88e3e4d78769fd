"""Handing letters to a mail server by SMTP (RFC 5321). The home of smtplib.

Whether a letter was taken is told exactly: until the end of its data was sent it surely was not.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import smtplib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from email import policy

from homeroom_collector.mail.errors import MailDeniedError, MailDownError, MailRefusedError
from homeroom_collector.mail.message import Letter, message_of
from homeroom_collector.mail.settings import MailSettings
from homeroom_collector.secret import Secret, redacted

_LINES = policy.SMTP


@dataclass(frozen=True, slots=True)
class MailServer:
    """One server that takes our letters. ``settings`` must name its host and the sender."""

    settings: MailSettings
    password: Secret | None = None

    @classmethod
    def of(cls, settings: MailSettings, where: str, environment: Mapping[str, str]) -> MailServer:
        """With the password of the section whose dotted path is ``where``. Raises ConfigError."""
        source = settings.password
        return cls(settings, source.read(f"{where}.password", environment) if source is not None else None)

    @property
    def host(self) -> str:
        """Its name."""
        return self.settings.host or ""

    @property
    def sender(self) -> str:
        """Where letters come from."""
        return self.settings.sender or ""

    async def greet(self) -> None:
        """Say hello and sign in, and send nothing. Raises MailError."""
        await asyncio.to_thread(self._greet)

    async def send(self, letter: Letter) -> None:
        """Send one letter to one address. Raises MailError; ``unsure`` where it may have been taken."""
        async with self.waiting(letter) as give:
            await give()

    @contextlib.asynccontextmanager
    async def waiting(self, letter: Letter) -> AsyncIterator[Callable[[], Awaitable[None]]]:
        """The server waits for the letter's data, and has taken nothing; it takes it when the given is called.

        Between the two the caller can write down what is about to happen. Not to call it sends nothing.
        """
        raw = message_of(letter, self.sender).as_bytes(policy=_LINES)
        with contextlib.ExitStack() as closing:
            server = await asyncio.to_thread(self._opened, closing, letter.to)
            yield lambda: asyncio.to_thread(self._give, server, raw)

    def _greet(self) -> None:
        with self._connection():
            pass

    def _opened(self, closing: contextlib.ExitStack, to: str) -> smtplib.SMTP:
        """Up to the data of a letter."""
        server = closing.enter_context(self._connection())
        try:
            self._envelope(server, to)
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            raise MailDownError(f"{self.host}: {error}") from error
        return server

    def _give(self, server: smtplib.SMTP, raw: bytes) -> None:
        code, answer = self._data(server, raw)
        if code != 250:
            raise _refusal(self.host, code, answer)
        with contextlib.suppress(smtplib.SMTPException, OSError):
            server.quit()  # a courtesy: everything that counts was answered before

    @contextlib.contextmanager
    def _connection(self) -> Iterator[smtplib.SMTP]:
        """Greeted, encrypted and signed in; closed at the end, however it ends."""
        settings, context = self.settings, ssl.create_default_context()
        with contextlib.ExitStack() as closing:
            try:
                if settings.encryption == "tls":
                    server: smtplib.SMTP = smtplib.SMTP_SSL(
                        self.host, settings.port, timeout=settings.timeout, context=context
                    )
                else:
                    server = smtplib.SMTP(self.host, settings.port, timeout=settings.timeout)
                closing.callback(server.close)
                if settings.encryption == "starttls":
                    server.starttls(context=context)
                if settings.user is not None and self.password is not None:
                    server.login(settings.user, self.password.reveal())
            except smtplib.SMTPAuthenticationError as error:
                said = redacted(_said(error), self.password.reveal() if self.password else "")
                raise MailDeniedError(f"{self.host}: {said}") from None
            except (smtplib.SMTPException, OSError) as error:
                raise MailDownError(f"{self.host}: {error}") from error
            yield server

    def _envelope(self, server: smtplib.SMTP, to: str) -> None:
        server.ehlo_or_helo_if_needed()
        for code, answer in (server.mail(self.sender), server.rcpt(to)):
            if code not in (250, 251):
                raise _refusal(self.host, code, answer)
        code, answer = server.docmd("DATA")
        if code != 354:
            raise _refusal(self.host, code, answer)

    def _data(self, server: smtplib.SMTP, raw: bytes) -> tuple[int, bytes]:
        """From here on it may have been taken, whatever becomes of the answer."""
        stuffed = re.sub(rb"(?m)^\.", b"..", raw)
        try:
            server.send(stuffed + (b"" if stuffed.endswith(b"\r\n") else b"\r\n") + b".\r\n")
            return server.getreply()
        except (smtplib.SMTPException, OSError) as error:
            raise MailDownError(f"{self.host} broke off: {error}", unsure=True) from error


def _refusal(host: str, code: int, answer: bytes) -> MailDownError | MailRefusedError:
    message = f"{host}: {code} {answer.decode(errors='replace')[:200]}"
    return MailDownError(message) if 400 <= code < 500 else MailRefusedError(message)


def _said(error: smtplib.SMTPResponseException) -> str:
    text = error.smtp_error
    return f"{error.smtp_code} {text.decode(errors='replace') if isinstance(text, bytes) else text}"
