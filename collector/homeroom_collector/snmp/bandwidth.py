"""How much goes over a port: rates and utilisation between two readings, and the 95th percentile. Pure.

A port is itself by its name, not by its ifIndex, which a restart may give to another port. A counter that goes back
wrapped, or started anew: only a 32-bit counter may wrap, only where the rate that would mean fits the port's speed, and
only where the port is too slow to wrap twice between two polls, as then a wrap and a reset look alike.
What cannot be known is None, never 0 and never a spike.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from homeroom_agent.report.network import Interface
from homeroom_collector.snmp.reading.uptime import Clocks, restarted

_WRAP_32 = 2**32
_OVERSPEED = 1.05
"""Counters are cached a moment by agents, so a port may seem a little faster than it is."""
_UNKNOWN_SPEED_BPS = 100_000_000
"""A 32-bit counter of a port that hides its speed is taken for Fast Ethernet: faster ports have 64-bit counters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """All ports of one device at one moment, in seconds of any clock that does not go back."""

    at: float
    ports: Sequence[Interface]
    clocks: Clocks = field(default_factory=Clocks)


@dataclass(frozen=True, slots=True, kw_only=True)
class PortRate:
    """What went over one port between two readings. Utilisation is the busier direction, 1 is the port's speed."""

    name: str
    in_bps: float | None = None
    out_bps: float | None = None
    utilization_ratio: float | None = None
    errors_per_second: float | None = None
    discards_per_second: float | None = None


def rates(before: Reading, after: Reading) -> list[PortRate]:
    """Rates of the ports in both readings, in the order of the newer; nothing where time or the device went back."""
    elapsed = after.at - before.at
    if elapsed <= 0 or restarted(before.clocks, after.clocks, elapsed):
        return []
    older = by_name(before.ports)
    return [_rate(name, older[name], port, elapsed) for name, port in by_name(after.ports).items() if name in older]


def by_name(ports: Iterable[Interface]) -> dict[str, Interface]:
    """Ports by their identity: the name, with the ifIndex behind it where a device gives one name to several ports."""
    listed = [(port.name, port) for port in ports if port.name]
    repeated = Counter(name for name, _ in listed)
    return {name if repeated[name] == 1 else f"{name}#{port.index}": port for name, port in listed}


def _rate(name: str, before: Interface, after: Interface, elapsed: float) -> PortRate:
    if before.discontinuity_seconds != after.discontinuity_seconds:
        return PortRate(name=name)
    same_width = before.counter_bits == after.counter_bits
    in_bps = octets_bps(before.in_octets, after.in_octets, after, elapsed) if same_width else None
    out_bps = octets_bps(before.out_octets, after.out_octets, after, elapsed) if same_width else None
    busier = max((bps for bps in (in_bps, out_bps) if bps is not None), default=None)
    return PortRate(
        name=name,
        in_bps=in_bps,
        out_bps=out_bps,
        utilization_ratio=min(busier / after.speed_bps, 1.0) if busier is not None and after.speed_bps else None,
        errors_per_second=_per_second(before, after, ("in_errors", "out_errors"), elapsed),
        discards_per_second=_per_second(before, after, ("in_discards", "out_discards"), elapsed),
    )


def octets_bps(before: int | None, after: int | None, port: Interface, elapsed: float) -> float | None:
    """Bits per second between two readings of one octet counter of ``port``; None where that cannot be known."""
    if before is None or after is None:
        return None
    octets = after - before
    if octets < 0:
        octets += _WRAP_32
        if octets < 0 or port.counter_bits != 32 or not fits(octets, port, elapsed):
            return None
    bps = octets * 8 / elapsed
    return bps if bps <= (port.speed_bps or math.inf) * _OVERSPEED else None


def fits(octets: int, port: Interface, elapsed: float) -> bool:
    """Say whether a 32-bit counter that fell can have wrapped once: the port is as fast, and too slow for twice."""
    speed = port.speed_bps or _UNKNOWN_SPEED_BPS
    return elapsed > 0 and not wraps_unseen(speed, elapsed) and octets * 8 / elapsed <= speed * _OVERSPEED


def wraps_unseen(speed_bps: int, interval_seconds: float) -> bool:
    """Say whether a 32-bit octet counter could wrap twice between polls, so that its rates are worth nothing."""
    return speed_bps * interval_seconds / 8 >= _WRAP_32


def _per_second(before: Interface, after: Interface, names: Sequence[str], elapsed: float) -> float | None:
    """Sum of the directions the port counts. Errors and discards are 32-bit on every device."""
    grown = []
    for name in names:
        old, new = getattr(before, name), getattr(after, name)
        if old is not None and new is not None:
            if new < old and old < _WRAP_32 // 2:
                return None
            grown.append((new - old) % _WRAP_32)
    return sum(grown) / elapsed if grown else None


def percentile_95(values: Iterable[float]) -> float | None:
    """The value that 95 % of the others do not pass (nearest rank, as circuits are billed); None without values."""
    ordered = sorted(values)
    return ordered[math.ceil(len(ordered) * 0.95) - 1] if ordered else None
