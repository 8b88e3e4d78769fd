"""Reads SNMP messages from raw datagrams, strictly: BER of X.690 as RFC 3417 section 8 narrows it.

Refuses what is not a message; a value that breaks its type is absent. ``plain.py`` says which messages need not be
read here.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from homeroom_collector.snmp.engines.exchange import END, Bindings, Ended
from homeroom_collector.snmp.session import IpAddress, Oid, Value

Octets = bytes | bytearray | memoryview

SEQUENCE, INTEGER, OCTETS, NULL, OBJECT_ID = 0x30, 0x02, 0x04, 0x05, 0x06
IP_ADDRESS, COUNTER32, GAUGE32, TIME_TICKS, OPAQUE, COUNTER64, UINTEGER32 = 0x40, 0x41, 0x42, 0x43, 0x44, 0x46, 0x47
END_OF_MIB_VIEW = 0x82
RESPONSE, REPORT = 0xA2, 0xA8

_UNSIGNED_OCTETS: Final = {COUNTER32: 4, GAUGE32: 4, TIME_TICKS: 4, UINTEGER32: 4, COUNTER64: 8}
_FLOATS: Final = {b"\x9f\x78\x04": ">f", b"\x9f\x79\x08": ">d"}


class MalformedError(ValueError):
    """The datagram is not an SNMP message."""


@dataclass(frozen=True, slots=True)
class Pdu:
    """One protocol data unit; ``kind`` is its tag."""

    kind: int
    request_id: int
    error_status: int
    error_index: int
    bindings: Bindings


@dataclass(frozen=True, slots=True)
class Message:
    """A version 1 (``version`` 0) or 2c (1) message."""

    version: int
    community: bytes
    pdu: Pdu


def read(datagram: Octets) -> Message:
    """Read a version 1 or 2c message. Raises MalformedError."""
    octets = bytes(datagram)
    start, stop = expect(octets, 0, len(octets), SEQUENCE)
    version, start = _whole_number(octets, start, stop)
    community_start, community_stop = expect(octets, start, stop, OCTETS)
    if version not in (0, 1):
        raise MalformedError(f"version {version}")
    return Message(version, octets[community_start:community_stop], read_pdu(octets, community_stop, stop))


def read_pdu(octets: bytes, position: int, end: int) -> Pdu:
    """Read the PDU between two positions. Raises MalformedError."""
    kind, start, stop = element(octets, position, end)
    if kind & 0xE0 != 0xA0:
        raise MalformedError(f"tag {kind:#x} where a PDU belongs")
    request_id, start = _whole_number(octets, start, stop)
    error_status, start = _whole_number(octets, start, stop)
    error_index, start = _whole_number(octets, start, stop)
    start, stop = expect(octets, start, stop, SEQUENCE)
    return Pdu(kind, request_id, error_status, error_index, list(_bindings(octets, start, stop)))


def element(octets: Octets, position: int, end: int) -> tuple[int, int, int]:
    """Tag of the element at ``position``, and where its content starts and stops. Raises MalformedError."""
    if position + 2 > end:
        raise MalformedError("cut short")
    tag, length, start = octets[position], octets[position + 1], position + 2
    if length > 127:
        more = length & 0x7F
        if not 0 < more <= 4 or start + more > end:
            raise MalformedError("a length that cannot be")
        length = int.from_bytes(octets[start : start + more], "big")
        start += more
    if start + length > end:
        raise MalformedError("cut short")
    return tag, start, start + length


def expect(octets: Octets, position: int, end: int, tag: int) -> tuple[int, int]:
    """Where the content of the element at ``position`` starts and stops. Raises MalformedError for another tag."""
    found, start, stop = element(octets, position, end)
    if found != tag:
        raise MalformedError(f"tag {found:#x} where {tag:#x} belongs")
    return start, stop


def _whole_number(octets: bytes, position: int, end: int) -> tuple[int, int]:
    start, stop = expect(octets, position, end, INTEGER)
    if not 0 < stop - start <= 5:
        raise MalformedError("a number that cannot be")
    return int.from_bytes(octets[start:stop], "big", signed=True), stop


def _bindings(octets: bytes, position: int, end: int) -> Iterator[tuple[str, Value | Ended | None]]:
    while position < end:
        start, stop = expect(octets, position, end, SEQUENCE)
        name_start, name_stop = expect(octets, start, stop, OBJECT_ID)
        tag, value_start, value_stop = element(octets, name_stop, stop)
        name = dotted(octets[name_start:name_stop])
        if name is None:
            raise MalformedError("a name that is not an OID")
        yield name, value_of(tag, octets[value_start:value_stop])
        position = stop


def value_of(tag: int, content: bytes) -> Value | Ended | None:
    """Value by its tag; None for what is absent, what breaks its type and what SNMP does not have."""
    if tag == OCTETS:
        return content
    if tag == INTEGER:
        return int.from_bytes(content, "big", signed=True) if 0 < len(content) <= 8 else None
    if tag in _UNSIGNED_OCTETS:
        return _unsigned(content, _UNSIGNED_OCTETS[tag])
    if tag == OBJECT_ID:
        name = dotted(content)
        return None if name is None else Oid(name)
    if tag == IP_ADDRESS:
        return IpAddress(".".join(map(str, content))) if len(content) == 4 else None
    if tag == OPAQUE:
        return opaque(content)
    return END if tag == END_OF_MIB_VIEW else None


def _unsigned(content: bytes, octets: int) -> int | None:
    """Read all bits as magnitude: agents that forget the leading zero octet of a large counter are common."""
    if not content or len(content) > octets + 1 or (len(content) == octets + 1 and content[0]):
        return None
    return int.from_bytes(content, "big")


def opaque(content: bytes) -> float | bytes:
    """Net-SNMP's floats inside an Opaque (draft-perkins-opaque-01), or the octets themselves."""
    layout = _FLOATS.get(content[:3])
    if layout and len(content) == 3 + struct.calcsize(layout):
        number: float = struct.unpack(layout, content[3:])[0]
        return number
    return content


def dotted(content: bytes) -> str | None:
    """Content of an OBJECT IDENTIFIER as dotted text (X.690 section 8.19), or None where it is not one."""
    if not content or content[-1] & 0x80:
        return None
    arcs, arc = [], 0
    for octet in content:
        arc = arc << 7 | octet & 0x7F
        if not octet & 0x80:
            arcs.append(arc)
            arc = 0
    first = min(arcs[0] // 40, 2)
    arcs[:1] = [first, arcs[0] - first * 40]
    return ".".join(map(str, arcs)) if max(arcs) < 2**32 and len(arcs) <= 128 else None
