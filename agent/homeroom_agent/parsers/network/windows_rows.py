"""Windows: MIB_IF_ROW2 of GetIfTable2 (netioapi.h): 1352 bytes, the same on 32 and 64 bits. No rights needed."""

import struct
from collections.abc import Iterator, Mapping

from homeroom_agent.parsers.network.link import Counters, LinkFacts, LinkType, band_of_channel
from homeroom_agent.parsers.values import clean, number

SIZE = 1352
_GUID, _ALIAS, _ALIAS_BYTES = 12, 28, 514
_TYPES = struct.Struct("<6IB")  # Type, TunnelType, MediaType, PhysicalMediumType, … at 1128, the flag byte at 1152
_AFTER_FLAGS = struct.Struct("<III")  # OperStatus, AdminStatus, MediaConnectState at 1156
_SPEEDS_AND_COUNTERS = struct.Struct("<20Q")  # TransmitLinkSpeed at 1192 .. OutQLen
_HARDWARE, _FILTER, _CONNECTOR = 0x01, 0x02, 0x04
_MEDIA: dict[int, LinkType] = {1: "wifi", 9: "wifi", 8: "cellular", 14: "ethernet"}
_LOOPBACK, _TUNNEL = 24, 131
_UP = 1
_MOST_BPS = 400_000_000_000
_MOST_ROWS = 256


# Signal in dBm and channel of a Wi-Fi interface, by its GUID as it lies in memory.
Radios = Mapping[bytes, tuple[int | None, int | None]]


def links(table: bytes, active_index: int | None = None, radios: Radios | None = None) -> list[LinkFacts]:
    """Rows that are links; filters, loopback and tunnels are none. ``active_index`` carries the default route."""
    rows = (table[start : start + SIZE] for start in range(0, min(len(table), _MOST_ROWS * SIZE), SIZE))
    return [link for row in rows if len(row) == SIZE for link in _link(row, active_index, radios or {})]


def _link(row: bytes, active_index: int | None, radios: Radios) -> Iterator[LinkFacts]:
    (index,) = struct.unpack_from("<I", row, 8)
    if_type, _tunnel, _media, medium, _access, _direction, flags = _TYPES.unpack_from(row, 1128)
    if flags & _FILTER or if_type in (_LOOPBACK, _TUNNEL):
        return
    status, _admin, connected = _AFTER_FLAGS.unpack_from(row, 1156)
    numbers = _SPEEDS_AND_COUNTERS.unpack_from(row, 1192)
    kind: LinkType = _MEDIA.get(medium) or ("wifi" if if_type == 71 else "ethernet" if if_type == 6 else "other")
    up = status == _UP and connected != 2
    speed = numbers[0] if up and 0 < numbers[0] <= _MOST_BPS else None
    signal, channel = radios.get(row[_GUID : _GUID + 16], (None, None)) if up else (None, None)
    yield LinkFacts(
        name=clean(row[_ALIAS : _ALIAS + _ALIAS_BYTES].decode("utf-16-le", "replace").split("\x00")[0], 64) or "link",
        type=kind,
        up=up,
        active=None if active_index is None else index == active_index,
        virtual=not (flags & _HARDWARE and flags & _CONNECTOR),
        speed_bps=speed,
        rate_bps=speed if kind == "wifi" else None,
        signal_dbm=number(signal, -120, -1),
        channel=channel,
        band_name=band_of_channel(channel),
        counters=_counters(numbers),
    )


def _counters(numbers: tuple[int, ...]) -> Counters:
    """Of: transmit and receive speed, then In: octets, unicast, other, discards, errors, … and Out likewise."""
    received, sent = numbers[2:11], numbers[11:20]
    return Counters(
        receive_bytes=received[0],
        receive_drops=received[3],
        receive_errors=received[4],
        transmit_bytes=sent[0],
        transmit_drops=sent[3],
        transmit_errors=sent[4],
    )
