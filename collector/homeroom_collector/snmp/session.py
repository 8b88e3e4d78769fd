"""What every SNMP engine gives: one session to one device.

Owns the seam between engines and everything that reads devices. Engines live in ``engines/gufo`` and
``engines/pysnmp``; nothing else imports their libraries, and one contract suite holds both to this page.

Values, the same from both engines:

* INTEGER, Counter32, Counter64, Gauge32, TimeTicks: ``int`` (TimeTicks in hundredths of a second),
* OCTET STRING, Opaque that is not a float: ``bytes`` exactly as on the wire,
* OBJECT IDENTIFIER: ``Oid``, dotted, without a leading dot,
* IpAddress: ``IpAddress``, dotted quad,
* Opaque float or double: ``float``,
* NULL, noSuchObject, noSuchInstance, endOfMibView: absent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from homeroom_collector.secret import Secret as Secret

SnmpVersion = Literal["1", "2c", "3"]
AuthProtocol = Literal["md5", "sha", "sha224", "sha256", "sha384", "sha512"]
PrivProtocol = Literal["des", "3des", "aes", "aes192", "aes256", "aes192c", "aes256c"]
"""Those that end in ``c`` extend short keys as Reeder's draft says (3DES too), as Cisco and many others do it."""
EngineName = Literal["gufo", "pysnmp"]


class Oid(str):
    """An OBJECT IDENTIFIER that came as a value, dotted, without a leading dot."""

    __slots__ = ()


class IpAddress(str):
    """An IpAddress that came as a value, dotted quad."""

    __slots__ = ()


Value = int | float | bytes | Oid | IpAddress


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """How to be let in. ``community`` serves versions 1 and 2c, the rest serves version 3."""

    version: SnmpVersion = "2c"
    community: Secret | None = None
    user: str | None = None
    auth_protocol: AuthProtocol | None = None
    auth_password: Secret | None = None
    priv_protocol: PrivProtocol | None = None
    priv_password: Secret | None = None
    context: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where and how to ask. ``retries`` come on top of the first try.

    ``max_repetitions`` 0 means: never GETBULK. ``max_bindings`` bounds the instances asked for in one GET.
    """

    host: str
    port: int = 161
    timeout_seconds: float = 1.0
    retries: int = 2
    max_repetitions: int = 20
    max_bindings: int = 48


@dataclass(slots=True)
class Cost:
    """What a session has cost so far: requests sent (retries included) and variables received."""

    requests: int = 0
    variables: int = 0


class Session(Protocol):
    """One device, one conversation; not for use by two tasks at once.

    All methods raise SnmpTimeoutError, SnmpAuthenticationError or SnmpAnswerError. ``max_repetitions`` is what walks
    use by now: it falls where the device cannot take it, and 0 says that GETNEXT is used. ``max_bindings`` is how many
    instances one GET asks for by now.
    """

    cost: Cost
    engine: EngineName
    version: SnmpVersion
    max_repetitions: int
    max_bindings: int

    async def get(self, oids: Sequence[str]) -> dict[str, Value]:
        """Ask for exact instances. Those the device does not have are absent; order is not promised.

        Splits what a device cannot take in one message, and leaves out the instance that makes the whole request
        fail (noSuchName of version 1, genErr) and asks again. Raises SnmpAnswerError only where errors are all it got.
        """
        ...

    async def walk(self, oid: str, *, limit: int = 50_000) -> dict[str, Value]:
        """Read everything below ``oid``, in the device's order; keys are full OIDs.

        Some devices answer out of order, so the walk goes on where the order goes backwards, ends quietly at the
        first OID it already has, and stops with SnmpAnswerError past ``limit`` variables. Where a walk breaks off,
        ``error.rows`` keeps what came. Asks with GETBULK, fewer repetitions or GETNEXT as the device can take it.
        """
        ...

    async def close(self) -> None:
        """Give the socket back. Safe to call twice."""
        ...


class Engine(Protocol):
    """Opens sessions. One engine object serves a whole process."""

    name: EngineName

    async def open(self, endpoint: Endpoint, credentials: Credentials) -> Session:
        """Make a session. Sends nothing for versions 1 and 2c; may discover the engine id for version 3."""
        ...

    async def close(self) -> None:
        """Stop what the engine runs for all its sessions."""
        ...
