"""Octets of a device to text. Owns the one rule for encodings; refuses to guess.

UTF-8 where it is valid, else Latin-1 where every character prints, else ``0x`` and hexadecimal digits. Trailing NULs
and white space are cut (C strings sent with their buffer). Control characters inside are dropped: they come from
agents that send more of a buffer than the text in it.
"""

from __future__ import annotations

import math

from homeroom_collector.snmp.session import Value

_WHITE = frozenset("\t\n\r")


def text(value: Value | None, *, limit: int = 255) -> str | None:
    """Give the text of a value, at most ``limit`` characters; None where there is none or only white space."""
    if value is None:
        return None
    if not isinstance(value, bytes):
        return str(value)[:limit]
    return _decode(value)[:limit] or None


def _decode(raw: bytes) -> str:
    cut = raw.rstrip(b"\0 \t\r\n")
    try:
        decoded = cut.decode()
    except UnicodeDecodeError:
        latin = cut.decode("latin-1")
        return latin.strip() if all(c.isprintable() or c in _WHITE for c in latin) else hexadecimal(raw)
    if decoded.isprintable():
        return decoded.strip()
    kept = "".join(c for c in decoded if c.isprintable() or c in _WHITE).strip()
    return kept if kept or not cut else hexadecimal(raw)


def hexadecimal(raw: bytes) -> str:
    """Write octets as ``0x`` and hexadecimal digits; for none at all, nothing."""
    return f"0x{raw.hex()}" if raw else ""


def mac(value: Value | None) -> str | None:
    """Give a hardware address as ``00:11:22:33:44:55``; None where it is empty or all zero.

    Some agents send the address already written out; then that text is put into the same form.
    """
    if not isinstance(value, bytes):
        return None
    if len(value) in (11, 12, 14, 17):
        value = _written_mac(value)
    if not any(value) or len(value) > 20:
        return None
    return value.hex(":")


def _written_mac(raw: bytes) -> bytes:
    digits = raw.decode("latin-1")
    parts = digits.replace("-", ":").split(":")
    if len(parts) == 6 and all(1 <= len(p) <= 2 for p in parts):
        digits = "".join(p.zfill(2) for p in parts)
    digits = digits.replace(".", "")
    try:
        return bytes.fromhex(digits) if len(digits) == 12 else raw
    except ValueError:
        return raw


def whole(value: Value | None) -> int | None:
    """Give a whole number: as it is, or out of an octet string of digits (some agents send counters as text)."""
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return int(value) if math.isfinite(value) else None
    if isinstance(value, bytes):
        digits = value.strip(b"\0 \t\r\n")
        if digits.removeprefix(b"-").isdigit() and len(digits) <= 20:
            return int(digits)
    return None
