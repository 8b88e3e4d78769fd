"""Linux: nl80211 over generic netlink (linux/nl80211.h): signal, rate and frequency of a Wi-Fi link. No rights needed.

Messages are packed and unpacked here; the socket is the probe's. The name of the network and the address of the access
point are in the kernel's answers and are not read.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

_HEADER, _GENERIC, _ATTRIBUTE = struct.Struct("=IHHII"), struct.Struct("=BBH"), struct.Struct("=HH")
_REQUEST, _MULTIPART, _DUMP = 0x1, 0x2, 0x300
_ERROR, _DONE = 0x2, 0x3
_TYPE_MASK = 0x3FFF  # the two top bits say nested and byte order

GENL_ID_CTRL = 16
_CTRL_GETFAMILY, _CTRL_FAMILY_ID, _CTRL_FAMILY_NAME = 3, 1, 2
GET_INTERFACE, GET_STATION = 5, 17
_IFINDEX, _IFNAME, _STA_INFO, _WIPHY_FREQ = 3, 4, 21, 38
_SIGNAL, _TX_BITRATE, _CONNECTED_SECONDS = 7, 8, 16
_BITRATE_U16, _BITRATE_U32 = 1, 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Radio:
    """What the kernel says of one Wi-Fi link; ``connected_seconds`` starts again with every access point."""

    name: str
    index: int
    frequency_mhz: int | None = None
    signal_dbm: int | None = None
    rate_bps: int | None = None
    connected_seconds: int | None = None


def family_request(sequence: int) -> bytes:
    """Ask for the number of the family "nl80211"."""
    return _message(GENL_ID_CTRL, _REQUEST, sequence, _CTRL_GETFAMILY, _attribute(_CTRL_FAMILY_NAME, b"nl80211\x00"))


def interfaces_request(family: int, sequence: int) -> bytes:
    """Ask for every Wi-Fi interface."""
    return _message(family, _REQUEST | _DUMP, sequence, GET_INTERFACE, b"")


def stations_request(family: int, sequence: int, index: int) -> bytes:
    """Ask for the peers of an interface; a laptop has one, its access point."""
    attribute = _attribute(_IFINDEX, struct.pack("=I", index))
    return _message(family, _REQUEST | _DUMP, sequence, GET_STATION, attribute)


def is_last(answer: bytes) -> bool:
    """Whether the answer ends a dump, or is an error."""
    return any(kind in (_DONE, _ERROR) for kind, _, _ in _messages(answer))


def is_multipart(answer: bytes) -> bool:
    """Whether more parts follow until one is the last."""
    return any(flags & _MULTIPART for _, flags, _ in _messages(answer))


def family(answer: bytes) -> int | None:
    """Number of the family; None where the kernel has no nl80211."""
    for _, attributes in _answers(answer):
        if (number := attributes.get(_CTRL_FAMILY_ID)) and len(number) >= 2:
            return int(struct.unpack_from("=H", number)[0])
    return None


def interfaces(answer: bytes) -> list[Radio]:
    """Interfaces with their frequency."""
    return [
        Radio(name=_name(attributes), index=index, frequency_mhz=_u32(attributes.get(_WIPHY_FREQ)))
        for _, attributes in _answers(answer)
        if (index := _u32(attributes.get(_IFINDEX))) is not None
    ]


def station(answer: bytes) -> tuple[int | None, int | None, int | None]:
    """Signal in dBm, transmit rate in bits per second, seconds since the access point was joined."""
    for _, attributes in _answers(answer):
        if _STA_INFO in attributes:
            info = _attributes(attributes[_STA_INFO])
            signal = info.get(_SIGNAL, b"")[:1]
            dbm = int.from_bytes(signal, "little", signed=True) if signal else 0
            return dbm if -120 <= dbm < 0 else None, _rate(info.get(_TX_BITRATE)), _u32(info.get(_CONNECTED_SECONDS))
    return None, None, None


def _message(kind: int, flags: int, sequence: int, command: int, payload: bytes) -> bytes:
    body = _GENERIC.pack(command, 1, 0) + payload
    return _HEADER.pack(_HEADER.size + len(body), kind, flags, sequence, 0) + body


def _attribute(kind: int, value: bytes) -> bytes:
    return _ATTRIBUTE.pack(_ATTRIBUTE.size + len(value), kind) + value + bytes(-len(value) % 4)


def _messages(answer: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Type, flags and body of each."""
    offset = 0
    while offset + _HEADER.size <= len(answer):
        length, kind, flags, _, _ = _HEADER.unpack_from(answer, offset)
        if length < _HEADER.size:
            return
        yield kind, flags, answer[offset + _HEADER.size : offset + length]
        offset += length + -length % 4


def _answers(answer: bytes) -> Iterator[tuple[int, dict[int, bytes]]]:
    """Command and attributes of every message that is data."""
    for kind, _, body in _messages(answer):
        if kind > _DONE and len(body) >= _GENERIC.size:
            yield body[0], _attributes(body[_GENERIC.size :])


def _attributes(data: bytes) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    offset = 0
    while offset + _ATTRIBUTE.size <= len(data):
        length, kind = _ATTRIBUTE.unpack_from(data, offset)
        if length < _ATTRIBUTE.size:
            break
        found.setdefault(kind & _TYPE_MASK, data[offset + _ATTRIBUTE.size : offset + length])
        offset += length + -length % 4
    return found


def _name(attributes: dict[int, bytes]) -> str:
    return attributes.get(_IFNAME, b"").split(b"\x00")[0].decode("utf-8", "replace")


def _u32(value: bytes | None) -> int | None:
    return int(struct.unpack_from("=I", value)[0]) if value is not None and len(value) >= 4 else None


def _rate(nested: bytes | None) -> int | None:
    """Rates count 100 kbit/s; the 16-bit form overflows at 6.5 Gbit/s."""
    if nested is None:
        return None
    info = _attributes(nested)
    wide, narrow = _u32(info.get(_BITRATE_U32)), info.get(_BITRATE_U16)
    if wide is None and narrow is not None and len(narrow) >= 2:
        wide = int(struct.unpack_from("=H", narrow)[0])
    return wide * 100_000 if wide else None
