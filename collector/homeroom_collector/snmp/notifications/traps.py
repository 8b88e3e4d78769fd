"""Receives notifications with pysnmp: traps of every version, v2c and v3 informs (which are acknowledged).

Accepts the communities and users of the configured credentials. A v3 trap is signed by the sender's own engine (RFC
3414 section 1.5.1), so it counts once polling has found out that engine's id. Owns no consequence: whom to hear and
what a notification leads to is the doorbell's.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from pysnmp.carrier.asyncio.dgram import udp, udp6
from pysnmp.entity import config
from pysnmp.entity.engine import SnmpEngine
from pysnmp.entity.rfc3413 import ntfrcv
from pysnmp.error import PySnmpError

from homeroom_collector.errors import CollectorError
from homeroom_collector.snmp.engines.pysnmp.user import add_user
from homeroom_collector.snmp.notifications.doorbell import Doorbell
from homeroom_collector.snmp.notifications.measures import NotificationMeasures
from homeroom_collector.snmp.session import Credentials

_log = logging.getLogger(__name__)

TRAP_OID = "1.3.6.1.6.3.1.1.4.1.0"
"""snmpTrapOID: which notification it is (RFC 3418)."""

NAMES = {
    "1.3.6.1.6.3.1.1.5.1": "coldStart",
    "1.3.6.1.6.3.1.1.5.2": "warmStart",
    "1.3.6.1.6.3.1.1.5.3": "linkDown",
    "1.3.6.1.6.3.1.1.5.4": "linkUp",
    "1.3.6.1.6.3.1.1.5.5": "authenticationFailure",
    "1.3.6.1.2.1.33.2.1": "upsTrapOnBattery",
    "1.3.6.1.2.1.33.2.3": "upsTrapAlarmEntryAdded",
    "1.3.6.1.2.1.33.2.4": "upsTrapAlarmEntryRemoved",
    "1.3.6.1.2.1.43.18.2.0.1": "printerV2Alert",
}
"""Of RFC 3418, RFC 1628 and RFC 3805; makers' own are told by number."""


class TrapReceiver:
    """Listens until it is closed."""

    def __init__(self, doorbell: Doorbell, measures: NotificationMeasures) -> None:
        self._doorbell, self._measures = doorbell, measures
        self._snmp: Any = None
        self._accepted: set[Credentials] = set()
        self._engines: set[tuple[str, Credentials]] = set()

    async def listen(self, host: str, port: int) -> None:
        """Open the port. Raises CollectorError where it cannot be had."""
        self._snmp = SnmpEngine()
        transport = udp6 if ":" in host else udp
        listening = self._admitting(transport)
        try:
            opened = listening.open_server_mode((host, port))
            await opened._lport  # noqa: SLF001 - pysnmp tells nowhere else whether it could bind
        except (OSError, PySnmpError) as error:
            self._snmp = None
            reason = getattr(error, "strerror", None) or error
            raise CollectorError(f"notifications: {host}:{port} cannot be opened: {reason}") from None
        config.add_transport(self._snmp, transport.DOMAIN_NAME, opened)
        ntfrcv.NotificationReceiver(self._snmp, self._take)

    async def close(self) -> None:
        """Give the port back."""
        if self._snmp is not None:
            self._snmp.close_dispatcher()
            self._snmp = None
            await asyncio.sleep(0)

    def accept(self, way: Credentials) -> None:
        """Hear what comes with these credentials too."""
        if self._snmp is None or way in self._accepted:
            return
        self._accepted.add(way)
        if way.version == "3":
            add_user(self._snmp, way)
        elif way.community is not None:
            config.add_v1_system(self._snmp, f"way{len(self._accepted)}", way.community.reveal())

    def accept_engine(self, engine_id: str, way: Credentials) -> None:
        """Hear the version 3 traps that this engine (hexadecimal) signs for this user."""
        if self._snmp is None or way.version != "3" or (engine_id, way) in self._engines:
            return
        self._engines.add((engine_id, way))
        add_user(self._snmp, way, engine_id)

    def _admitting(self, transport: Any) -> Any:
        """A pysnmp transport that drops at the door what the doorbell does not admit: decoding is the dear part."""
        base = transport.Udp6AsyncioTransport if transport is udp6 else transport.UdpAsyncioTransport
        doorbell, measures = self._doorbell, self._measures

        class Admitting(base):  # type: ignore[misc, valid-type] # chosen at run time
            def datagram_received(self, datagram: bytes, transport_address: Any) -> None:
                address = str(transport_address[0])
                if doorbell.admits(address):
                    super().datagram_received(datagram, transport_address)
                elif doorbell.knows(address):
                    measures.too_many.inc()
                else:
                    measures.unknown_source.inc()

        return Admitting()

    def _take(self, snmp: Any, reference: Any, _engine: Any, _context: Any, varbinds: Any, _: Any) -> None:
        _, address = snmp.message_dispatcher.get_transport_info(reference)
        kind = next((str(value) for name, value in varbinds if str(name) == TRAP_OID), "")
        _log.info("%s notifies: %s", address[0], NAMES.get(kind, kind or "nothing"))
        self._measures.taken.inc()
        self._doorbell.ring(str(address[0]))
