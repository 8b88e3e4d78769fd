"""An agent that answers whatever a test wants, byte for byte, on a real socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from fast_agent import GET, GET_BULK, RESPONSE, decode_name, encode_oid, parts, tlv


@dataclass(frozen=True)
class Request:
    """What was asked. ``request_id`` is its encoded content."""

    version: int
    community: bytes
    kind: int
    request_id: bytes
    names: tuple[str, ...]
    max_repetitions: int

    @classmethod
    def of(cls, data: bytes) -> Request:
        message = data[next(parts(data))[1] :]
        (_, a, b), (_, c, d), (kind, e, f) = parts(message)
        (_, g, h), _, (_, i, j), (_, k, m) = parts(message[:f], e)
        names = tuple(".".join(map(str, decode_name(message[x:y]))) for _, x, y in parts(message[:m], k))
        repetitions = int.from_bytes(message[i:j], "big") if kind == GET_BULK else 1
        return cls(int.from_bytes(message[a:b], "big"), message[c:d], kind, message[g:h], names, repetitions)

    @property
    def is_get(self) -> bool:
        return self.kind == GET

    def answer(self, *bindings: bytes, status: int = 0, index: int = 0, **instead: bytes | int) -> bytes:
        """A proper answer, unless something is given ``instead``: version, community, kind, request_id."""
        known = {"version": self.version, "community": self.community, "kind": RESPONSE, "request_id": self.request_id}
        part = known | instead
        head = tlv(2, part["request_id"]) + tlv(2, bytes([status])) + tlv(2, bytes([index]))
        pdu = tlv(part["kind"], head + tlv(0x30, b"".join(bindings)))
        return tlv(0x30, tlv(2, bytes([part["version"]])) + tlv(4, part["community"]) + pdu)


def binding(name: str, value: bytes) -> bytes:
    """One binding; ``value`` is already encoded."""
    return tlv(0x30, encode_oid(name) + value)


Script = Callable[[Request], list[bytes]]


class _Agent(asyncio.DatagramProtocol):
    def __init__(self, script: Script) -> None:
        self.script = script

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: object) -> None:
        for answer in self.script(Request.of(data)):
            self.transport.sendto(answer, addr)


@asynccontextmanager
async def agent(script: Script) -> AsyncIterator[int]:
    """Run one on loopback; give its port."""
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: _Agent(script), local_addr=("127.0.0.1", 0)
    )
    try:
        yield transport.get_extra_info("sockname")[1]
    finally:
        transport.close()
        await asyncio.sleep(0)
