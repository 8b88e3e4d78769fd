"""Ports: ifTable and ifXTable (IF-MIB, RFC 2863) joined by ifIndex. Each column stands alone.

Many agents have ifTable only (no printer has ifXTable), some ifXTable only, some 64-bit counters on part of their
ports, so every value is taken per port from the best column that has it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, fields, make_dataclass
from functools import partial
from typing import Any, cast

from homeroom_agent.report.network import PORTS, Interface
from homeroom_collector.snmp.reading.reader import Column, Reader
from homeroom_collector.snmp.reading.tables import etherlike
from homeroom_collector.snmp.reading.text import mac, text, whole
from homeroom_collector.snmp.session import Value

IF_ENTRY = "1.3.6.1.2.1.2.2.1"
IFX_ENTRY = "1.3.6.1.2.1.31.1.1.1"

ADMIN = {1: "up", 2: "down", 3: "testing"}
OPER = {1: "up", 2: "down", 3: "testing", 4: "unknown", 5: "dormant", 6: "notPresent", 7: "lowerLayerDown"}

SATURATED_SPEED = 2**32 - 1
MAX_SPEED_MBPS = 3_200_000
"""Fastest port on sale, doubled. More in ifHighSpeed is a sentinel (FortiGate: 4294901759) or bits per second."""


OCTETS = ((6, 10), (10, 16))
"""ifHCInOctets, ifHCOutOctets in ifXTable; ifInOctets, ifOutOctets in ifTable."""
TROUBLES = (14, 20, 13, 19)
"""ifInErrors, ifOutErrors, ifInDiscards, ifOutDiscards."""

DISCONTINUITY = 19

Counters = dict[tuple[int, int], Column]
"""Counter columns by (bits, column number)."""
Counts = dict[str, int]
Labelled = partial[Any]
"""A port of which everything is known but what moves; called with that, it gives a :data:`_Draft`."""

_Draft = make_dataclass(
    "_Draft", [(f.name, Any, field(default=None)) for f in fields(Interface)], slots=True, kw_only=True
)
"""An Interface in the making: the same slots, not frozen yet, as a frozen one sets each of its fields by a call."""


async def read(reader: Reader) -> list[Interface]:
    """Read all ports, at most PORTS, in the order of their ifIndex."""
    labels = await reader.once("interfaces", lambda: _labels(reader))
    status = await reader.columns("ifTable", IF_ENTRY, (7, 8))
    await _renew_speeds(reader, labels, status[8])
    counters = await _counters(reader)
    return _measured(_all(labels, [*status.values(), *counters.values()]), status, counters)


def _all(labels: dict[str, Labelled], columns: Sequence[Column]) -> dict[str, Labelled]:
    """Join the ports that have labels and those that only count, in order."""
    new = {index for column in columns for index in column.keys() - labels.keys() if index.isdigit()}
    if not new and len(labels) <= PORTS:
        return labels
    found = labels | {index: partial(_Draft, index=int(index)) for index in new}
    return {index: found[index] for index in sorted(found, key=int)[:PORTS]}


async def _renew_speeds(reader: Reader, labels: dict[str, Labelled], oper: Column) -> None:
    """Ask again for the speed of ports that went up or down since the last poll: they negotiate anew."""
    seen: Column | None = reader.memory.parsed.get("ifOperStatus")
    reader.memory.parsed["ifOperStatus"] = oper
    changed = [index for index, state in oper.items() if index in labels and seen and seen.get(index) != state]
    if not changed:
        return
    asked = (f"{IF_ENTRY}.5", f"{IFX_ENTRY}.15")
    answer = await reader.instances("ifTable", [f"{column}.{index}" for index in changed for column in asked])
    for index in changed:
        low, high = (whole(answer.get(f"{column}.{index}")) for column in asked)
        labels[index] = partial(labels[index], speed_bps=speed_bps(low, high))


async def _labels(reader: Reader) -> dict[str, Labelled]:
    low = await reader.columns("ifTable", IF_ENTRY, (2, 3, 4, 5, 6, 9))
    high = await reader.columns("ifXTable", IFX_ENTRY, (1, 15, 18))
    duplex = await etherlike.duplex(reader)
    indexes = {index for column in (*low.values(), *high.values()) for index in column if index.isdigit()}
    return {index: _label(index, low, high, duplex) for index in sorted(indexes, key=int)}


def _label(index: str, low: dict[int, Column], high: dict[int, Column], duplex: dict[str, bool]) -> Labelled:
    description = text(low[2].get(index))
    return partial(
        _Draft,
        index=int(index),
        name=text(high[1].get(index)) or description,
        description=description,
        alias=text(high[18].get(index)),
        type=_within(low[3].get(index), 0, 2**31 - 1),
        mtu=_within(low[4].get(index), -1, 2**31 - 1),
        speed_bps=speed_bps(whole(low[5].get(index)), whole(high[15].get(index))),
        full_duplex=duplex.get(index),
        mac=mac(low[6].get(index)),
        last_change_seconds=_seconds(low[9].get(index)),
    )


def speed_bps(speed: int | None, high_mbps: int | None) -> int | None:
    """Speed of a port from ifSpeed and ifHighSpeed; None where both are 0, absent, saturated or nonsense.

    ifHighSpeed leads, as ifSpeed saturates at 2^32-1; but where both agree to the megabit ifSpeed is more exact.
    """
    if speed is not None and not 0 < speed < SATURATED_SPEED:
        speed = None
    if high_mbps is None or high_mbps <= 0:
        return speed
    if high_mbps > MAX_SPEED_MBPS:
        return speed if speed == high_mbps else None
    if speed is not None and abs(speed - high_mbps * 1_000_000) <= 1_000_000:
        return speed
    return high_mbps * 1_000_000


async def _counters(reader: Reader) -> Counters:
    read: Counters = {}
    for wide, _ in OCTETS:
        read[64, wide] = await reader.column("ifXTable", f"{IFX_ENTRY}.{wide}")
    narrow_wanted = await reader.once("ifInOctets", lambda: _lacks_wide(reader, read))
    for _, narrow in OCTETS:
        read[32, narrow] = await reader.column("ifTable", f"{IF_ENTRY}.{narrow}") if narrow_wanted else {}
    for number in TROUBLES:
        read[32, number] = await reader.column("ifTable", f"{IF_ENTRY}.{number}")
    read[64, DISCONTINUITY] = await _discontinuities(reader)
    return read


async def _lacks_wide(reader: Reader, read: Counters) -> bool:
    """Say whether some port has 32-bit octet counters only; where none has, they are not asked for again."""
    wide = {index for number, _ in OCTETS for index in read[64, number]}
    narrow = [await reader.column("ifTable", f"{IF_ENTRY}.{number}") for _, number in OCTETS]
    return any(index not in wide for column in narrow for index in column)


async def _discontinuities(reader: Reader) -> Column:
    """Read ifCounterDiscontinuityTime, again and again only where some port has had one: most agents never set it."""
    oid = f"{IFX_ENTRY}.{DISCONTINUITY}"
    first = await reader.once("ifCounterDiscontinuityTime", lambda: reader.column("ifXTable", oid))
    return await reader.column("ifXTable", oid) if any(first.values()) else {}


def _measured(labels: dict[str, Labelled], status: dict[int, Column], counters: Counters) -> list[Interface]:
    """Join what is remembered of the ports with what was read now, column by column as this runs at each poll."""
    counts = {key: _counts(column) for key, column in counters.items()}
    columns: tuple[Mapping[str, Any], ...] = (
        _states(status[7], ADMIN), _states(status[8], OPER), counts[64, DISCONTINUITY],
        *(counts[32, number] for number in TROUBLES),
    )  # fmt: skip
    rows = zip(*(map(column.get, labels) for column in columns), strict=True)
    octets = (_octets(index, counts) for index in labels)
    ports = [
        label(
            admin_status=admin,
            oper_status=oper,
            in_octets=received,
            out_octets=sent,
            counter_bits=bits,
            discontinuity_seconds=None if began is None else _seconds(began),
            in_errors=in_errors,
            out_errors=out_errors,
            in_discards=in_discards,
            out_discards=out_discards,
        )
        for label, (admin, oper, began, in_errors, out_errors, in_discards, out_discards), (
            received,
            sent,
            bits,
        ) in zip(labels.values(), rows, octets, strict=True)
    ]
    for port in ports:
        port.__class__ = Interface
    return ports


def _octets(index: str, counters: Mapping[tuple[int, int], Counts]) -> tuple[int | None, int | None, int | None]:
    """Both directions from counters of one width, so that one ``counter_bits`` is true of both."""
    received, sent = counters[64, 6].get(index), counters[64, 10].get(index)
    if received is not None or sent is not None:
        return received, sent, 64
    received, sent = counters[32, 10].get(index), counters[32, 16].get(index)
    return received, sent, None if received is None and sent is None else 32


def _counts(column: Column) -> Counts:
    """Counters of a column by port; what cannot be one is left out."""
    if set(map(type, column.values())) == {int}:  # nearly every agent, so it must cost little
        numbers = cast("Counts", column)
        if min(numbers.values()) >= 0 and max(numbers.values()) < 2**64:
            return numbers
    read = ((index, whole(value)) for index, value in column.items())
    return {index: number for index, number in read if number is not None and 0 <= number < 2**64}


def _states(column: Column, names: Mapping[int, str]) -> dict[str, str | None]:
    return {index: names.get(value if type(value) is int else whole(value) or 0) for index, value in column.items()}


def _within(value: Value | None, low: int, high: int) -> int | None:
    number = whole(value)
    return number if number is not None and low <= number <= high else None


def _seconds(value: Value | None) -> float | None:
    ticks = _within(value, 0, 2**32 - 1)
    return None if ticks is None else ticks / 100
