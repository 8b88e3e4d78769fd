"""How long to wait after a failure: doubling, with jitter, bounded, never sooner than the collector asked."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Backoff:
    """Half of each wait is jitter, so that a school that lost its uplink does not come back in one instant.

    This is "equal jitter" of Brooker, "Exponential Backoff And Jitter" (AWS, 2015).
    """

    first_seconds: float = 10.0
    maximum_seconds: float = 900.0
    dice: Callable[[], float] = random.random

    def wait_seconds(self, failures: int, retry_after_seconds: float | None = None) -> float:
        """Wait after the nth failure in a row. What the collector asked for is a floor, with jitter on top."""
        doubled = min(self.maximum_seconds, self.first_seconds * 2.0 ** min(failures - 1, 30))
        waited = doubled * (0.5 + 0.5 * self.dice())
        if retry_after_seconds is None:
            return waited
        return max(waited, retry_after_seconds * (1.0 + 0.1 * self.dice()))
