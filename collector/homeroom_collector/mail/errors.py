"""What a mail server can answer instead of taking a letter."""

from __future__ import annotations

from homeroom_collector.errors import CollectorError


class MailError(CollectorError):
    """The letter was not sent. ``unsure``: it may have been, all the same; the answer was lost on the way."""

    permanent = False

    def __init__(self, message: str, *, unsure: bool = False) -> None:
        super().__init__(message)
        self.unsure = unsure


class MailDownError(MailError):
    """The server is away, busy or broken. Waiting may help."""


class MailRefusedError(MailError):
    """The server will never take this letter. Somebody must act."""

    permanent = True


class MailDeniedError(MailRefusedError):
    """The user or the password is wrong: no letter will be taken."""
