"""Who may stay connected. Where there is no room, whoever has been waiting longest without a request has to go.

So one that opens thousands of connections and says nothing (slowloris) keeps nobody out, not even those who share its
address, as all laptops of a school may do.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, Protocol

from prometheus_client import CollectorRegistry, Counter, Gauge

from homeroom_collector.http.address import Network, neighbourhood, parse, within

Ending = Literal["crowded", "full", "slow_head", "slow_body", "slow_reader"]


class Guest(Protocol):
    """A connection."""

    def show_out(self) -> None:
        """Close it, now."""


class Doorkeeper:
    """Counts the connections of one process, in all and by address."""

    def __init__(
        self, most: int, per_address: int, trusted: Iterable[Network], registry: CollectorRegistry | None = None
    ) -> None:
        self._most, self._per_address, self._trusted = most, per_address, tuple(trusted)
        self._places: dict[Guest, str | None] = {}
        self._at: dict[str, int] = {}
        # In the order in which they fell silent: dicts keep it.
        self._silent: dict[Guest, None] = {}
        self._silent_at: dict[str, dict[Guest, None]] = {}
        self._count(registry)

    def _count(self, registry: CollectorRegistry | None) -> None:
        Gauge("homeroom_connections", "Open connections.", registry=registry).set_function(self.__len__)
        Gauge("homeroom_connections_limit", "Connections that may be open.", registry=registry).set(self._most)
        self._ended = Counter(
            "homeroom_connections_cut_total",
            "Connections that were cut off: no room left (full, or crowded at one address), or too slow.",
            ["reason"],
            registry=registry,
        )

    def __len__(self) -> int:
        return len(self._places)

    def enter(self, guest: Guest, address: str) -> bool:
        """Let a connection in, if need be in the place of one that is silent; False where there is none."""
        place = self._place(address)
        if place is not None and self._at.get(place, 0) >= self._per_address:
            if not self._make_room(self._silent_at.get(place, {}), "crowded"):
                return False
        elif len(self._places) >= self._most and not self._make_room(self._silent, "full"):
            return False
        self._places[guest] = place
        if place is not None:
            self._at[place] = self._at.get(place, 0) + 1
        self.fell_silent(guest)
        return True

    def leave(self, guest: Guest) -> None:
        """A connection is gone. Once is enough, more often changes nothing."""
        self.spoke(guest)
        place = self._places.pop(guest, None)
        if place is not None:
            self._at[place] -= 1
            if not self._at[place]:
                del self._at[place]

    def spoke(self, guest: Guest) -> None:
        """A request of it is being answered: it is not to be shown out."""
        if guest in self._silent:
            del self._silent[guest]
            place = self._places[guest]
            if place is not None:
                del self._silent_at[place][guest]
                if not self._silent_at[place]:
                    del self._silent_at[place]

    def fell_silent(self, guest: Guest) -> None:
        """It waits for its first or next request."""
        if guest in self._places:
            self._silent[guest] = None
            place = self._places[guest]
            if place is not None:
                self._silent_at.setdefault(place, {})[guest] = None

    def cut(self, why: Ending) -> None:
        """Count one that was cut off."""
        self._ended.labels(why).inc()

    def _make_room(self, silent: dict[Guest, None], why: Ending) -> bool:
        self.cut(why)
        guest = next(iter(silent), None)
        if guest is None:
            return False
        self.leave(guest)
        guest.show_out()
        return True

    def _place(self, address: str) -> str | None:
        """What counts as one address; None for those whom no bound by address holds."""
        return None if within(parse(address), self._trusted) else neighbourhood(address)
