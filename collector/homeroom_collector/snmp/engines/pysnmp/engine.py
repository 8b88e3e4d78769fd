"""The second engine: pysnmp, pure Python. Wakes no MIB machinery for versions 1 and 2c.

Chosen by configuration, where gufo-snmp has no wheel, and for SNMPv3 contexts; and it checks the first engine, since
it shares nothing with it below ``exchange.py``. Version 3 is in ``user.py``.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Sequence
from typing import Any, cast

from pyasn1.codec.ber import encoder
from pysnmp.proto import api

from homeroom_collector.errors import SnmpAnswerError, SnmpRefusedError, SnmpTimeoutError
from homeroom_collector.snmp.engines.address import resolve
from homeroom_collector.snmp.engines.conversation import Conversation
from homeroom_collector.snmp.engines.exchange import Answer
from homeroom_collector.snmp.engines.pysnmp.decoder import decode
from homeroom_collector.snmp.engines.pysnmp.user import UserEngines
from homeroom_collector.snmp.engines.pysnmp.values import Convert, bindings_of, value_of
from homeroom_collector.snmp.session import Credentials, Endpoint, EngineName, Session, SnmpVersion


class PysnmpEngine:
    """Opens sessions on pysnmp. Holds one SNMPv3 engine for each set of credentials; close it to stop those."""

    name: EngineName = "pysnmp"

    def __init__(self, convert: Convert = value_of) -> None:
        self._convert = convert
        self._users = UserEngines(convert)

    async def open(self, endpoint: Endpoint, credentials: Credentials) -> Session:
        """Make a session; for version 3 also find out the engine id and check the user."""
        host = await resolve(endpoint)
        if credentials.version == "3":
            return Conversation(await self._users.exchange(host, endpoint, credentials), endpoint)
        exchange = _CommunityExchange(credentials, endpoint, self._convert)
        await exchange.connect(host, endpoint.port)
        return Conversation(exchange, endpoint)

    async def close(self) -> None:
        """Stop the SNMPv3 engines."""
        self._users.close()


class _CommunityExchange(asyncio.DatagramProtocol):
    """Versions 1 and 2c on one connected socket."""

    engine: EngineName = "pysnmp"
    version: SnmpVersion

    def __init__(self, credentials: Credentials, endpoint: Endpoint, convert: Convert) -> None:
        self._convert = convert
        self.version = credentials.version
        self._number = 0 if credentials.version == "1" else 1
        self._api: Any = api.PROTOCOL_MODULES[self._number]
        self._community = (credentials.community.reveal() if credentials.community else "public").encode()
        self._timeout_seconds = endpoint.timeout_seconds
        self._ids = itertools.count(id(self) & 0x3FFFFFFF)
        self._transport: asyncio.DatagramTransport | None = None
        self._waiter: asyncio.Future[Answer] | None = None
        self._request_id = 0
        self._trouble: str | None = None
        self._address = f"{endpoint.host}:{endpoint.port}"

    async def connect(self, host: str, port: int) -> None:
        """Bind the socket to its device."""
        loop = asyncio.get_running_loop()
        try:
            await loop.create_datagram_endpoint(lambda: self, remote_addr=(host, port))
        except OSError as error:
            raise SnmpRefusedError(f"{self._address}: {error.strerror or error}") from None

    async def close(self) -> None:
        """Give the socket back."""
        if self._transport is not None:
            self._transport.close()
            self._transport = None
            await asyncio.sleep(0)  # the transport closes its socket in the loop's next turn

    async def get(self, oids: Sequence[str]) -> Answer:
        """Ask for exact instances."""
        return await self._ask(self._api.GetRequestPDU(), oids)

    async def get_next(self, base: str, oid: str) -> Answer:  # noqa: ARG002 - Exchange names the walk for engines that filter
        """Ask for the one after ``oid``."""
        return await self._ask(self._api.GetNextRequestPDU(), [oid])

    async def get_bulk(self, base: str, oid: str, max_repetitions: int) -> Answer:  # noqa: ARG002 - as above
        """Ask for those after ``oid``."""
        pdu = self._api.GetBulkRequestPDU()
        self._api.apiBulkPDU.set_defaults(pdu)
        self._api.apiBulkPDU.set_max_repetitions(pdu, max_repetitions)
        return await self._ask(pdu, [oid], is_bulk=True)

    async def _ask(self, pdu: Any, oids: Sequence[str], *, is_bulk: bool = False) -> Answer:
        assert self._transport is not None
        pdu_api = self._api.apiBulkPDU if is_bulk else self._api.apiPDU
        if not is_bulk:
            pdu_api.set_defaults(pdu)
        self._request_id = next(self._ids) & 0x7FFFFFFF
        pdu_api.set_request_id(pdu, self._request_id)
        pdu_api.set_varbinds(pdu, [(oid, self._api.null) for oid in oids])
        message = self._api.Message()
        self._api.apiMessage.set_defaults(message)
        self._api.apiMessage.set_community(message, self._community)
        self._api.apiMessage.set_pdu(message, pdu)
        return await self._send(encoder.encode(message))

    async def _send(self, datagram: bytes) -> Answer:
        assert self._transport is not None
        loop = asyncio.get_running_loop()
        self._waiter, self._trouble = loop.create_future(), None
        self._transport.sendto(datagram)
        try:
            async with asyncio.timeout(self._timeout_seconds):
                return await self._waiter
        except TimeoutError:
            if self._trouble:
                raise SnmpAnswerError(f"{self._address}: {self._trouble}") from None
            raise SnmpTimeoutError(f"{self._address}: no answer in {self._timeout_seconds:g} s") from None
        finally:
            self._waiter = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast("asyncio.DatagramTransport", transport)  # Python 3.11's own is no subclass of it

    def error_received(self, exc: Exception) -> None:
        """Tell who waits that the host or its network refused."""
        if self._waiter is not None and not self._waiter.done():
            reason = getattr(exc, "strerror", None) or exc
            self._waiter.set_exception(SnmpRefusedError(f"{self._address}: nothing listens there ({reason})"))

    def datagram_received(self, data: bytes, addr: Any) -> None:  # noqa: ARG002 - the socket is connected
        """Take the answer; what is not SNMP is remembered as the reason of the timeout that follows."""
        if self._waiter is None or self._waiter.done():
            return
        try:
            answer = self._read(data)
        except Exception as error:  # what a decoder of somebody else's raises over hostile octets has no list
            self._trouble = f"an answer that is not SNMP ({type(error).__name__})"
        else:
            if answer is not None:
                self._waiter.set_result(answer)

    def _read(self, data: bytes) -> Answer | None:
        message, _ = decode(data, asn1Spec=self._api.Message())
        if int(message[0]) != self._number or bytes(self._api.apiMessage.get_community(message)) != self._community:
            return None
        pdu = self._api.apiMessage.get_pdu(message)
        if (
            not isinstance(pdu, self._api.GetResponsePDU)
            or int(self._api.apiPDU.get_request_id(pdu)) != self._request_id
        ):
            return None
        status = int(self._api.apiPDU.get_error_status(pdu))
        index = int(self._api.apiPDU.get_error_index(pdu, muteErrors=True) or 0) if status else 0
        return Answer(bindings_of(self._api.apiPDU.get_varbinds(pdu), self._convert), status, index)
