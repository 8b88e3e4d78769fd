"""One exchange of datagrams on gufo-snmp's socket: waiting, looking ahead, and what both message forms share.

gufo's own asyncio client arms a timer and a selector for each request; here one reader serves a session's life and
only the timer is new with each request.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Sequence
from typing import Any

from gufo.snmp._fast import GetIter
from gufo.snmp._fast import SnmpError as GufoError

from homeroom_collector.errors import SnmpAnswerError, SnmpRefusedError, SnmpTimeoutError
from homeroom_collector.snmp.engines.exchange import END, Answer, Bindings
from homeroom_collector.snmp.engines.wire import Pdu
from homeroom_collector.snmp.session import EngineName, Oid, SnmpVersion

UNREADABLE = (GufoError, RuntimeError)
"""What gufo raises over octets it cannot read; a panic of its Rust core becomes a RuntimeError here."""
GUFO_OCTETS = 4080
"""gufo's receive buffer; what is longer reaches it cut."""

Receive = Callable[[], Any]
Shape = Callable[[Any], Answer]
Asked = list[str] | str
"""What a request named: the instances of a GET, or the OID whose followers are wanted."""


class GufoExchange:
    """The requests, on one socket. Subclasses read the datagrams of their message form in :meth:`take`."""

    engine: EngineName = "gufo"
    version: SnmpVersion

    def __init__(self, gufo: Any, address: str, timeout_seconds: float, buffer: bytearray) -> None:
        self.gufo = gufo
        self.address = address
        self.buffer = buffer
        self.trouble: str | None = None
        self._timeout_seconds = timeout_seconds
        self._loop = asyncio.get_running_loop()
        self._peek: socket.socket | None = socket.socket(fileno=gufo.get_fd())
        self._waiter: asyncio.Future[Answer] | None = None
        self._read: Callable[[int], Answer | None] = lambda _: None
        self._loop.add_reader(self._peek.fileno(), self._on_readable)

    def take(self, size: int, receive: Receive, shape: Shape, asked: Asked) -> Answer | None:
        """Take the datagram of ``size`` octets that waits in the socket and lies in ``buffer``.

        ``receive`` lets gufo take it and ``shape`` makes bindings of what gufo gives. None: it was not the answer.
        """
        raise NotImplementedError

    async def get(self, oids: Sequence[str]) -> Answer:
        """Ask for exact instances."""
        asked = list(oids)

        def read(size: int) -> Answer | None:
            return self.take(size, self.gufo.recv_get_many, _values, asked)

        return await self.ask(lambda: self.gufo.send_get_many(asked), read)

    async def get_next(self, base: str, oid: str) -> Answer:
        """Ask for the one after ``oid``."""
        within = GetIter(base)

        def read(size: int) -> Answer | None:
            return self.take(size, lambda: self.gufo.recv_get_next(within), _single, oid)

        return await self.ask(lambda: self.gufo.send_get_next(GetIter(oid)), read)

    async def get_bulk(self, base: str, oid: str, max_repetitions: int) -> Answer:
        """Ask for those after ``oid``."""
        within = GetIter(base)

        def read(size: int) -> Answer | None:
            return self.take(size, lambda: self.gufo.recv_get_bulk(within), _bulk, oid)

        return await self.ask(lambda: self.gufo.send_get_bulk(GetIter(oid, max_repetitions)), read)

    async def close(self) -> None:
        """Give the socket back; gufo owns it, so it is let go of here and closed there."""
        if self._peek is not None:
            self._loop.remove_reader(self._peek.fileno())
            self._peek.detach()
            self._peek = self.gufo = None

    async def ask(self, send: Callable[[], None], read: Callable[[int], Answer | None]) -> Answer:
        """Send once and wait. ``read`` takes the waiting datagram and gives None where it is not the answer."""
        self._waiter = waiter = self._loop.create_future()
        self._read, self.trouble = read, None
        timer = self._loop.call_later(self._timeout_seconds, self._on_timeout)
        try:
            send()
            answer: Answer = await waiter
        except OSError as error:
            raise SnmpRefusedError(f"{self.address}: {error}") from None
        else:
            return answer
        finally:
            timer.cancel()
            self._waiter = None

    def plain(self, receive: Receive, shape: Shape) -> Answer | None:
        """Let gufo read a datagram that is known to be plain."""
        try:
            return shape(self.receive(receive))
        except BlockingIOError:
            return None
        except StopAsyncIteration:
            return Answer([("", END)])
        except UNREADABLE as error:
            self.trouble = f"an answer that cannot be read ({error})"
            return None

    def unusual(self, pdu: Pdu, asked: Asked) -> Answer | None:
        """Take what ``wire.py`` has read; gufo only tells whether the request id is the one it sent."""
        try:
            self.receive(self.gufo.recv_get_many)
        except BlockingIOError:
            return None
        except UNREADABLE:
            if not _answers(asked, pdu):
                return None
        return Answer(pdu.bindings, pdu.error_status, pdu.error_index)

    def receive(self, receive: Receive) -> Any:
        """Let gufo take the datagram.

        Gives its result, or raises BlockingIOError where it is not ours, StopAsyncIteration where nothing of it is
        within what is walked, or one of UNREADABLE.
        """
        try:
            return receive()
        except BaseException as error:
            if type(error).__name__ == "PanicException":  # derives from BaseException and cannot be imported
                raise RuntimeError(str(error)) from None
            raise

    def discard(self) -> None:
        """Drop the waiting datagram."""
        assert self._peek is not None
        try:
            self._peek.recv(1)
        except OSError:
            return  # it went by itself: the kernel found its checksum wrong, or it was an error report

    def _on_timeout(self) -> None:
        if self.trouble:
            self._fail(SnmpAnswerError(f"{self.address}: {self.trouble}"))
        else:
            self._fail(SnmpTimeoutError(f"{self.address}: no answer in {self._timeout_seconds:g} s"))

    def _on_readable(self) -> None:
        assert self._peek is not None
        try:
            size = self._peek.recv_into(self.buffer, 0, socket.MSG_PEEK)
        except BlockingIOError:
            return
        except OSError as error:
            self._fail(SnmpRefusedError(f"{self.address}: nothing listens there ({error.strerror})"))
            return
        if self._waiter is None or self._waiter.done():
            self.discard()
            return
        try:
            answer = self._read(size)
        except (
            Exception
        ) as error:  # whatever it is belongs to who waits; left here, the loop would spin on the datagram
            self.discard()
            self._fail(error)
        else:
            if answer is not None:
                self._waiter.set_result(answer)

    def _fail(self, error: Exception) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(error)


def _values(result: dict[str, Any]) -> Answer:
    """Answer of a GET that is known to be plain, so each name has a value."""
    if str in set(map(type, result.values())):
        result = {name: Oid(value) if type(value) is str else value for name, value in result.items()}
    return Answer([], values=result)


def _single(result: tuple[str, Any]) -> Answer:
    return Answer(_with_oids([result]))


def _bulk(result: list[tuple[str, Any] | None]) -> Answer:
    """Gufo ends the list with None where the next one lies outside of what is walked."""
    if result and result[-1] is None:
        result[-1] = ("", END)
    return Answer(_with_oids(result))  # type: ignore[arg-type] # None is nowhere but at the end


def _with_oids(bindings: Bindings) -> Bindings:
    """In a plain answer all text is OBJECT IDENTIFIER: gufo gives OCTET STRING as bytes."""
    if str in {type(value) for _, value in bindings}:
        return [(name, Oid(value) if type(value) is str else value) for name, value in bindings]
    return bindings


def _answers(asked: Asked, pdu: Pdu) -> bool:
    """Tell by the names whether this answers what was asked, where gufo could not read as far as the request id."""
    if isinstance(asked, list):
        return [name for name, _ in pdu.bindings] == asked
    return bool(pdu.bindings) and _arcs(pdu.bindings[0][0]) > _arcs(asked)


def _arcs(oid: str) -> tuple[int, ...]:
    return tuple(map(int, oid.split(".")))
