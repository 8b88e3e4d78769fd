"""The default engine: gufo-snmp (Rust). The only home of that library.

What gufo-snmp 0.13 leaves to its caller is done here: waiting (its own asyncio client arms a timer and a selector for
each request), a look at every datagram before gufo may have it (``wire.py`` says why), error-status, and what an
SNMPv3 report means. gufo knows no SNMPv3 context: ``engines.py`` gives those devices to pysnmp.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Sequence
from typing import Any

from gufo.snmp._fast import (
    GetIter,
    SnmpAuthError,
    SnmpV1ClientSocket,
    SnmpV2cClientSocket,
    SnmpV3ClientSocket,
)
from gufo.snmp._fast import SnmpError as GufoError
from gufo.snmp.utils import format_sock_addr

from homeroom_collector.errors import SnmpAnswerError, SnmpAuthenticationError, SnmpRefusedError, SnmpTimeoutError
from homeroom_collector.snmp import engine_gufo_user, wire
from homeroom_collector.snmp.address import resolve
from homeroom_collector.snmp.conversation import Conversation
from homeroom_collector.snmp.exchange import END, Answer, Bindings
from homeroom_collector.snmp.session import (
    Credentials,
    Endpoint,
    EngineName,
    IpAddress,
    Oid,
    Session,
    SnmpVersion,
    Value,
)
from homeroom_collector.snmp.usm_header import PASSING_REPORTS, REPORT_MEANINGS, SILENT_AFTER_DISCOVERY, report_in

_GUFO_OCTETS = 4080
"""gufo's receive buffer; what is longer reaches it cut."""

_Receive = Callable[[], Any]


class GufoEngine:
    """Opens sessions on gufo-snmp. One look-ahead buffer serves all sessions: it is used within one callback."""

    name: EngineName = "gufo"

    def __init__(self) -> None:
        self._buffer = bytearray(65_536)

    async def open(self, endpoint: Endpoint, credentials: Credentials) -> Session:
        """Make a session; for version 3 also find out the engine id and check the user."""
        host = await resolve(endpoint)
        address = format_sock_addr(host, endpoint.port)
        if credentials.version == "3":
            exchange = _UserExchange(address, endpoint, credentials, self._buffer)
            try:
                await exchange.introduce(endpoint.retries + 1)
            except BaseException:
                await exchange.close()
                raise
            return Conversation(exchange, endpoint)
        return Conversation(_CommunityExchange(address, endpoint, credentials, self._buffer), endpoint)

    async def close(self) -> None:
        """Nothing is shared but a buffer."""


class _Exchange:
    """Waits on gufo's socket: one reader for the session's life, one timer a request."""

    engine: EngineName = "gufo"
    version: SnmpVersion

    def __init__(self, gufo: Any, address: str, timeout_seconds: float, buffer: bytearray) -> None:
        self._gufo = gufo
        self._address = address
        self._timeout_seconds = timeout_seconds
        self._buffer = buffer
        self._loop = asyncio.get_running_loop()
        self._peek: socket.socket | None = socket.socket(fileno=gufo.get_fd())
        self._waiter: asyncio.Future[Answer] | None = None
        self._read: Callable[[int], Answer | None] = lambda _: None
        self._trouble: str | None = None
        self._loop.add_reader(self._peek.fileno(), self._on_readable)

    async def close(self) -> None:
        """Give the socket back; gufo owns it, so it is let go of here and closed there."""
        if self._peek is not None:
            self._loop.remove_reader(self._peek.fileno())
            self._peek.detach()
            self._peek = self._gufo = None

    async def _ask(self, send: Callable[[], None], read: Callable[[int], Answer | None]) -> Answer:
        """Send once and wait. ``read`` takes the waiting datagram and gives None where it is not the answer."""
        self._waiter = waiter = self._loop.create_future()
        self._read, self._trouble = read, None
        timer = self._loop.call_later(self._timeout_seconds, self._on_timeout)
        try:
            send()
            answer: Answer = await waiter
        except OSError as error:
            raise SnmpRefusedError(f"{self._address}: {error}") from None
        else:
            return answer
        finally:
            timer.cancel()
            self._waiter = None

    def _on_timeout(self) -> None:
        if self._waiter is None or self._waiter.done():
            return
        if self._trouble:
            self._waiter.set_exception(SnmpAnswerError(f"{self._address}: {self._trouble}"))
        else:
            self._waiter.set_exception(SnmpTimeoutError(f"{self._address}: no answer in {self._timeout_seconds:g} s"))

    def _on_readable(self) -> None:
        assert self._peek is not None
        try:
            size = self._peek.recv_into(self._buffer, 0, socket.MSG_PEEK)
        except BlockingIOError:
            return
        except OSError as error:
            self._fail(SnmpRefusedError(f"{self._address}: nothing listens there ({error.strerror})"))
            return
        if self._waiter is None or self._waiter.done():
            self._discard()
            return
        try:
            answer = self._read(size)
        except (
            Exception
        ) as error:  # whatever it is belongs to who waits; left here, the loop would spin on the datagram
            self._discard()
            self._fail(error)
        else:
            if answer is not None:
                self._waiter.set_result(answer)

    def _fail(self, error: Exception) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(error)

    def _discard(self) -> None:
        """Drop the waiting datagram."""
        assert self._peek is not None
        try:
            self._peek.recv(1)
        except OSError:
            return  # it went by itself: the kernel found its checksum wrong, or it was an error report

    def _receive(self, receive: _Receive) -> Any:
        """Let gufo take the datagram.

        Gives its result, or raises BlockingIOError where it is not ours, GufoError, RuntimeError or
        StopAsyncIteration; a panic of its Rust core becomes a RuntimeError.
        """
        try:
            return receive()
        except BaseException as error:
            if type(error).__name__ == "PanicException":  # derives from BaseException and cannot be imported
                raise RuntimeError(str(error)) from None
            raise


class _CommunityExchange(_Exchange):
    """Versions 1 and 2c."""

    def __init__(self, address: str, endpoint: Endpoint, credentials: Credentials, buffer: bytearray) -> None:
        self.version = credentials.version
        kind = SnmpV1ClientSocket if credentials.version == "1" else SnmpV2cClientSocket
        community = credentials.community.reveal() if credentials.community else "public"
        self._number = 0 if credentials.version == "1" else 1
        self._community = community.encode()
        super().__init__(kind(address, community, 0, 0, 0, 0), address, endpoint.timeout_seconds, buffer)

    async def get(self, oids: Sequence[str]) -> Answer:
        """Ask for exact instances."""
        asked = list(oids)

        def read(size: int) -> Answer | None:
            return self._take(size, self._gufo.recv_get_many, lambda result: list(result.items()), asked)

        return await self._ask(lambda: self._gufo.send_get_many(asked), read)

    async def get_next(self, base: str, oid: str) -> Answer:
        """Ask for the one after ``oid``."""
        within = GetIter(base)

        def read(size: int) -> Answer | None:
            return self._take(size, lambda: self._gufo.recv_get_next(within), lambda result: [result], oid)

        return await self._ask(lambda: self._gufo.send_get_next(GetIter(oid)), read)

    async def get_bulk(self, base: str, oid: str, max_repetitions: int) -> Answer:
        """Ask for those after ``oid``."""
        within = GetIter(base)

        def read(size: int) -> Answer | None:
            return self._take(size, lambda: self._gufo.recv_get_bulk(within), _bulk, oid)

        return await self._ask(lambda: self._gufo.send_get_bulk(GetIter(oid, max_repetitions)), read)

    def _take(
        self, size: int, receive: _Receive, bindings: Callable[[Any], Bindings], asked: list[str] | str
    ) -> Answer | None:
        if size > _GUFO_OCTETS or not wire.is_plain(self._buffer, size):
            return self._take_unusual(size, asked)
        try:
            return Answer(_with_oids(bindings(self._receive(receive))))
        except BlockingIOError:
            return None
        except StopAsyncIteration:
            return Answer([("", END)])
        except (GufoError, RuntimeError) as error:
            self._trouble = f"an answer that cannot be read ({error})"
            return None

    def _take_unusual(self, size: int, asked: list[str] | str) -> Answer | None:
        """Read with ``wire.py``; gufo only tells whether the request id is the one it sent."""
        octets = bytes(memoryview(self._buffer)[:size])
        try:
            message = wire.read(octets)
        except wire.MalformedError as error:
            self._trouble = f"an answer that is not SNMP ({error})"
            self._discard()
            return None
        pdu = message.pdu
        if (message.version, message.community, pdu.kind) != (self._number, self._community, wire.RESPONSE):
            self._discard()
            return None
        try:
            self._receive(self._gufo.recv_get_many)
        except BlockingIOError:
            return None
        except (GufoError, RuntimeError):
            if not _answers(asked, pdu):
                return None
        return Answer(pdu.bindings, pdu.error_status, pdu.error_index)


class _UserExchange(_Exchange):
    """Version 3."""

    version: SnmpVersion = "3"

    def __init__(self, address: str, endpoint: Endpoint, credentials: Credentials, buffer: bytearray) -> None:
        self._user = engine_gufo_user.user_of(credentials)
        gufo = SnmpV3ClientSocket(address, b"", "", 0, b"", 0, b"", 0, 0, 0, 0)
        super().__init__(gufo, address, endpoint.timeout_seconds, buffer)

    async def introduce(self, tries: int) -> None:
        """Find out the engine id and clock, then check the user (RFC 3414 section 4)."""
        await self._refresh(tries)
        user = self._user
        self._gufo.set_keys(
            user.name, user.get_auth_alg(), user.get_auth_key(), user.get_priv_alg(), user.get_priv_key()
        )
        try:
            await self._refresh(tries)
        except SnmpRefusedError:
            raise
        except SnmpTimeoutError:
            raise SnmpAuthenticationError(f"{self._address}: {SILENT_AFTER_DISCOVERY}") from None

    async def _refresh(self, tries: int) -> None:
        for left in reversed(range(tries)):
            try:
                await self._ask(self._gufo.send_refresh, self._take_refresh)
            except SnmpRefusedError:
                raise
            except SnmpTimeoutError:
                if not left:
                    raise
            else:
                return

    def _take_refresh(self, size: int) -> Answer | None:
        return self._take(size, self._gufo.recv_refresh, lambda _: [])

    async def get(self, oids: Sequence[str]) -> Answer:
        """Ask for exact instances."""
        asked = list(oids)

        def read(size: int) -> Answer | None:
            return self._take(size, self._gufo.recv_get_many, lambda result: list(result.items()))

        return await self._ask(lambda: self._gufo.send_get_many(asked), read)

    async def get_next(self, base: str, oid: str) -> Answer:
        """Ask for the one after ``oid``."""
        within = GetIter(base)

        def read(size: int) -> Answer | None:
            return self._take(size, lambda: self._gufo.recv_get_next(within), lambda result: [result])

        return await self._ask(lambda: self._gufo.send_get_next(GetIter(oid)), read)

    async def get_bulk(self, base: str, oid: str, max_repetitions: int) -> Answer:
        """Ask for those after ``oid``."""
        within = GetIter(base)

        def read(size: int) -> Answer | None:
            return self._take(size, lambda: self._gufo.recv_get_bulk(within), _bulk)

        return await self._ask(lambda: self._gufo.send_get_bulk(GetIter(oid, max_repetitions)), read)

    def _take(self, size: int, receive: _Receive, bindings: Callable[[Any], Bindings]) -> Answer | None:
        report = report_in(bytes(memoryview(self._buffer)[:size]))
        try:
            result = self._receive(receive)
        except BlockingIOError:
            return None
        except StopAsyncIteration:
            return Answer([("", END)])
        except SnmpAuthError:
            result = None
        except (GufoError, RuntimeError) as error:
            self._trouble = f"an answer that cannot be read ({error})"
            return None
        if report in PASSING_REPORTS:
            return Answer([]) if receive == self._gufo.recv_refresh else None
        if report or (result is None and receive != self._gufo.recv_refresh):
            meaning = REPORT_MEANINGS.get(report or "", "the device refuses this user")
            raise SnmpAuthenticationError(f"{self._address}: {meaning}")
        return Answer([(name, _typed(value)) for name, value in bindings(result)])


def _bulk(result: list[tuple[str, Any] | None]) -> Bindings:
    """Gufo ends the list with None where the next one lies outside of what is walked."""
    if result and result[-1] is None:
        result[-1] = ("", END)
    return result  # type: ignore[return-value] # None is nowhere but at the end


def _with_oids(bindings: Bindings) -> Bindings:
    """In a plain answer all text is OBJECT IDENTIFIER: gufo gives OCTET STRING as bytes."""
    if any(type(value) is str for _, value in bindings):
        return [(name, Oid(value) if type(value) is str else value) for name, value in bindings]
    return bindings


def _typed(value: Any) -> Value | None:
    """Values of an answer that only gufo could decrypt: no registered OID has four arcs, so those are addresses."""
    if type(value) is str:
        return IpAddress(value) if value.count(".") == 3 else Oid(value)
    if type(value) is bytes and value[:1] == b"\x9f":
        return wire.opaque(value)
    return None if isinstance(value, bool) else value


def _answers(asked: list[str] | str, pdu: wire.Pdu) -> bool:
    """Tell by the names whether this answers what was asked, where gufo could not read as far as the request id."""
    if isinstance(asked, list):
        return [name for name, _ in pdu.bindings] == asked
    return bool(pdu.bindings) and _arcs(pdu.bindings[0][0]) > _arcs(asked)


def _arcs(oid: str) -> tuple[int, ...]:
    return tuple(map(int, oid.split(".")))
