"""The messages of remote write 1.0, written by hand: four kinds of field, all lengths known.

Layout: https://prometheus.io/docs/specs/prw/remote_write_spec/ (``WriteRequest``, ``TimeSeries``, ``Label``,
``Sample``) and https://protobuf.dev/programming-guides/encoding/. Label bytes are made once and reused, which a
general protobuf library does not allow; docs/remote-write.md has what was measured.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

_FIRST, _SECOND = b"\x0a", b"\x12"  # fields 1 and 2, with a length
_VALUE, _TIMESTAMP = b"\x09", b"\x10"  # field 1 as a double, field 2 as a varint
_REMEMBERED = 65_536

STALE = struct.pack("<Q", 0x7FF0000000000002)
"""The NaN by which Prometheus knows that a series has ended (value/value.go, ``StaleNaN``)."""


def varint(number: int) -> bytes:
    """A whole number that is not negative, seven bits a byte, the lowest first."""
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


_LENGTHS = tuple(varint(number) for number in range(4096))


def _length(number: int) -> bytes:
    return _LENGTHS[number] if number < len(_LENGTHS) else varint(number)


def _field(tag: bytes, content: bytes) -> bytes:
    return tag + _length(len(content)) + content


@lru_cache(maxsize=_REMEMBERED)
def label(name: str, value: str) -> bytes:
    """One label as a field of a series; nothing for an empty value, which is the same as no label."""
    if not value:
        return b""
    name_bytes, value_bytes = name.encode(), value.encode("utf-8", "replace")
    return _field(_FIRST, _field(_FIRST, name_bytes) + _field(_SECOND, value_bytes))


double = struct.Struct("<d").pack
"""The eight bytes of a value."""


def samples_at(at: float) -> Callable[[bytes], bytes]:
    """Write samples of one moment, Unix seconds, as fields of a series; each takes the eight bytes of its value.

    Milliseconds, never before 1970.
    """
    moment = _TIMESTAMP + varint(max(0, round(at * 1000)))
    start = _SECOND + _length(len(_VALUE) + 8 + len(moment)) + _VALUE
    return lambda value: start + value + moment


def request(series: Mapping[bytes, Sequence[bytes]]) -> bytes:
    """The whole message: samples, oldest first, by the labels of their series, which are sorted by name."""
    pieces: list[bytes] = []
    for labels, samples in series.items():
        body = labels + (samples[0] if len(samples) == 1 else b"".join(samples))
        pieces += (_FIRST, _length(len(body)), body)
    return b"".join(pieces)
