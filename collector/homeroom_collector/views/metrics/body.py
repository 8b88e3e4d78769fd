"""Bodies on their way out: gathered into packets, compressed off the event loop, kept while nothing changes.

A gzip body (RFC 1952) is written as one member whose fleet part ends on a full flush, so that the kept part of one
scrape and the fresh part of the next make one valid stream.
"""

from __future__ import annotations

import asyncio
import struct
import zlib
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass

_PACKET_BYTES = 256 * 1024
_THREAD_BYTES = 32 * 1024
_LEVEL = 1
_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x04\xff"


def packets(pieces: Iterable[bytes], size: int = _PACKET_BYTES) -> Iterator[bytes]:
    """Join small pieces into packets of about ``size`` bytes."""
    gathered: list[bytes] = []
    length = 0
    for piece in pieces:
        gathered.append(piece)
        length += len(piece)
        if length >= size:
            yield b"".join(gathered)
            gathered, length = [], 0
    if gathered:
        yield b"".join(gathered)


@dataclass(frozen=True, slots=True)
class Checked:
    """What the trailer of a gzip member needs: CRC-32 and length of the plain bytes so far."""

    crc: int = 0
    length: int = 0

    def after(self, plain: bytes) -> Checked:
        """The state after more plain bytes."""
        return Checked(zlib.crc32(plain, self.crc), self.length + len(plain))

    def trailer(self) -> bytes:
        """The last eight bytes of the member."""
        return struct.pack("<II", self.crc, self.length & 0xFFFFFFFF)


class Deflater:
    """One stretch of a gzip member. ``checked`` covers everything up to its end."""

    def __init__(self, checked: Checked) -> None:
        self.checked = checked
        self._stream = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)

    def write(self, plain: bytes) -> bytes:
        """Compress one packet. Safe in a thread, one call at a time."""
        self.checked = self.checked.after(plain)
        return self._stream.compress(plain)

    def pause(self) -> bytes:
        """End the stretch so that another may follow."""
        return self._stream.flush(zlib.Z_FULL_FLUSH)

    def finish(self) -> bytes:
        """End the member."""
        return self._stream.flush(zlib.Z_FINISH) + self.checked.trailer()


async def plain(parts: Iterable[bytes]) -> AsyncIterator[bytes]:
    """Packets as they are, letting others run between them."""
    for packet in packets(parts):
        yield packet
        await asyncio.sleep(0)


@dataclass(frozen=True, slots=True)
class Kept:
    """The compressed fleet part of a scrape, as it was at ``version``."""

    version: int
    compressed: bytes
    checked: Checked


async def compressed(parts: Iterable[bytes]) -> AsyncIterator[tuple[bytes, Checked]]:
    """Packets of the first stretch of a gzip member, with its header, each with the check so far."""
    deflater = Deflater(Checked())
    yield _HEADER, deflater.checked
    for packet in packets(parts):
        if len(packet) < _THREAD_BYTES:
            yield deflater.write(packet), deflater.checked
        else:
            yield await asyncio.to_thread(deflater.write, packet), deflater.checked
    yield deflater.pause(), deflater.checked


def last(part: bytes, checked: Checked) -> bytes:
    """The last stretch of a gzip member, with its trailer."""
    deflater = Deflater(checked)
    return deflater.write(part) + deflater.finish()


class Keeper:
    """Compressed bodies that are still true. Holds at most ``limit_bytes``; larger ones are not kept."""

    def __init__(self, limit_bytes: int = 32 * 1024 * 1024) -> None:
        self._limit = limit_bytes
        self._kept: dict[object, Kept] = {}

    def get(self, key: object, version: int) -> Kept | None:
        """The body kept under ``key``, None where it is not of this version."""
        kept = self._kept.get(key)
        return kept if kept is not None and kept.version == version else None

    def put(self, key: object, kept: Kept) -> None:
        """Keep a body, and let go of those of other versions."""
        self._kept = {name: other for name, other in self._kept.items() if other.version == kept.version}
        if sum(len(other.compressed) for other in self._kept.values()) + len(kept.compressed) <= self._limit:
            self._kept[key] = kept
