"""Versions 1 and 2c on gufo-snmp."""

from __future__ import annotations

from gufo.snmp._fast import SnmpV1ClientSocket, SnmpV2cClientSocket

from homeroom_collector.snmp.engines import plain, wire
from homeroom_collector.snmp.engines.exchange import Answer
from homeroom_collector.snmp.engines.gufo.gufo_exchange import GUFO_OCTETS, Asked, GufoExchange, Receive, Shape
from homeroom_collector.snmp.session import Credentials, Endpoint


class CommunityExchange(GufoExchange):
    """One device by its community."""

    def __init__(self, address: str, endpoint: Endpoint, credentials: Credentials, buffer: bytearray) -> None:
        self.version = credentials.version
        kind = SnmpV1ClientSocket if credentials.version == "1" else SnmpV2cClientSocket
        community = credentials.community.reveal() if credentials.community else "public"
        self._number = 0 if credentials.version == "1" else 1
        self._community = community.encode()
        super().__init__(kind(address, community, 0, 0, 0, 0), address, endpoint.timeout_seconds, buffer)

    def take(self, size: int, receive: Receive, shape: Shape, asked: Asked) -> Answer | None:
        """Let gufo read what is plain, and ``wire.py`` the rest."""
        if size <= GUFO_OCTETS and plain.is_plain(self.buffer, size):
            return self.plain(receive, shape)
        try:
            message = wire.read(memoryview(self.buffer)[:size])
        except wire.MalformedError as error:
            self.trouble = f"an answer that is not SNMP ({error})"
            self.discard()
            return None
        if (message.version, message.community, message.pdu.kind) != (self._number, self._community, wire.RESPONSE):
            self.discard()
            return None
        return self.unusual(message.pdu, asked)
