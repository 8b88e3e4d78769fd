"""Reading a request's body within bounds, also while it is being decompressed."""

from __future__ import annotations

import zlib

from aiohttp import web

from homeroom_collector.errors import RefusedError

_GZIP = 16 + zlib.MAX_WBITS  # zlib's way to say: with a gzip header
_JSON = "application/json"


async def read_json(request: web.Request, most_bytes: int) -> bytes:
    """Give the body's bytes, decompressed. ``most_bytes`` bounds what is given; the server bounds what is sent.

    Raises RefusedError: 400 broken gzip, 413 too large, 415 not JSON or an unknown encoding.
    """
    if request.content_type != _JSON:
        raise RefusedError(415, f"send {_JSON}, not {request.content_type}")
    encoding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip", "x-gzip"):
        raise RefusedError(415, f"content encoding {encoding[:32]!r} is not understood; send plain or gzip")
    try:
        raw = await request.read()
    except web.HTTPRequestEntityTooLarge as error:
        raise RefusedError(413, error.text or "the request is too large") from None
    if encoding == "identity":
        return bounded(raw, most_bytes)
    return gunzip(raw, most_bytes)


def bounded(raw: bytes, most_bytes: int) -> bytes:
    """Give the bytes back. Raises RefusedError where there are more than ``most_bytes``."""
    if len(raw) > most_bytes:
        raise RefusedError(413, f"more than {most_bytes} bytes; send fewer reports at a time")
    return raw


def gunzip(raw: bytes, most_bytes: int) -> bytes:
    """Decompress one gzip member, never holding more than ``most_bytes`` of it. Raises RefusedError."""
    stream = zlib.decompressobj(_GZIP)
    try:
        plain = stream.decompress(raw, most_bytes + 1)
    except zlib.error as error:
        raise RefusedError(400, f"not gzip: {error}") from None
    if len(plain) > most_bytes:
        raise RefusedError(413, f"more than {most_bytes} bytes when decompressed; send fewer reports at a time")
    if not stream.eof or stream.unused_data:
        raise RefusedError(400, "not gzip: the data is cut off or followed by something else")
    return plain
