"""An SNMPv2c agent faster than any poller: every answer is encoded once, then only its request id changes.

Runs in a process of its own (``with fast_agent(values) as port``), answers from the address it was asked at, so that
one process is two thousand devices on 127.0.0.0/8. Knows GET, GETNEXT and GETBULK, nothing else, and forgives nothing.
"""

from __future__ import annotations

import bisect
import multiprocessing
import socket
import struct
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from homeroom_collector.snmp.session import IpAddress, Oid, Value

GET, GET_NEXT, RESPONSE, GET_BULK = 0xA0, 0xA1, 0xA2, 0xA5
_SPACE = 1400
SILENT = 255
"""127.255.x.y is a device that never answers; a port that nobody has would be refused at once instead."""
IP_PKTINFO = getattr(socket, "IP_PKTINFO", 8)


class Counter32(int):
    TAG = 0x41


class Gauge32(int):
    TAG = 0x42


class TimeTicks(int):
    TAG = 0x43


class Counter64(int):
    TAG = 0x46


def tlv(tag: int, content: bytes) -> bytes:
    if len(content) < 128:
        return bytes([tag, len(content)]) + content
    return bytes([tag, 0x82]) + len(content).to_bytes(2, "big") + content


def encode_oid(oid: str) -> bytes:
    arcs = [int(arc) for arc in oid.split(".")]
    content = bytearray([arcs[0] * 40 + arcs[1]])
    for arc in arcs[2:]:
        octets = [arc & 0x7F]
        while arc := arc >> 7:
            octets.append(0x80 | arc & 0x7F)
        content += bytes(reversed(octets))
    return tlv(6, bytes(content))


def encode_value(value: Value) -> bytes:
    if isinstance(value, bytes):
        return tlv(4, value)
    if isinstance(value, Oid):
        return encode_oid(value)
    if isinstance(value, IpAddress):
        return tlv(0x40, socket.inet_aton(value))
    if isinstance(value, float):
        return tlv(0x44, b"\x9f\x78\x04" + struct.pack(">f", value))
    tag = getattr(value, "TAG", 2)
    assert isinstance(value, int)
    return tlv(tag, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def parts(data: bytes, position: int = 0) -> Iterator[tuple[int, int, int]]:
    """Tag, start and stop of each element in a row."""
    while position < len(data):
        tag, length, position = data[position], data[position + 1], position + 2
        if length > 127:
            more = length & 0x7F
            length = int.from_bytes(data[position : position + more], "big")
            position += more
        yield tag, position, position + length
        position += length


class Answers:
    """What is answered to each request, encoded but for the request id."""

    def __init__(self, values: Mapping[str, Value]) -> None:
        ordered = sorted(values, key=lambda oid: [int(arc) for arc in oid.split(".")])
        self.names = [[int(arc) for arc in oid.split(".")] for oid in ordered]
        self.bindings = [tlv(0x30, encode_oid(oid) + encode_value(values[oid])) for oid in ordered]
        self.known: dict[bytes, tuple[bytes, bytes]] = {}

    def to(self, request: bytes) -> bytes:
        message = request[next(parts(request))[1] :]
        _, (_, _, community_stop), (_, pdu_start, _) = parts(message)
        _, id_start, id_stop = next(parts(message, pdu_start))
        key = message[:community_stop] + message[community_stop : community_stop + 1] + message[id_stop:]
        if key not in self.known:
            self.known[key] = self.encode(message[:community_stop], message[community_stop], message[id_stop:])
        before, after = self.known[key]
        pdu = tlv(RESPONSE, tlv(2, message[id_start:id_stop]) + after)
        return tlv(0x30, before + pdu)

    def encode(self, before: bytes, kind: int, rest: bytes) -> tuple[bytes, bytes]:
        first, second, (_, start, stop) = parts(rest)
        repetitions = int.from_bytes(rest[second[1] : second[2]], "big") if kind == GET_BULK else 1
        assert kind != GET_BULK or rest[first[1] : first[2]] == b"\0"
        found = b""
        asked = [decode_name(rest[a:b]) for _, a, b in parts(rest[:stop], start)]
        for binding in self.chosen(kind, asked, repetitions):
            if len(found) + len(binding) > _SPACE:
                break
            found += binding
        return before, b"\x02\x01\x00\x02\x01\x00" + tlv(0x30, found)

    def chosen(self, kind: int, asked: list[list[int]], repetitions: int) -> Iterator[bytes]:
        for name in asked:
            at = bisect.bisect_left(self.names, name)
            exact = at < len(self.names) and self.names[at] == name
            if kind == GET:
                yield self.bindings[at] if exact else missing(name, 0x80)
                continue
            at += exact
            yield from self.bindings[at : at + repetitions]
            if at + repetitions > len(self.bindings):
                yield missing(name, 0x82)


def missing(name: list[int], tag: int) -> bytes:
    return tlv(0x30, encode_oid(".".join(map(str, name))) + bytes([tag, 0]))


def decode_name(binding: bytes) -> list[int]:
    """Arcs of the OID a binding starts with."""
    _, start, stop = next(parts(binding))
    arcs, arc = [], 0
    for octet in binding[start:stop]:
        arc = arc << 7 | octet & 0x7F
        if not octet & 0x80:
            arcs.append(arc)
            arc = 0
    return [arcs[0] // 40, arcs[0] % 40, *arcs[1:]]


def serve(sock: socket.socket, answer: Callable[[bytes], bytes]) -> None:
    """Answer from the address that was asked, for ever; what is sent to a silent address is dropped."""
    sock.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8_388_608)
    space = socket.CMSG_SPACE(12)
    while True:
        data, control, _, sender = sock.recvmsg(4096, space)
        where = control[0][2]
        if where[5] == SILENT:
            continue
        source = struct.pack("=I4s4s", 0, where[4:8], b"\0\0\0\0")
        sock.sendmsg([answer(data)], [(socket.IPPROTO_IP, IP_PKTINFO, source)], 0, sender)


def _run(sock: socket.socket, values: Mapping[str, Value]) -> None:
    serve(sock, Answers(values).to)


@contextmanager
def fast_agent(values: Mapping[str, Value]) -> Iterator[tuple[int, Any]]:
    """Run one; give its port on every address of 127.0.0.0/8, and its process."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("0.0.0.0", 0))
        process = multiprocessing.get_context("fork").Process(target=_run, args=(sock, values), daemon=True)
        process.start()
        try:
            yield sock.getsockname()[1], process
        finally:
            # Forked from a test, it may have been given handlers of SIGTERM that never run there.
            process.kill()
            process.join()


def switch(ports: int = 52) -> dict[str, Value]:
    """A switch as the standard MIBs tell it: system, ifTable, ifXTable, engine; what a poll reads of it."""
    system = "1.3.6.1.2.1.1"
    values: dict[str, Value] = {
        f"{system}.1.0": b"Lincoln closet switch, 52 ports, version 16.2",
        f"{system}.2.0": Oid("1.3.6.1.4.1.99999.1.52"),
        f"{system}.3.0": TimeTicks(123_456_789),
        f"{system}.4.0": b"help desk",
        f"{system}.5.0": b"lincoln-2",
        f"{system}.6.0": b"room 12",
        "1.3.6.1.2.1.2.1.0": ports,
        "1.3.6.1.2.1.31.1.5.0": TimeTicks(1_000),
        "1.3.6.1.6.3.10.2.1.2.0": 7,
        "1.3.6.1.6.3.10.2.1.3.0": 1_234_567,
    }
    for port in range(1, ports + 1):
        values |= _port(port)
    return values


def _port(port: int) -> dict[str, Value]:
    mac = bytes([0, 17, 34, 51, 68, port])
    table: dict[int, Value] = {
        1: port, 2: b"GigabitEthernet 1/%d" % port, 3: 6, 4: 1500, 5: Gauge32(1_000_000_000), 6: mac, 7: 1, 8: 1,
        9: TimeTicks(500), 10: Counter32(port * 7919), 11: Counter32(port * 31), 13: Counter32(3), 14: Counter32(port),
        16: Counter32(port * 104729), 17: Counter32(port * 77), 19: Counter32(1), 20: Counter32(2),
    }  # fmt: skip
    extended: dict[int, Value] = {
        1: b"Gi1/%d" % port, 6: Counter64(port * 7919 << 20), 10: Counter64(port * 104729 << 18),
        15: Gauge32(1000), 18: b"room %d" % port, 19: TimeTicks(0),
    }  # fmt: skip
    rows = {f"1.3.6.1.2.1.2.2.1.{column}.{port}": value for column, value in table.items()}
    return rows | {f"1.3.6.1.2.1.31.1.1.1.{column}.{port}": value for column, value in extended.items()}
