"""What a help desk can answer instead of doing as it is told."""

from __future__ import annotations

from homeroom_collector.errors import CollectorError


class DeskError(CollectorError):
    """The help desk did not do it. ``unsure``: it may have, all the same; the answer was lost on the way.

    ``retry_after_seconds`` is what the help desk asked for, None where it did not say.
    """

    permanent = False

    def __init__(self, message: str, *, unsure: bool = False, retry_after_seconds: float | None = None) -> None:
        super().__init__(message)
        self.unsure = unsure
        self.retry_after_seconds = retry_after_seconds


class DeskDownError(DeskError):
    """The help desk is away, busy or broken as a whole: there is no use in trying the next ticket."""


class DeskRefusedError(DeskError):
    """The help desk will never take this: wrong token, missing right, unknown field or status. Somebody must act."""

    permanent = True


class DeskDeniedError(DeskRefusedError):
    """The key is wrong or lacks a right: no ticket can be written until somebody acts."""


class KeyLostError(DeskRefusedError):
    """A ticket was made, but the help desk did not keep the key by which it would be found."""

    def __init__(self, message: str, desk_id: str) -> None:
        super().__init__(message)
        self.desk_id = desk_id


class DeskChangedError(DeskError):
    """Somebody else changed the ticket at the same time. Reading it again cures that."""


class TicketGoneError(DeskError):
    """There is no such ticket any more, or it is closed for good."""

    permanent = True
