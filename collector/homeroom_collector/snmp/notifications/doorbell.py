"""When a notification makes the poller look: whom to hear at all, and how often to look because of one device.

A notification is a ring at the door, never the truth: it can be forged, lost, late or repeated a thousand times. All
it does is to make the poller look now.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

_BURST = 20
_PER_SECOND = 2.0


class Later(Protocol):
    """``loop.call_later``."""

    def __call__(self, delay: float, callback: Callable[[str], None], argument: str, /) -> object:
        """Call back after ``delay`` seconds."""
        ...


class Doorbell:
    """Rings ``look`` with a host's name as the configuration has it.

    ``hosts`` are the known devices by address; nobody else is heard. Looks at one device are at least ``gap_seconds``
    apart: a ring within the gap is answered when it ends, so that what came last is seen too.
    """

    def __init__(
        self,
        hosts: Mapping[str, str],
        look: Callable[[str], object],
        *,
        clock: Callable[[], float],
        later: Later,
        gap_seconds: float = 5.0,
    ) -> None:
        self._hosts, self._look = hosts, look
        self._clock, self._later, self._gap_seconds = clock, later, gap_seconds
        self._heard: dict[str, tuple[float, float]] = {}
        self._next_look: dict[str, float] = {}

    def know(self, hosts: Mapping[str, str]) -> None:
        """Hear these from now on, and nobody else."""
        self._hosts = hosts

    def knows(self, address: str) -> bool:
        """The address is one of a device under watch."""
        return address in self._hosts

    def admits(self, address: str) -> bool:
        """Say whether to spend time on a datagram of this address: a known device, and not too many at once."""
        if address not in self._hosts:
            return False
        now = self._clock()
        tokens, since = self._heard.get(address, (float(_BURST), now))
        tokens = min(float(_BURST), tokens + (now - since) * _PER_SECOND)
        self._heard[address] = (max(0.0, tokens - 1), now)
        return tokens >= 1

    def ring(self, address: str) -> None:
        """Look at the device now, or when its gap ends; a look that is planned already is not planned again."""
        now = self._clock()
        host = self._hosts.get(address)
        if host is None:  # forgotten since it was admitted
            return
        planned = self._next_look.get(host, 0.0)
        if planned > now:
            return
        since = now - planned
        if since >= self._gap_seconds or planned == 0.0:
            self._next_look[host] = now
            self._look(host)
        else:
            self._next_look[host] = planned + self._gap_seconds
            self._later(self._gap_seconds - since, self._look_later, host)

    def _look_later(self, host: str) -> None:
        self._next_look[host] = self._clock()
        self._look(host)
