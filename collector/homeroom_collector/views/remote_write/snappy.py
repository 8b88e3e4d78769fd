"""Snappy's block format, which remote write asks for. The only home of cramjam."""

from __future__ import annotations

import cramjam


def compress(plain: bytes) -> bytes:
    """Compress without the framing of files."""
    return bytes(cramjam.snappy.compress_raw(plain))


def decompress(packed: bytes) -> bytes:
    """Undo :func:`compress`."""
    return bytes(cramjam.snappy.decompress_raw(packed))
