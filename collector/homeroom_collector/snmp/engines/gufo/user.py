"""Version 3 on gufo-snmp.

gufo signs, encrypts and keeps the clock. It does not check the digest of what it receives, and gives every report as
the same error, so each message is opened here first: genuine, plain, and if it is a report, what it says.
"""

from __future__ import annotations

from gufo.snmp._fast import SnmpV3ClientSocket

from homeroom_collector.errors import SnmpAuthenticationError, SnmpRefusedError, SnmpTimeoutError
from homeroom_collector.snmp.engines import plain, wire
from homeroom_collector.snmp.engines.exchange import Answer
from homeroom_collector.snmp.engines.gufo import gufo_keys
from homeroom_collector.snmp.engines.gufo.gufo_exchange import (
    GUFO_OCTETS,
    UNREADABLE,
    Asked,
    GufoExchange,
    Receive,
    Shape,
)
from homeroom_collector.snmp.engines.v3_keys import Keys
from homeroom_collector.snmp.engines.v3_message import (
    PASSING_REPORTS,
    REPORT_MEANINGS,
    SILENT_AFTER_DISCOVERY,
    pdu_within,
    read_header,
    report_of,
)
from homeroom_collector.snmp.session import Credentials, Endpoint, SnmpVersion


class UserExchange(GufoExchange):
    """One device by its user. Nothing but :meth:`introduce` works before it has been called."""

    version: SnmpVersion = "3"

    def __init__(self, address: str, endpoint: Endpoint, credentials: Credentials, buffer: bytearray) -> None:
        self._credentials = credentials
        self._keys: Keys | None = None
        gufo = SnmpV3ClientSocket(address, b"", "", 0, b"", 0, b"", 0, 0, 0, 0)
        super().__init__(gufo, address, endpoint.timeout_seconds, buffer)

    async def introduce(self, tries: int) -> None:
        """Find out the engine id and clock, then check the user (RFC 3414 section 4)."""
        await self._refresh(tries)
        user = gufo_keys.user_of(self._credentials)
        self.gufo.set_keys(
            user.name, user.get_auth_alg(), user.get_auth_key(), user.get_priv_alg(), user.get_priv_key()
        )
        self._keys = Keys(self._credentials, self.gufo.get_engine_id())
        try:
            await self._refresh(tries)
        except SnmpRefusedError:
            raise
        except SnmpTimeoutError:
            raise SnmpAuthenticationError(f"{self.address}: {SILENT_AFTER_DISCOVERY}") from None

    async def _refresh(self, tries: int) -> None:
        for left in reversed(range(tries)):
            try:
                await self.ask(self.gufo.send_refresh, self._take_refresh)
            except SnmpRefusedError:
                raise
            except SnmpTimeoutError:
                if not left:
                    raise
            else:
                return

    def _take_refresh(self, size: int) -> Answer | None:
        """Take any genuine answer; a report that the next request cures is what discovery wants."""
        try:
            octets, start, stop = self._open(size)
            report = report_of(wire.read_pdu(octets, start, stop))
        except (wire.MalformedError, IndexError) as error:
            self._not_understood(error)
            return None
        if report is not None and report not in PASSING_REPORTS:
            raise self._refused(report)
        return Answer([]) if self._let_gufo_see() else None

    def take(self, size: int, receive: Receive, shape: Shape, asked: Asked) -> Answer | None:
        """Let gufo read what is genuine and plain, and ``wire.py`` the rest."""
        try:
            octets, start, stop = self._open(size)
            if size <= GUFO_OCTETS and plain.is_plain_pdu(octets, start, stop):
                return self.plain(receive, shape)
            pdu = wire.read_pdu(octets, start, stop)
        except (wire.MalformedError, IndexError) as error:
            self._not_understood(error)
            return None
        report = report_of(pdu)
        if report is None:
            return self.unusual(pdu, asked)
        if report not in PASSING_REPORTS:
            raise self._refused(report)
        if not self._let_gufo_see():
            return None
        raise SnmpTimeoutError(f"{self.address}: {REPORT_MEANINGS[report]}")  # the next try has the right time

    def _open(self, size: int) -> tuple[bytes, int, int]:
        """Octets with the PDU in the clear, and where it starts and stops.

        Raises MalformedError also where the message is not this user's: unsigned but no report, or signed wrongly.
        """
        octets = bytes(memoryview(self.buffer)[:size])
        header = read_header(octets)
        keys = self._keys
        if keys is None or not header.is_authenticated:
            start, stop = pdu_within(octets, *header.body)
            if keys is not None and keys.signs and octets[start] != wire.REPORT:
                raise wire.MalformedError("an answer without the digest that this user's must have")
            return octets, start, stop
        if not keys.is_genuine(octets, header):
            raise wire.MalformedError("the digest is not this user's")
        if header.is_encrypted:
            octets = keys.decrypt(octets, header)
            return octets, *pdu_within(octets, 0, len(octets))
        return octets, *pdu_within(octets, *header.body)

    def _let_gufo_see(self) -> bool:
        """Let gufo take engine id and clock from the waiting datagram; False where it answers another request."""
        try:
            self.receive(self.gufo.recv_refresh)
        except (BlockingIOError, *UNREADABLE):
            return False
        return True

    def _not_understood(self, error: Exception) -> None:
        self.trouble = f"an answer that cannot be understood ({error})"
        self.discard()

    def _refused(self, report: str) -> SnmpAuthenticationError:
        return SnmpAuthenticationError(f"{self.address}: {REPORT_MEANINGS.get(report, f'report {report}')}")
