"""Reading a request's body within bounds, also while it is being decompressed."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Mapping

from aiohttp import web

from homeroom_collector.errors import RefusedError
from homeroom_collector.http.whole import WholeRequest

_GZIP = 16 + zlib.MAX_WBITS  # zlib's way to say: with a gzip header
_JSON = "application/json"
_PIECE_BYTES = 262_144


async def read_json(request: web.Request, most_bytes: int) -> bytes:
    """Give the body's bytes, decompressed. ``most_bytes`` bounds what is given; the server bounds what is sent.

    Raises RefusedError: 400 broken gzip, 413 too large, 415 not JSON or an unknown encoding.
    """
    encoding = _encoding(request.content_type, request.headers)
    try:
        raw = await request.read()
    except web.HTTPRequestEntityTooLarge as error:
        raise RefusedError(413, error.text or "the request is too large") from None
    return await _plain(raw, encoding, most_bytes)


async def json_of(request: WholeRequest, most_bytes: int) -> bytes:
    """As :func:`read_json`, of a request whose body is here."""
    encoding = _encoding(request.headers.get("Content-Type", ""), request.headers)
    return await _plain(request.body, encoding, most_bytes)


def _encoding(content_type: str, headers: Mapping[str, str]) -> str:
    if content_type != _JSON:
        raise RefusedError(415, f"send {_JSON}, not {content_type}")
    encoding = headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip", "x-gzip"):
        raise RefusedError(415, f"content encoding {encoding[:32]!r} is not understood; send plain or gzip")
    return encoding


async def _plain(raw: bytes, encoding: str, most_bytes: int) -> bytes:
    return bounded(raw, most_bytes) if encoding == "identity" else await gunzip(raw, most_bytes)


def bounded(raw: bytes, most_bytes: int) -> bytes:
    """Give the bytes back. Raises RefusedError where there are more than ``most_bytes``."""
    if len(raw) > most_bytes:
        raise RefusedError(413, f"more than {most_bytes} bytes; send fewer reports at a time")
    return raw


async def gunzip(raw: bytes, most_bytes: int) -> bytes:
    """Decompress one gzip member, never holding more than ``most_bytes`` of it. Raises RefusedError.

    Others are served between the pieces: ten kilobytes can become ten megabytes, which take a while.
    """
    stream = zlib.decompressobj(_GZIP)
    pieces = [_piece(stream, raw)]
    size = len(pieces[0])
    while size <= most_bytes and not stream.eof and pieces[-1]:
        await asyncio.sleep(0)
        pieces.append(_piece(stream, stream.unconsumed_tail))
        size += len(pieces[-1])
    plain = b"".join(pieces)
    if len(plain) > most_bytes:
        raise RefusedError(413, f"more than {most_bytes} bytes when decompressed; send fewer reports at a time")
    if not stream.eof or stream.unused_data:
        raise RefusedError(400, "not gzip: the data is cut off or followed by something else")
    return plain


def _piece(stream: zlib._Decompress, raw: bytes) -> bytes:
    try:
        return stream.decompress(raw, _PIECE_BYTES)
    except zlib.error as error:
        raise RefusedError(400, f"not gzip: {error}") from None
