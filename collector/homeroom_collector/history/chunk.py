"""Samples on their way into the store: many lines become few rows.

New lines are added to the device's own row, which is written anyway. When they have become many, they move into the
table ``samples``, compressed, one row for each block of six hours.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

from homeroom_collector.history.sample import Sample, read

BLOCK_SECONDS = 6 * 3600
FULL_LENGTH = 4_000
"""Characters of a computer's lines that make a chunk full: about four hours of reports every five minutes."""

FULL_LENGTH_OF_GEAR = 48_000
_FASTEST = 1


def block_of(at: float) -> int:
    """The block a moment lies in."""
    return int(at // BLOCK_SECONDS)


def packed(lines: str) -> Iterator[tuple[int, float, bytes]]:
    """Rows for full lines: block, time of the first sample in it, and the compressed lines of that block."""
    blocks: dict[int, list[tuple[float, str]]] = {}
    for text, sample in zip(lines.splitlines(), read(lines), strict=True):
        blocks.setdefault(block_of(sample.at), []).append((sample.at, text))
    for block, entries in blocks.items():
        body = "\n".join(text for _, text in entries)
        yield block, min(at for at, _ in entries), zlib.compress(body.encode(), _FASTEST)


def unpacked(bodies: Iterable[bytes], recent: str | None) -> list[Sample]:
    """All samples of rows and of the lines that are in no row yet, by time."""
    samples = [sample for body in bodies for sample in read(zlib.decompress(body))]
    samples += read(recent) if recent else []
    return sorted(samples, key=lambda sample: sample.at)
