"""How much one device and one address may send, so that one that has gone wild takes nothing from the others.

Each limit is a rate with a burst on top, kept as one number a key (the generic cell rate algorithm, ITU-T I.371): the
moment by which everything sent so far would have been sent at the plain rate.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from prometheus_client import Counter

from homeroom_collector.http.address import neighbourhood
from homeroom_collector.http.problem import BusyError

MOST_KEYS = 500_000
"""Past this, those who have been quiet are forgotten, and then the earliest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """Requests: ``per_second`` for ever, and ``burst`` at once after a silence."""

    per_second: float
    burst: int


class Limit:
    """One allowance for each of many keys."""

    def __init__(self, allowance: Allowance) -> None:
        self._interval = 1.0 / allowance.per_second
        self._ahead = self._interval * allowance.burst
        self._due: dict[Hashable, float] = {}

    def __len__(self) -> int:
        return len(self._due)

    def wait(self, key: Hashable, now: float) -> float:
        """Seconds until the next request would be allowed; 0 if it is now. Counts nothing."""
        return max(0.0, self._due.get(key, now) + self._interval - now - self._ahead)

    def take(self, key: Hashable, now: float) -> float:
        """Count a request and return 0, or the seconds to wait, in which case it does not count."""
        due = self._due.get(key, now)
        due = (due if due > now else now) + self._interval
        if due - now > self._ahead:
            return due - now - self._ahead
        self._due[key] = due
        if len(self._due) > MOST_KEYS:
            self._forget(now)
        return 0.0

    def _forget(self, now: float) -> None:
        """Whoever is not ahead of his rate has a clean slate anyway."""
        self._due = {key: due for key, due in self._due.items() if due > now}
        for key in list(self._due)[: len(self._due) - MOST_KEYS // 2]:
            del self._due[key]


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one collector. Each raises BusyError 429 with the time to wait."""

    device: Limit
    reader: Limit
    address: Limit
    failure: Limit
    limited: Counter
    clock: Callable[[], float] = time.monotonic

    def admit_address(self, address: str) -> None:
        """Count a request of an address; a school behind one address is one. This machine is not limited."""
        if place := neighbourhood(address):
            self._check("address", self.address.take(place, self.clock()))

    def admit_device(self, number: int) -> None:
        """Count a request of a device that has shown its key."""
        self._check("device", self.device.take(number, self.clock()))

    def admit_reader(self, name: str) -> None:
        """Count a request of an API token, or of somebody who has signed in."""
        self._check("reader", self.reader.take(name, self.clock()))

    def admit_stranger(self, address: str) -> None:
        """Refuse an address from which too many wrong keys and tokens came. Counts nothing."""
        if place := neighbourhood(address):
            self._check("failure", self.failure.wait(place, self.clock()))

    def count_failure(self, address: str) -> None:
        """A wrong key or token came from an address."""
        if place := neighbourhood(address):
            self.failure.take(place, self.clock())

    def _check(self, by: str, wait_seconds: float) -> None:
        if wait_seconds:
            self.limited.labels(by).inc()
            raise BusyError(429, _WHY[by], retry_after_seconds=wait_seconds)


_WHY = {
    "reader": "too much is asked with this token or sign-in; come back later",
    "device": "this device sends too much; come back later",
    "address": "too much comes from this address; come back later",
    "failure": "too many wrong keys or tokens came from this address; come back later",
}
