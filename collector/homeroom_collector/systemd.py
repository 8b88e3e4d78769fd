"""Tells systemd that the process is ready, that its event loop still turns, and that it stops.

The protocol is sd_notify(3): datagrams to the socket that ``NOTIFY_SOCKET`` names. ``WATCHDOG_USEC`` says in how many
microseconds systemd wants to hear from us, and kills us if it does not; we speak up twice as often, from the event
loop itself, so that a loop that is stuck stays silent. Without systemd nothing happens.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import AsyncIterator, Mapping

_log = logging.getLogger(__name__)
_MICROSECONDS = 1_000_000


@contextlib.asynccontextmanager
async def told_to_systemd(environment: Mapping[str, str] = os.environ) -> AsyncIterator[None]:
    """Ready inside, stopping from its end on."""
    address = environment.get("NOTIFY_SOCKET", "")
    if not address:
        yield
        return
    _tell(address, "READY=1")
    alive = asyncio.create_task(_keep_alive(address, _every_seconds(environment)), name="systemd watchdog")
    try:
        yield
    finally:
        alive.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await alive
        _tell(address, "STOPPING=1")


async def _keep_alive(address: str, every_seconds: float | None) -> None:
    while every_seconds is not None:
        _tell(address, "WATCHDOG=1")
        await asyncio.sleep(every_seconds)


def _every_seconds(environment: Mapping[str, str]) -> float | None:
    """Half of what systemd waits; None where it does not watch this process."""
    waits, whom = environment.get("WATCHDOG_USEC", ""), environment.get("WATCHDOG_PID", "")
    if not waits.isdigit() or int(waits) == 0 or (whom and whom != str(os.getpid())):
        return None
    return int(waits) / _MICROSECONDS / 2


def _tell(address: str, state: str) -> None:
    """Send one message; ``@`` stands for the zero byte of an abstract address."""
    if address.startswith("@"):
        address = f"\0{address[1:]}"
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as speaker:
            speaker.settimeout(0)
            speaker.sendto(state.encode(), address)
    except OSError as error:
        _log.warning("systemd was not told %s: %s", state, error)
