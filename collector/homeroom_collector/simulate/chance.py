"""Chance that repeats itself: every draw is a function of the seed and of what is drawn for, never of the order.

So a question about one device at one instant costs nothing of all the others, and the same seed gives the same answer
on every machine.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")
_MASK = 2**64 - 1


def key_of(text: str) -> int:
    """A number that always goes with a text."""
    return zlib.crc32(text.encode())


def mixed(*parts: int) -> int:
    """64 bits that look random and always go with these numbers (the steps of SplitMix64)."""
    bits = 0x9E3779B97F4A7C15
    for part in parts:
        bits = (bits + part + 0x9E3779B97F4A7C15) & _MASK
        bits = (bits ^ bits >> 30) * 0xBF58476D1CE4E5B9 & _MASK
        bits = (bits ^ bits >> 27) * 0x94D049BB133111EB & _MASK
        bits ^= bits >> 31
    return bits


def series(*parts: int) -> Iterator[float]:
    """Numbers from 0 to below 1 without end; cheaper than as many :func:`unit`, where their order is fixed."""
    bits = mixed(*parts)
    while True:
        bits = bits * 0x5851F42D4C957F2D + 0x14057B7EF767814F & _MASK
        yield (bits >> 11) * 2**-53


def unit(*parts: int) -> float:
    """A number from 0 to below 1."""
    return (mixed(*parts) >> 11) * 2**-53


def between(low: float, high: float, *parts: int) -> float:
    """A number from ``low`` to below ``high``."""
    return low + (high - low) * unit(*parts)


def pick(choices: Sequence[T], *parts: int) -> T:
    """One of the choices, each as likely as the others."""
    return choices[mixed(*parts) % len(choices)]


def weighted(weights: Sequence[float], *parts: int) -> int:
    """Place of one weight, as likely as it is heavy."""
    left = unit(*parts) * sum(weights)
    for place, weight in enumerate(weights):
        left -= weight
        if left < 0:
            return place
    return len(weights) - 1
