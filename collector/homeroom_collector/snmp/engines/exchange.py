"""One request and its answer: what each engine gives, and what retries, splitting and walking are built on.

Knows nothing of any library. An engine implements :class:`Exchange`; ``conversation.py`` turns that into a Session,
so that both engines split, retry and walk alike.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from homeroom_collector.snmp.session import EngineName, SnmpVersion, Value


class Ended(enum.Enum):
    """The value that says: the device has nothing after this (endOfMibView)."""

    END = "end"


END = Ended.END

Binding = tuple[str, Value | Ended | None]
Bindings = list[Binding]
"""Names and values in the device's order; None is Null, noSuch… or a value that breaks its type."""

TOO_BIG, NO_SUCH_NAME, AUTHORIZATION_ERROR = 1, 2, 16
ERROR_NAMES = (
    "noError", "tooBig", "noSuchName", "badValue", "readOnly", "genErr", "noAccess", "wrongType", "wrongLength",
    "wrongEncoding", "wrongValue", "noCreation", "inconsistentValue", "resourceUnavailable", "commitFailed",
    "undoFailed", "authorizationError", "notWritable", "inconsistentName",
)  # fmt: skip
"""error-status by number (RFC 3416 section 3)."""


@dataclass(slots=True)
class Answer:
    """What came back. With an ``error_status`` the bindings say nothing; ``error_index`` counts from 1.

    ``values`` stands in place of bindings where an engine has all of them by name and knows that each has a value.
    """

    bindings: Bindings
    error_status: int = 0
    error_index: int = 0
    values: dict[str, Value] | None = None

    @property
    def error_name(self) -> str:
        """Name of the error in RFC 3416."""
        known = 0 <= self.error_status < len(ERROR_NAMES)
        return ERROR_NAMES[self.error_status] if known else f"error {self.error_status}"


class Exchange(Protocol):
    """Sends one request once, and waits for its answer for ``timeout_seconds``.

    Raises SnmpTimeoutError where nothing came, SnmpRefusedError where the port is closed, SnmpAnswerError where what
    came is not an answer, SnmpAuthenticationError where the device refuses the user.
    """

    engine: EngineName
    version: SnmpVersion

    async def get(self, oids: Sequence[str]) -> Answer:
        """Ask for exact instances."""
        ...

    async def get_next(self, base: str, oid: str) -> Answer:
        """Ask for the one after ``oid``; ``base`` is what is being walked."""
        ...

    async def get_bulk(self, base: str, oid: str, max_repetitions: int) -> Answer:
        """Ask for those after ``oid``; an engine may leave out what lies outside ``base``, ending with END."""
        ...

    async def close(self) -> None:
        """Give the socket back. Safe to call twice."""
        ...
