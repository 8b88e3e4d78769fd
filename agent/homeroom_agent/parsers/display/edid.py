"""EDID 1.3 and 1.4 (VESA E-EDID, release A2): the 128 bytes in which a screen describes itself.

The first detailed timing is the panel's native one and gives its size in millimetres; the basic block's centimetres
are a fallback. Maker, serial number and date are not read.
"""

import math
from dataclasses import dataclass
from typing import Any

from homeroom_agent.errors import CaptureError

_HEADER = b"\x00\xff\xff\xff\xff\xff\xff\x00"
_SIZE, _FIRST_TIMING = 128, 54
_MILLIMETRES_PER_INCH = 25.4
# A 7 inch tablet and a 110 inch board; outside, the millimetres are an aspect ratio (16, 9) or nothing.
_SMALLEST, _LARGEST = 5.0, 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """One screen."""

    width_pixels: int | None = None
    height_pixels: int | None = None
    diagonal_inches: float | None = None


def parse(raw: bytes) -> dict[str, Any]:
    """Facts of an ``.edid.bin`` capture."""
    return document(screen(raw))


def document(found: Screen | None) -> dict[str, Any]:
    """The answer of ``parse display``."""
    found = found or Screen()
    return {
        "width_pixels": found.width_pixels,
        "height_pixels": found.height_pixels,
        "diagonal_inches": found.diagonal_inches,
    }


def screen(raw: bytes) -> Screen:
    """Decode the first block. Raises CaptureError where it is none."""
    if len(raw) < _SIZE or not raw.startswith(_HEADER):
        raise CaptureError("not EDID: the header is missing")
    timing = raw[_FIRST_TIMING : _FIRST_TIMING + 18]
    if timing[:2] == b"\x00\x00":  # a descriptor of text instead of a timing
        return Screen(diagonal_inches=_diagonal(raw[21] * 10, raw[22] * 10))
    width = timing[2] | (timing[4] & 0xF0) << 4
    height = timing[5] | (timing[7] & 0xF0) << 4
    size = (timing[12] | (timing[14] & 0xF0) << 4, timing[13] | (timing[14] & 0x0F) << 8)
    diagonal = _diagonal(*size)
    return Screen(
        width_pixels=width or None,
        height_pixels=height or None,
        diagonal_inches=_diagonal(raw[21] * 10, raw[22] * 10) if diagonal is None else diagonal,
    )


def _diagonal(width_mm: int, height_mm: int) -> float | None:
    inches = math.hypot(width_mm, height_mm) / _MILLIMETRES_PER_INCH
    return round(inches, 1) if width_mm and height_mm and _SMALLEST <= inches <= _LARGEST else None
