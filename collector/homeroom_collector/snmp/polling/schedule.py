"""When a device is polled next. Pure; all times are seconds of one monotonic clock."""

from __future__ import annotations

import math
import zlib

_LONGEST_DOUBLING = 16


def phase(name: str) -> float:
    """Where in the interval a device's polls start, 0 to 1: the same after every restart, and spread over devices."""
    return zlib.crc32(name.encode()) / 2**32


def next_due(now: float, interval_seconds: float, offset_seconds: float) -> float:
    """Give the first moment after ``now`` that is the offset away from a whole number of intervals."""
    passed = math.floor((now - offset_seconds) / interval_seconds) + 1
    due = passed * interval_seconds + offset_seconds
    return due if due > now else due + interval_seconds


def intervals_to_wait(failures: int, interval_seconds: float, longest_seconds: float) -> int:
    """Give the number of intervals until a device is asked again: 1, then doubling while it stays down."""
    longest = max(1, int(longest_seconds // interval_seconds))
    return min(longest, 1 << min(max(0, failures - 1), _LONGEST_DOUBLING))
