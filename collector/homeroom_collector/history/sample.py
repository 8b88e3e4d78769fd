"""One sample: the numbers of one report that a chart shows, and that the ports' day is worked out from.

Written as one line of JSON, a tagged array. Fields may be added at the end of each class and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from homeroom_agent.report import Link, Report
from homeroom_agent.report.network import Interface, NetworkGear
from homeroom_collector.snmp.bandwidth import by_name


class ComputerSample(msgspec.Struct, array_like=True, tag="c", gc=False):
    """What a computer measured. Bytes are counters since boot of all links; charge is the emptiest battery's."""

    at: float
    cpu_usage_ratio: float | None = None
    memory_available_bytes: int | None = None
    battery_charge_ratio: float | None = None
    wifi_signal_dbm: float | None = None
    latency_seconds: float | None = None
    receive_bytes: int | None = None
    transmit_bytes: int | None = None


class PortSample(msgspec.Struct, array_like=True, gc=False):
    """Counters of one port, with what tells a wrap from a reset."""

    name: str
    in_octets: int | None = None
    out_octets: int | None = None
    counter_bits: int | None = None
    speed_bps: int | None = None
    discontinuity_seconds: float | None = None


class GearSample(msgspec.Struct, array_like=True, tag="g", gc=False):
    """What a poll found. ``ports`` are those that count octets."""

    at: float
    reachable: bool
    uptime_seconds: float | None = None
    ports: list[PortSample] = msgspec.field(default_factory=list)


Sample = ComputerSample | GearSample

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[Sample] = msgspec.json.Decoder(Sample)


def line(report: Report, at: float) -> str:
    """The sample of a report, measured at ``at`` by the collector's clock, as one line."""
    sample = _of_computer(report, at) if report.network is None else _of_gear(report.network, at)
    return _encoder.encode(sample).decode() + "\n"


def read(lines: str | bytes) -> list[Sample]:
    """Samples in the order in which they came."""
    return _decoder.decode_lines(lines)


def _of_computer(report: Report, at: float) -> ComputerSample:
    cpu, memory, connectivity = report.cpu, report.memory, report.connectivity
    links = report.links or ()
    return ComputerSample(
        at,
        cpu.usage_ratio if cpu else None,
        memory.available_bytes if memory else None,
        _least([battery.charge_ratio for battery in report.batteries or ()]),
        _strongest(links),
        connectivity.latency_seconds if connectivity else None,
        _total([link.receive_bytes for link in links]),
        _total([link.transmit_bytes for link in links]),
    )


def _of_gear(gear: NetworkGear, at: float) -> GearSample:
    uptime_seconds = gear.system.uptime_seconds if gear.system else None
    return GearSample(at, gear.reachable, uptime_seconds, list(_ports(by_name(gear.interfaces or ()))))


def _ports(ports: dict[str, Interface]) -> Iterable[PortSample]:
    for name, port in ports.items():
        if port.in_octets is not None or port.out_octets is not None:
            counters = (port.in_octets, port.out_octets, port.counter_bits)
            yield PortSample(name, *counters, port.speed_bps, port.discontinuity_seconds)


def _least(values: list[float | None]) -> float | None:
    if len(values) == 1:
        return values[0]
    return min((value for value in values if value is not None), default=None)


def _total(values: list[int | None]) -> int | None:
    if len(values) == 1:
        return values[0]
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _strongest(links: Iterable[Link]) -> float | None:
    signals: list[Any] = [link.wifi_signal_dbm for link in links if link.wifi_signal_dbm is not None]
    return max(signals, default=None)
