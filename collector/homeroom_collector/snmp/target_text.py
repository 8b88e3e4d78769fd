"""``HOST``, ``HOST:PORT``, ``[IPv6]:PORT`` or a bare IPv6 address, as typed."""

from __future__ import annotations

import ipaddress

PORT = 161


def parse(text: str) -> tuple[str, int]:
    """Host and port. Raises ValueError with a sentence where it is neither."""
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        return host, _port(rest.removeprefix(":")) if rest else PORT
    try:
        ipaddress.ip_address(text)
    except ValueError:
        host, colon, port = text.rpartition(":")
        found = (host, _port(port)) if colon else (text, PORT)
    else:
        found = (text, PORT)
    if not found[0]:
        raise ValueError(f"{text!r} names no host")
    return found


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65_536:
        raise ValueError(f"{text!r} is not a port")
    return int(text)
