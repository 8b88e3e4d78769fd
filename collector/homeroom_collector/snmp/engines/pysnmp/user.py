"""SNMPv3 by pysnmp's own engine: one for each set of credentials, shared by all devices that take them.

A pysnmp engine costs 0.1 s and knows a user by name alone, so credentials that share a user name and not a password
must not share an engine.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Sequence
from typing import Any

from pysnmp.carrier.asyncio.dgram import udp, udp6
from pysnmp.entity import config
from pysnmp.entity.engine import SnmpEngine
from pysnmp.entity.rfc3413 import cmdgen
from pysnmp.error import PySnmpError
from pysnmp.proto import errind
from pysnmp.proto.rfc1902 import OctetString

from homeroom_collector.errors import SnmpAnswerError, SnmpAuthenticationError, SnmpTimeoutError
from homeroom_collector.snmp.engines.exchange import Answer
from homeroom_collector.snmp.engines.pysnmp.values import Convert, bindings_of
from homeroom_collector.snmp.engines.v3_message import REPORT_MEANINGS, SILENT_AFTER_DISCOVERY
from homeroom_collector.snmp.session import (
    AuthProtocol,
    Credentials,
    Endpoint,
    EngineName,
    PrivProtocol,
    Secret,
    SnmpVersion,
)

_AUTH: dict[AuthProtocol, Any] = {
    "md5": config.USM_AUTH_HMAC96_MD5,
    "sha": config.USM_AUTH_HMAC96_SHA,
    "sha224": config.USM_AUTH_HMAC128_SHA224,
    "sha256": config.USM_AUTH_HMAC192_SHA256,
    "sha384": config.USM_AUTH_HMAC256_SHA384,
    "sha512": config.USM_AUTH_HMAC384_SHA512,
}
_PRIV: dict[PrivProtocol, Any] = {
    "des": config.USM_PRIV_CBC56_DES,
    "3des": config.USM_PRIV_CBC168_3DES,
    "aes": config.USM_PRIV_CFB128_AES,
    "aes192": config.USM_PRIV_CFB192_AES_BLUMENTHAL,
    "aes256": config.USM_PRIV_CFB256_AES_BLUMENTHAL,
    "aes192c": config.USM_PRIV_CFB192_AES,
    "aes256c": config.USM_PRIV_CFB256_AES,
}
_REFUSALS: dict[type[errind.ErrorIndication], str] = {
    errind.UnsupportedSecurityLevel: "1.3.6.1.6.3.15.1.1.1",
    errind.NotInTimeWindow: "1.3.6.1.6.3.15.1.1.2",
    errind.UnknownUserName: "1.3.6.1.6.3.15.1.1.3",
    errind.UnknownSecurityName: "1.3.6.1.6.3.15.1.1.3",
    errind.WrongDigest: "1.3.6.1.6.3.15.1.1.5",
    errind.AuthenticationFailure: "1.3.6.1.6.3.15.1.1.5",
    errind.AuthenticationError: "1.3.6.1.6.3.15.1.1.5",
    errind.DecryptionError: "1.3.6.1.6.3.15.1.1.6",
    errind.NoSuchContext: "1.3.6.1.6.3.12.1.5",
}
_ENGINE_TIME = "1.3.6.1.6.3.10.2.1.3.0"


class UserEngines:
    """The pysnmp engines of one process, by credentials."""

    def __init__(self, convert: Convert) -> None:
        self._convert = convert
        self._engines: dict[Credentials, _UserEngine] = {}

    async def exchange(self, host: str, endpoint: Endpoint, credentials: Credentials) -> UserExchange:
        """Open a way to one device and check the user there."""
        if credentials not in self._engines:
            self._engines[credentials] = _UserEngine(credentials)
        exchange = UserExchange(self._engines[credentials], host, endpoint, credentials.context, self._convert)
        try:
            await exchange.introduce(endpoint.retries + 1)
        except BaseException:
            await exchange.close()
            raise
        return exchange

    def close(self) -> None:
        """Stop them all."""
        for engine in self._engines.values():
            engine.close()
        self._engines.clear()


class _UserEngine:
    """One pysnmp engine with one user, and its sockets."""

    def __init__(self, credentials: Credentials) -> None:
        self.snmp = SnmpEngine()
        self.heard: set[str] = set()
        self.get, self.next, self.bulk = (
            cmdgen.GetCommandGenerator(),
            cmdgen.NextCommandGenerator(),
            cmdgen.BulkCommandGenerator(),
        )
        self._names = itertools.count()
        self._domains: set[Any] = set()
        add_user(self.snmp, credentials)
        level = "noAuthNoPriv" if not credentials.auth_password else "authPriv"
        if credentials.auth_password and not credentials.priv_password:
            level = "authNoPriv"
        config.add_target_parameters(self.snmp, "user", credentials.user or "", level)

    def add_target(self, host: str, endpoint: Endpoint) -> str:
        """Register one device; pysnmp forgets a request half a second after our own timeout."""
        transport = udp6 if ":" in host else udp
        if transport.DOMAIN_NAME not in self._domains:
            config.add_transport(self.snmp, transport.DOMAIN_NAME, _listening(transport, self.heard).open_client_mode())
            self._domains.add(transport.DOMAIN_NAME)
        name = f"target{next(self._names)}"
        timeout = round((endpoint.timeout_seconds + 0.5) * 100)
        config.add_target_address(
            self.snmp, name, transport.DOMAIN_NAME, (host, endpoint.port), "user", timeout, retryCount=0
        )
        return name

    def drop_target(self, name: str) -> None:
        """Forget one device."""
        config.delete_target_address(self.snmp, name)

    def close(self) -> None:
        """Close the sockets and stop pysnmp's timer."""
        self.snmp.close_dispatcher()


def add_user(snmp: Any, credentials: Credentials, engine_id: str | None = None) -> None:
    """Make a user known to a pysnmp engine; as a user of another engine where its id (hexadecimal) is given."""
    auth, priv = _key(credentials.auth_password), _key(credentials.priv_password)
    config.add_v3_user(
        snmp,
        credentials.user or "",
        _AUTH[credentials.auth_protocol or "sha"] if auth else config.USM_AUTH_NONE,
        auth,
        _PRIV[credentials.priv_protocol or "aes"] if priv else config.USM_PRIV_NONE,
        priv,
        securityEngineId=None if engine_id is None else OctetString(hexValue=engine_id),
    )


def _key(password: Secret | None) -> str | None:
    return password.reveal() if password else None


def _listening(transport: Any, heard: set[str]) -> Any:
    """A pysnmp transport that notes who has sent anything at all."""
    base = transport.Udp6AsyncioTransport if transport is udp6 else transport.UdpAsyncioTransport

    class Listening(base):  # type: ignore[misc, valid-type] # chosen at run time
        def datagram_received(self, datagram: bytes, transport_address: Any) -> None:
            heard.add(f"{transport_address[0]} {transport_address[1]}")
            super().datagram_received(datagram, transport_address)

    return Listening()


class UserExchange:
    """SNMPv3 with one device."""

    engine: EngineName = "pysnmp"
    version: SnmpVersion = "3"

    def __init__(self, user: _UserEngine, host: str, endpoint: Endpoint, context: str, convert: Convert) -> None:
        self._user = user
        self._convert = convert
        self._context = context.encode()
        self._timeout_seconds = endpoint.timeout_seconds
        self._address = f"{host}:{endpoint.port}"
        self._key = f"{host} {endpoint.port}"
        self._target: str | None = user.add_target(host, endpoint)

    async def introduce(self, tries: int) -> None:
        """Let pysnmp find out the engine id and clock, and check the user."""
        self._user.heard.discard(self._key)
        for left in reversed(range(tries)):
            try:
                await self.get([_ENGINE_TIME])
            except SnmpTimeoutError:
                if not left and self._key in self._user.heard:
                    raise SnmpAuthenticationError(f"{self._address}: {await self._why_silent()}") from None
                if not left:
                    raise
            else:
                return

    async def _why_silent(self) -> str:
        """Name what is wrong where the device gave its engine id and then fell silent: many do not send a report."""
        if self._context:
            asked, self._context = self._context, b""
            try:
                await self.get([_ENGINE_TIME])
            except SnmpTimeoutError:
                pass
            else:
                return f"the device does not answer in the context {asked.decode()!r}"
        return SILENT_AFTER_DISCOVERY

    async def close(self) -> None:
        """Forget the device; its socket is shared."""
        if self._target is not None:
            self._user.drop_target(self._target)
            self._target = None

    async def get(self, oids: Sequence[str]) -> Answer:
        """Ask for exact instances."""
        return await self._ask(self._user.get, [(oid, None) for oid in oids])

    async def get_next(self, base: str, oid: str) -> Answer:  # noqa: ARG002 - for engines that filter by base
        """Ask for the one after ``oid``."""
        return await self._ask(self._user.next, [(oid, None)])

    async def get_bulk(self, base: str, oid: str, max_repetitions: int) -> Answer:  # noqa: ARG002 - as above
        """Ask for those after ``oid``."""
        return await self._ask(self._user.bulk, 0, max_repetitions, [(oid, None)])

    async def _ask(self, generator: Any, *request: Any) -> Answer:
        waiter: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()

        def take(_engine: Any, _handle: Any, trouble: Any, status: Any, index: Any, varbinds: Any, _: Any) -> None:
            if waiter.done():
                return
            if trouble:
                waiter.set_exception(self._error(trouble))
            else:
                waiter.set_result(Answer(bindings_of(_flat(varbinds), self._convert), int(status), int(index)))

        try:
            generator.send_varbinds(self._user.snmp, self._target, None, self._context, *request, take)
            async with asyncio.timeout(self._timeout_seconds):
                return await waiter
        except TimeoutError:
            raise SnmpTimeoutError(f"{self._address}: no answer in {self._timeout_seconds:g} s") from None
        except PySnmpError as error:
            raise SnmpAnswerError(f"{self._address}: {error}") from None

    def _error(self, trouble: Any) -> Exception:
        if isinstance(trouble, errind.RequestTimedOut):
            return SnmpTimeoutError(f"{self._address}: no answer in {self._timeout_seconds:g} s")
        report = _REFUSALS.get(type(trouble))
        if report:
            return SnmpAuthenticationError(f"{self._address}: {REPORT_MEANINGS[report]}")
        return SnmpAnswerError(f"{self._address}: {trouble}")


def _flat(varbinds: Any) -> list[Any]:
    """Walking requests give rows of one."""
    return [pair for row in varbinds for pair in (row if isinstance(row, list) else [row])]
