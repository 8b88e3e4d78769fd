"""From a host's name to an address, without blocking the loop."""

from __future__ import annotations

import asyncio
import functools
import ipaddress
import socket

from homeroom_collector.errors import SnmpTimeoutError
from homeroom_collector.snmp.session import Endpoint


async def resolve(endpoint: Endpoint) -> str:
    """Address of the host, IPv4 or IPv6. Raises SnmpTimeoutError where the name is not known."""
    known = _address(endpoint.host)
    if known is not None:
        return known
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(endpoint.host, endpoint.port, type=socket.SOCK_DGRAM)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise SnmpTimeoutError(f"{endpoint.host}: cannot be found ({reason})") from None
    return str(found[0][4][0])


@functools.lru_cache(maxsize=50_000)
def _address(host: str) -> str | None:
    """Give the host where it is an address already; remembered, as it is asked for at every poll."""
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return None
