"""An SNMPv3 agent (SHA, AES-128) whose answers a test writes, and may spoil after they are signed."""

from __future__ import annotations

import asyncio
import hmac
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from cryptography.hazmat.decrepit.ciphers.modes import CFB
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES

from fast_agent import GET_BULK, RESPONSE, decode_name, encode_oid, parts, tlv
from homeroom_collector.secret import Secret
from homeroom_collector.snmp.engines.v3_keys import Keys
from homeroom_collector.snmp.engines.v3_message import pdu_within, read_header
from homeroom_collector.snmp.session import Credentials

ENGINE_ID = bytes.fromhex("80001f8880aabbccdd00112233")
BOOTS, SECONDS = 3, 5000
USER = Credentials(
    version="3",
    user="homeroom",
    auth_protocol="sha",
    auth_password=Secret("first-password"),
    priv_protocol="aes",
    priv_password=Secret("second-password"),
)
UNKNOWN_ENGINE, NOT_IN_TIME = "1.3.6.1.6.3.15.1.1.4.0", "1.3.6.1.6.3.15.1.1.2.0"


def integer(number: int) -> bytes:
    return tlv(2, number.to_bytes(number.bit_length() // 8 + 1, "big"))


@dataclass(frozen=True)
class Request:
    """What was asked, decrypted."""

    message_id: bytes
    request_id: bytes
    kind: int
    names: tuple[str, ...]
    max_repetitions: int
    boots: int

    def pdu(self, *bindings: bytes, status: int = 0, index: int = 0, kind: int = RESPONSE) -> bytes:
        return tlv(kind, tlv(2, self.request_id) + integer(status) + integer(index) + tlv(0x30, b"".join(bindings)))


@dataclass(frozen=True)
class Answer:
    """A PDU, and how it is sent."""

    pdu: bytes
    signed: bool = True
    spoil: Callable[[bytearray], None] = lambda octets: None


Script = Callable[[Request], list[Answer]]


class Agent(asyncio.DatagramProtocol):
    def __init__(self, script: Script) -> None:
        self.script = script
        self.keys = Keys(USER, ENGINE_ID)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: object) -> None:
        header = read_header(data)
        message = data[next(parts(data))[1] :]
        _, (_, start, _), *_ = parts(message)
        _, id_start, id_stop = next(parts(message, start))
        message_id = message[id_start:id_stop]
        plain = self.keys.decrypt(data, header) if header.is_encrypted else data
        where = pdu_within(plain, 0, len(plain)) if header.is_encrypted else pdu_within(plain, *header.body)
        request = self.request(plain[slice(*where)], message_id, header.engine_boots)
        if not header.is_authenticated:
            report = tlv(0x30, encode_oid(UNKNOWN_ENGINE) + tlv(0x41, b"\x01"))
            self.transport.sendto(self.message(message_id, Answer(request.pdu(report, kind=0xA8), signed=False)), addr)
            return
        assert self.keys.is_genuine(data, header)
        for answer in self.script(request):
            self.transport.sendto(self.message(message_id, answer), addr)

    def request(self, pdu: bytes, message_id: bytes, boots: int) -> Request:
        ((kind, start, stop),) = parts(pdu)
        (_, a, b), _, (_, c, d), (_, e, f) = parts(pdu[:stop], start)
        names = tuple(".".join(map(str, decode_name(pdu[x:y]))) for _, x, y in parts(pdu[:f], e))
        repetitions = int.from_bytes(pdu[c:d], "big") if kind == GET_BULK else 1
        return Request(message_id, pdu[a:b], kind, names, repetitions, boots)

    def message(self, message_id: bytes, answer: Answer) -> bytes:
        scoped = tlv(0x30, tlv(4, ENGINE_ID) + tlv(4, b"") + answer.pdu)
        salt = b"saltsalt" if answer.signed else b""
        if answer.signed:
            cipher = Cipher(AES(self.keys._priv), CFB(struct.pack(">II", BOOTS, SECONDS) + salt)).encryptor()
            scoped = tlv(4, cipher.update(scoped) + cipher.finalize())
        flags = bytes([3 if answer.signed else 0])
        start = tlv(0x30, tlv(2, message_id) + integer(65507) + tlv(4, flags) + integer(3))
        digest = bytes(12 if answer.signed else 0)
        user = b"homeroom" if answer.signed else b""
        usm = tlv(4, ENGINE_ID) + integer(BOOTS) + integer(SECONDS) + tlv(4, user) + tlv(4, digest) + tlv(4, salt)
        octets = bytearray(tlv(0x30, integer(3) + start + tlv(4, tlv(0x30, usm)) + scoped))
        if answer.signed:
            place = slice(*read_header(bytes(octets)).digest)
            octets[place] = hmac.digest(self.keys._auth, bytes(octets), "sha1")[:12]
        answer.spoil(octets)
        return bytes(octets)


@asynccontextmanager
async def agent(script: Script) -> AsyncIterator[int]:
    """Run one on loopback; give its port."""
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: Agent(script), local_addr=("127.0.0.1", 0)
    )
    try:
        yield transport.get_extra_info("sockname")[1]
    finally:
        transport.close()
        await asyncio.sleep(0)
