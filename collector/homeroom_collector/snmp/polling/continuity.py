"""Counters and clocks that go on where the device's own begin again from 0 because they are too narrow.

A 32-bit counter wraps, sysUpTime wraps after 497 days; both look like a restart to whoever only sees the number fall.
Here a number that fell is either a wrap, and then the count goes on, or the device or port started anew, and then the
count starts anew as well. Where both could be true it is a new start: a rate may be missing, but is never invented.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from operator import attrgetter
from typing import Any

from homeroom_agent.report.network import Interface, NetworkGear, System
from homeroom_collector.snmp.bandwidth import by_name, fits
from homeroom_collector.snmp.reading.uptime import WRAP_TICKS, Clocks, restarted

_WRAP = 2**32
_OCTETS = ("in_octets", "out_octets")
_TROUBLES = ("in_errors", "out_errors", "in_discards", "out_discards")
"""32-bit on every device."""
_COUNTERS = (*_OCTETS, *_TROUBLES)
_counters = attrgetter(*_COUNTERS)


class Continuity:
    """What goes on from poll to poll of one device."""

    def __init__(self) -> None:
        self.restarts = 0
        self._at = 0.0
        self._clocks: Clocks | None = None
        self._uptime_wraps = 0
        self._ports: dict[str, Interface] = {}
        self._bases: dict[tuple[str, str], int] = {}

    def continued(self, gear: NetworkGear, clocks: Clocks, at: float) -> NetworkGear:
        """Give the poll of moment ``at`` (seconds of any clock that does not go back) with its numbers going on."""
        self._take_clocks(clocks, at - self._at)
        ports = by_name(gear.interfaces or [])
        renewed = dict(self._renewed(ports, at - self._at))
        self._at, self._ports = at, ports
        return replace(
            gear,
            system=self._system(gear.system, clocks),
            interfaces=_exchanged(gear.interfaces, ports, renewed),
        )

    def _take_clocks(self, clocks: Clocks, elapsed_seconds: float) -> None:
        before, self._clocks = self._clocks, clocks
        if before is None:
            return
        if restarted(before, clocks, elapsed_seconds):
            self.restarts += 1
            self._uptime_wraps = 0
            self._ports, self._bases = {}, {}
        elif None not in (before.agent_ticks, clocks.agent_ticks) and _fell(before.agent_ticks, clocks.agent_ticks):
            self._uptime_wraps += 1

    def _system(self, system: System | None, clocks: Clocks) -> System | None:
        if system is None or system.uptime_seconds is None:
            return system
        uptime = system.uptime_seconds
        if self._uptime_wraps and clocks.agent_ticks is not None:
            uptime = max(uptime, (clocks.agent_ticks + self._uptime_wraps * WRAP_TICKS) / 100)
        return replace(system, uptime_seconds=uptime, restarts_total=self.restarts)

    def _renewed(self, ports: Mapping[str, Interface], elapsed_seconds: float) -> Iterator[tuple[str, Interface]]:
        """Ports whose numbers are not what the device says."""
        for name, port in ports.items():
            before = self._ports.get(name)
            if before is not None:
                self._count(name, before, port, elapsed_seconds)
            if self._bases:
                changed = self._based(name, port)
                if changed:
                    yield name, replace(port, **changed)

    def _count(self, name: str, before: Interface, after: Interface, elapsed_seconds: float) -> None:
        narrow = before.counter_bits == after.counter_bits == 32
        anew = before.discontinuity_seconds != after.discontinuity_seconds or before.counter_bits != after.counter_bits
        for field, old, new in zip(_COUNTERS, _counters(before), _counters(after), strict=True):
            if old is None or new is None or (new >= old and not anew):
                continue
            wrapped = not anew and new < old and _wrapped(field, old, new, after, elapsed_seconds, narrow=narrow)
            key = (name, field)
            if wrapped:
                self._bases[key] = self._bases.get(key, 0) + _WRAP
            else:
                self._bases.pop(key, None)

    def _based(self, name: str, port: Interface) -> dict[str, Any]:
        fields = ((field, self._bases.get((name, field)), getattr(port, field)) for field in _COUNTERS)
        return {field: base + value for field, base, value in fields if base and value is not None}


def _fell(before: int | None, after: int | None) -> bool:
    return before is not None and after is not None and after < before


def _wrapped(field: str, old: int, new: int, port: Interface, elapsed_seconds: float, *, narrow: bool) -> bool:
    if field in _TROUBLES:
        return old >= _WRAP // 2
    return narrow and fits(new - old + _WRAP, port, elapsed_seconds)


def _exchanged(
    listed: list[Interface] | None, ports: Mapping[str, Interface], renewed: Mapping[str, Interface]
) -> list[Interface] | None:
    if not listed or not renewed:
        return listed
    by_index = {ports[name].index: port for name, port in renewed.items()}
    return [by_index.get(port.index, port) for port in listed]
