"""Time as a laptop lives it: a wall clock that somebody may set, and a steady one that counts through sleep."""

from __future__ import annotations

import sys
import threading
import time

_LOOK_SECONDS = 30.0
"""A wait is cut into looks at the steady clock: a machine that slept through its hour reports soon after it wakes."""

_INTERRUPT_SECONDS = 2.0
"""On Windows a waiting main thread does not hear Ctrl-C until its wait ends."""


def steady_seconds() -> float:
    """Seconds on a clock that nobody sets and that goes on while the machine sleeps."""
    if sys.platform == "linux":
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    if sys.platform == "darwin":
        return time.clock_gettime(time.CLOCK_MONOTONIC)  # there it counts through sleep; time.monotonic() does not
    return time.monotonic()  # Windows counts through sleep


class Clock:
    """Both clocks, and waiting that ends when :meth:`stop` is called, also from a signal handler."""

    def __init__(self) -> None:
        self._stopping = threading.Event()

    def wall(self) -> float:
        """Unix seconds."""
        return time.time()

    def steady(self) -> float:
        """Seconds that only go forward, sleep included."""
        return steady_seconds()

    def stop(self) -> None:
        """End the wait that is on and all that follow."""
        self._stopping.set()

    @property
    def stopped(self) -> bool:
        """Whether the agent is to end."""
        return self._stopping.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait; True where the agent is to stop."""
        until = self.steady() + seconds
        look = _INTERRUPT_SECONDS if sys.platform == "win32" else _LOOK_SECONDS
        while (left := until - self.steady()) > 0:
            if self._stopping.wait(min(left, look)):
                break
        return self.stopped
