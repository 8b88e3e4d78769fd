"""What time it is for a collector. Always the system's, but for training: then the time of a pretended district.

A training clock begins at an instant that is told and runs faster than time does; ``homeroom simulate`` gives the same
one to the collector that it starts. Waiting is made shorter by the same factor, not timeouts of the network.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

_SLOWEST, _FASTEST = 0.001, 100_000.0


@dataclass(frozen=True, slots=True)
class Clock:
    """Calling it gives Unix seconds. At ``real_start`` of the system's clock it shows ``start``."""

    real_start: float = 0.0
    start: float = 0.0
    speed: float = 1.0

    def __call__(self) -> float:
        """Read the clock."""
        return self.start + (time.time() - self.real_start) * self.speed

    def real(self, seconds: float) -> float:
        """How long really to wait until so many seconds have passed on this clock."""
        return seconds / self.speed

    @property
    def is_system(self) -> bool:
        """Whether it shows the real time."""
        return self == Clock()

    def __str__(self) -> str:
        return f"{self.start!r}@{self.real_start!r}x{self.speed!r}"


def parse(text: str) -> Clock:
    """Read what ``str`` writes: START@REALxSPEED. Raises ValueError."""
    start, found, rest = text.partition("@")
    real_start, more, speed = rest.partition("x")
    if not found or not more:
        raise ValueError(f"{text!r} is not a training clock; write START@REALxSPEED, all three as numbers")
    clock = Clock(float(real_start), float(start), float(speed))
    if not _SLOWEST <= clock.speed <= _FASTEST:
        raise ValueError(f"a speed of {clock.speed:g} is not between {_SLOWEST:g} and {_FASTEST:g}")
    return clock
