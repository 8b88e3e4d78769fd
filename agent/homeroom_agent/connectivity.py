"""How well the collector is reached from here: round trips on the reports' own connection, and the name's lookup.

Measured while sending, so that no radio is woken for it, and reported with the next report. What answers is not looked
at beyond that it is the collector.
"""

from __future__ import annotations

import ipaddress
import socket
import time

from homeroom_agent.errors import TransportError
from homeroom_agent.report import Connectivity
from homeroom_agent.transport import Route, Transport

ECHO_TIMEOUT_SECONDS = 2.0


def measured(transport: Transport, *, echoes: int) -> Connectivity:
    """Time the lookup of the name and ``echoes`` round trips. An echo that is not answered in 2 s is lost.

    Raises TransportError where there is no connection at all.
    """
    dns_seconds = lookup_seconds(transport.client.route)
    transport.client.connect()
    times = [seconds for _ in range(echoes) if (seconds := _round_trip_seconds(transport)) is not None]
    return Connectivity(
        latency_seconds=round(sorted(times)[len(times) // 2], 5) if times else None,
        loss_ratio=round(1 - len(times) / echoes, 3) if echoes else None,
        dns_seconds=dns_seconds,
    )


def unreachable() -> Connectivity:
    """What is said of a collector that could not be connected to."""
    return Connectivity(loss_ratio=1.0)


def lookup_seconds(route: Route) -> float | None:
    """Time to resolve the collector's name; None for an address, or where a proxy does it. Raises TransportError."""
    if route.proxy or _is_address(route.host):
        return None
    started = time.perf_counter()
    try:
        socket.getaddrinfo(route.host, route.port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise TransportError(f"{route.authority}: its name is not known ({error.strerror})") from None
    return round(time.perf_counter() - started, 5)


def _round_trip_seconds(transport: Transport) -> float | None:
    started = time.perf_counter()
    try:
        transport.echo(timeout_seconds=ECHO_TIMEOUT_SECONDS)
    except TransportError as error:
        if error.status is None:
            return None
    return time.perf_counter() - started


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
