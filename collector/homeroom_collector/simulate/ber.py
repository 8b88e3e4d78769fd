"""Writes SNMP messages: BER of X.690 as RFC 3417 section 8 narrows it. Reading is done by ``snmp.wire``."""

from __future__ import annotations

from collections.abc import Sequence

INTEGER, OCTETS, NULL, OBJECT_ID, SEQUENCE = 0x02, 0x04, 0x05, 0x06, 0x30
COUNTER32, GAUGE32, TIME_TICKS, COUNTER64 = 0x41, 0x42, 0x43, 0x46
NO_SUCH_INSTANCE, END_OF_MIB_VIEW = b"\x81\x00", b"\x82\x00"
RESPONSE = 0xA2

Oid = tuple[int, ...]


def element(tag: int, content: bytes) -> bytes:
    """One element of definite length."""
    size = len(content)
    if size < 128:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def integer(value: int, tag: int = INTEGER) -> bytes:
    """A whole number; the leading bit is the sign, so large unsigned ones get an octet more."""
    return element(tag, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def counter32(value: int) -> bytes:
    """A counter that wraps at 32 bits."""
    return integer(value % 2**32, COUNTER32)


def gauge(value: int) -> bytes:
    """A gauge; it stays at its highest value."""
    return integer(min(value, 2**32 - 1), GAUGE32)


def ticks(seconds: float) -> bytes:
    """Hundredths of a second, which wrap at 32 bits."""
    return integer(int(seconds * 100) % 2**32, TIME_TICKS)


def counter64(value: int) -> bytes:
    """A counter of 64 bits."""
    return integer(value, COUNTER64)


def octets(value: bytes | str) -> bytes:
    """Text or octets."""
    return element(OCTETS, value.encode() if isinstance(value, str) else value)


def object_id(name: Oid) -> bytes:
    """An object identifier."""
    content = bytearray((name[0] * 40 + name[1],))
    for arc in name[2:]:
        content += _base128(arc)
    return element(OBJECT_ID, bytes(content))


def _base128(arc: int) -> bytes:
    if arc < 128:
        return bytes((arc,))
    found = [arc & 0x7F]
    while arc := arc >> 7:
        found.append(arc & 0x7F | 0x80)
    return bytes(reversed(found))


def binding(name: bytes, value: bytes) -> bytes:
    """A variable binding of what is encoded already."""
    return element(SEQUENCE, name + value)


def response(
    version: int, community: bytes, request_id: int, bindings: Sequence[bytes], *, status: int = 0, index: int = 0
) -> bytes:
    """A whole response message."""
    pdu = integer(request_id) + integer(status) + integer(index) + element(SEQUENCE, b"".join(bindings))
    return element(SEQUENCE, integer(version) + octets(community) + element(RESPONSE, pdu))
