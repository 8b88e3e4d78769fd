"""The default engine: gufo-snmp (Rust), whose only home is this package.

What gufo-snmp 0.13 leaves to its caller is done there: waiting, a look at every datagram before gufo may have it
(``plain.py`` says why), error-status, and for version 3 digests and reports. gufo knows no SNMPv3 context:
``choice.py`` gives those devices to pysnmp.
"""

from __future__ import annotations

from gufo.snmp.utils import format_sock_addr

from homeroom_collector.snmp.engines.address import resolve
from homeroom_collector.snmp.engines.conversation import Conversation
from homeroom_collector.snmp.engines.gufo.community import CommunityExchange
from homeroom_collector.snmp.engines.gufo.user import UserExchange
from homeroom_collector.snmp.session import Credentials, Endpoint, EngineName, Session


class GufoEngine:
    """Opens sessions on gufo-snmp. One look-ahead buffer serves all sessions: it is used within one callback."""

    name: EngineName = "gufo"

    def __init__(self) -> None:
        self._buffer = bytearray(65_536)

    async def open(self, endpoint: Endpoint, credentials: Credentials) -> Session:
        """Make a session; for version 3 also find out the engine id and check the user."""
        address = format_sock_addr(await resolve(endpoint), endpoint.port)
        if credentials.version != "3":
            return Conversation(CommunityExchange(address, endpoint, credentials, self._buffer), endpoint)
        exchange = UserExchange(address, endpoint, credentials, self._buffer)
        try:
            await exchange.introduce(endpoint.retries + 1)
        except BaseException:
            await exchange.close()
            raise
        return Conversation(exchange, endpoint)

    async def close(self) -> None:
        """Nothing is shared but a buffer."""
