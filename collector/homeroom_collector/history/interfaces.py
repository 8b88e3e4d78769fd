"""The day of a port: how much went over it, and the 95th percentile while there was instruction. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from homeroom_agent.report.network import Interface
from homeroom_collector.history.sample import GearSample, PortSample
from homeroom_collector.snmp.bandwidth import PortRate, Reading, percentile_95, rates
from homeroom_collector.snmp.reading.uptime import Clocks

LONGEST_GAP_SECONDS = 900.0
"""A rate over more than this is an average of what nobody saw, and no value of a percentile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PortDay:
    """One port, one day. Octets are what the counters show; None where nothing could be known."""

    interface: str
    readings: int
    in_octets: int | None
    out_octets: int | None
    in_p95_bps: float | None
    out_p95_bps: float | None


@dataclass(slots=True)
class _Direction:
    octets: float | None = None
    in_session: list[float] = field(default_factory=list)

    def add(self, bps: float | None, elapsed: float, *, counts: bool) -> None:
        if bps is None:
            return
        self.octets = (self.octets or 0.0) + bps * elapsed / 8
        if counts:
            self.in_session.append(bps)

    def total(self) -> int | None:
        return None if self.octets is None else round(self.octets)


@dataclass(slots=True)
class _Port:
    readings: int = 0
    received: _Direction = field(default_factory=_Direction)
    sent: _Direction = field(default_factory=_Direction)

    def add(self, rate: PortRate, elapsed: float, *, counts: bool) -> None:
        self.readings += 1
        self.received.add(rate.in_bps, elapsed, counts=counts)
        self.sent.add(rate.out_bps, elapsed, counts=counts)


def port_days(samples: Sequence[GearSample], start: float, in_session: Callable[[float], bool]) -> list[PortDay]:
    """Days of the ports of one device, by name.

    ``samples`` are by time and may begin before ``start``, so that the first reading of the day has one to compare
    with. What was read at an instant counts as instruction where ``in_session`` says so.
    """
    ports: dict[str, _Port] = {}
    answered = [sample for sample in samples if sample.reachable]
    for before, after in pairwise(answered):
        if after.at < start:
            continue
        elapsed = after.at - before.at
        counts = elapsed <= LONGEST_GAP_SECONDS and in_session(after.at)
        for rate in rates(_reading(before), _reading(after)):
            ports.setdefault(rate.name, _Port()).add(rate, elapsed, counts=counts)
    return [_day(name, port) for name, port in sorted(ports.items())]


def _day(name: str, port: _Port) -> PortDay:
    return PortDay(
        interface=name,
        readings=port.readings,
        in_octets=port.received.total(),
        out_octets=port.sent.total(),
        in_p95_bps=percentile_95(port.received.in_session),
        out_p95_bps=percentile_95(port.sent.in_session),
    )


def _reading(sample: GearSample) -> Reading:
    ticks = None if sample.uptime_seconds is None else int(sample.uptime_seconds * 100)
    ports = [_interface(index, port) for index, port in enumerate(sample.ports)]
    return Reading(at=sample.at, ports=ports, clocks=Clocks(agent_ticks=ticks))


def _interface(index: int, port: PortSample) -> Interface:
    return Interface(
        index=index,
        name=port.name,
        in_octets=port.in_octets,
        out_octets=port.out_octets,
        counter_bits=port.counter_bits,
        speed_bps=port.speed_bps,
        discontinuity_seconds=port.discontinuity_seconds,
    )
