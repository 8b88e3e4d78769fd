"""What goes over each port of network gear, from the last two readings of its counters.

A device has one :class:`Meter`, 25 bytes a port. What two readings mean is decided in ``snmp/bandwidth.py``.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from itertools import repeat
from typing import NamedTuple

from homeroom_agent.report.network import Interface, NetworkGear
from homeroom_collector.fleet.families import Column, Table, gauge
from homeroom_collector.fleet.labels import Key
from homeroom_collector.snmp.bandwidth import octets_bps
from homeroom_collector.snmp.reading.uptime import WRAP_TICKS, Clocks, restarted

_ABSENT = 2**64 - 1
_NEVER = -1.0


class Load(NamedTuple):
    """What goes over one port, in bits per second; None is unknown. ``counted``: the port counts octets at all."""

    receive_bps: float | None
    transmit_bps: float | None
    speed_bps: int | None
    counted: bool = True

    def receive_ratio(self) -> float | None:
        """Share of the port's speed that it receives with."""
        return _share(self.receive_bps, self.speed_bps)

    def transmit_ratio(self) -> float | None:
        """Share of the port's speed that it sends with."""
        return _share(self.transmit_bps, self.speed_bps)


def _share(bps: float | None, speed_bps: int | None) -> float | None:
    """At most 1: devices keep their counters for a moment, so a port may seem a little faster than it is."""
    return None if bps is None or not speed_bps else min(bps / speed_bps, 1.0)


INTERFACE_LOAD = Table(
    name="interface_load",
    labels=("interface",),
    columns=(
        Column(
            gauge("interface_receive_utilization_ratio", "Share of the port's speed in use by what it receives."),
            Load.receive_ratio,
        ),
        Column(
            gauge("interface_transmit_utilization_ratio", "Share of the port's speed in use by what it sends."),
            Load.transmit_ratio,
        ),
    ),
)


class Meter:
    """The newest reading of one device's ports."""

    __slots__ = ("_at", "_bits", "_clocks", "_discontinuities", "_keys", "_received", "_sent")

    def __init__(self) -> None:
        self._at: float | None = None
        self._clocks = Clocks()
        self._keys: tuple[Key, ...] = ()
        self._received, self._sent = array("Q"), array("Q")
        self._bits = b""
        self._discontinuities = array("d")

    def read(self, gear: NetworkGear, keys: tuple[Key, ...], at: float, longest_gap: float) -> list[Load] | None:
        """Take a newer reading and give the load of each port since the one before, in the order of the ports.

        ``keys`` names the ports, ``at`` is when they were read, Unix seconds. Past ``longest_gap`` seconds no load is
        known, as it would be that of long ago. None where the reading is not newer.
        """
        if self._at is not None and at <= self._at:
            return None
        ports, clocks = gear.interfaces or (), _clocks(gear)
        elapsed = longest_gap if self._at is None else at - self._at
        comparable = elapsed < longest_gap and not restarted(self._clocks, clocks, elapsed)
        rows = self._rows(keys) if comparable else repeat(None)
        loads = [self._load(row, port, elapsed) for row, port in zip(rows, ports, strict=False)]
        self._keep(ports, keys, clocks, at)
        return loads

    def _rows(self, keys: tuple[Key, ...]) -> Sequence[int | None]:
        """Where each port was in the reading before."""
        if keys == self._keys:
            return range(len(keys))
        places = {key: row for row, key in enumerate(self._keys)}
        return [places.get(key) for key in keys]

    def _load(self, row: int | None, port: Interface, elapsed: float) -> Load:
        counted = port.in_octets is not None or port.out_octets is not None
        if row is None or not self._continues(row, port):
            return Load(None, None, port.speed_bps, counted)
        return Load(
            octets_bps(_known(self._received[row]), port.in_octets, port, elapsed),
            octets_bps(_known(self._sent[row]), port.out_octets, port, elapsed),
            port.speed_bps,
            counted,
        )

    def _continues(self, row: int, port: Interface) -> bool:
        """Whether a port counts on where it was: as wide as before, and without a discontinuity (RFC 2863)."""
        return self._bits[row] == (port.counter_bits or 0) and self._discontinuities[row] == _discontinuity(port)

    def _keep(self, ports: Sequence[Interface], keys: tuple[Key, ...], clocks: Clocks, at: float) -> None:
        self._at, self._keys, self._clocks = at, keys, clocks
        self._received = array("Q", [_stored(port.in_octets) for port in ports])
        self._sent = array("Q", [_stored(port.out_octets) for port in ports])
        self._bits = bytes(port.counter_bits or 0 for port in ports)
        self._discontinuities = array("d", [_discontinuity(port) for port in ports])


def _clocks(gear: NetworkGear) -> Clocks:
    """The one clock that a report has: uptime, out of which the wraps were taken, written as it would count."""
    uptime = gear.system.uptime_seconds if gear.system else None
    return Clocks(agent_ticks=None if uptime is None else int(uptime * 100) % WRAP_TICKS)


def _discontinuity(port: Interface) -> float:
    return _NEVER if port.discontinuity_seconds is None else port.discontinuity_seconds


def _stored(octets: int | None) -> int:
    return _ABSENT if octets is None else min(octets, _ABSENT)


def _known(octets: int) -> int | None:
    return None if octets == _ABSENT else octets
