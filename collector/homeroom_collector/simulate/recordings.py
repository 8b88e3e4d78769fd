"""SNMP recordings of the pretended gear, in snmpsim's format, written for this project from the RFCs.

A line is ``OID|TAG|VALUE``; tags are ASN.1 tag numbers (2 INTEGER, 4 OCTET STRING, 6 OBJECT IDENTIFIER, 65 Counter32,
66 Gauge32, 67 TimeTicks, 70 Counter64), ``4x`` is an octet string in hexadecimal. A tag followed by ``:numeric`` makes
snmpsim move the value with time.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path

from homeroom_collector.simulate.district import District, Gear

# 1.3.6.1.4.1.99999 is nobody's enterprise number: no profile claims it.
_ENTERPRISE = "1.3.6.1.4.1.99999"
_SYSTEM = "1.3.6.1.2.1.1"
_IF = "1.3.6.1.2.1.2.2.1"
_IFX = "1.3.6.1.2.1.31.1.1.1"
_UPS = "1.3.6.1.2.1.33.1"
_PRINTER = "1.3.6.1.2.1.43"
_GIGABIT = 1_000_000_000

Line = tuple[str, str, str]


def write(district: District, folder: Path) -> None:
    """Write one recording per device into ``folder``; its name is the community that reads it."""
    folder.mkdir(parents=True, exist_ok=True)
    for gear in district.gear:
        lines = sorted(_lines(gear), key=lambda line: [int(part) for part in line[0].split(".")])
        text = "".join(f"{oid}|{tag}|{value}\n" for oid, tag, value in lines)
        (folder / f"{gear.name}.snmprec").write_text(text, encoding="utf-8")


def _lines(gear: Gear) -> Iterator[Line]:
    yield from _system(gear)
    if gear.kind == "switch":
        yield from _ports(gear)
    elif gear.kind == "ups":
        yield from _ups()
    else:
        yield from _printer()


def _system(gear: Gear) -> Iterator[Line]:
    models = {
        "switch": f"Northfield AccessSwitch {gear.ports}",
        "ups": "Harbor UPS 1500",
        "printer": "Harbor Laser 400",
    }
    yield f"{_SYSTEM}.1.0", "4", f"{models[gear.kind]}, software 4.2.1"
    yield f"{_SYSTEM}.2.0", "6", f"{_ENTERPRISE}.{('switch', 'ups', 'printer').index(gear.kind) + 1}"
    yield f"{_SYSTEM}.3.0", "67:numeric", f"rate=100,initial={_spread(gear.name, 10**8)},cumulative=1"
    yield f"{_SYSTEM}.4.0", "4", "help desk"
    yield f"{_SYSTEM}.5.0", "4", gear.name
    yield f"{_SYSTEM}.6.0", "4", f"{gear.school_id} wiring closet"


def _ports(gear: Gear) -> Iterator[Line]:
    yield "1.3.6.1.2.1.2.1.0", "2", str(gear.ports)
    for port in range(1, gear.ports + 1):
        yield from _port(gear, port)


def _port(gear: Gear, port: int) -> Iterator[Line]:
    uplink = port == gear.ports
    up = uplink or _spread(f"{gear.name}/{port}", 10) < 7
    speed = 10 * _GIGABIT if uplink else _GIGABIT
    yield f"{_IF}.1.{port}", "2", str(port)
    yield f"{_IF}.2.{port}", "4", f"Port {port}"
    yield f"{_IF}.3.{port}", "2", "6"
    yield f"{_IF}.4.{port}", "2", "1500"
    yield f"{_IF}.5.{port}", "66", str(min(speed, 2**32 - 1))
    yield f"{_IF}.6.{port}", "4x", f"02{zlib.crc32(gear.name.encode()):08x}{port:02x}"
    yield f"{_IF}.7.{port}", "2", "1"
    yield f"{_IF}.8.{port}", "2", "1" if up else "2"
    yield f"{_IF}.9.{port}", "67", "0"
    for column in (13, 14, 19, 20):
        yield f"{_IF}.{column}.{port}", "65", str(_spread(f"{gear.name}/{port}/{column}", 4) if up else 0)
    yield f"{_IFX}.1.{port}", "4", f"1/{port}"
    for column in (6, 10):
        yield _octets(gear, port, column, up=up, rate=speed // 200)
    yield f"{_IFX}.15.{port}", "66", str(speed // 1_000_000)
    yield f"{_IFX}.18.{port}", "4", f"uplink to {gear.uplink or 'WAN'}" if uplink else f"Room {100 + port}"


def _octets(gear: Gear, port: int, column: int, *, up: bool, rate: int) -> Line:
    oid, start = f"{_IFX}.{column}.{port}", _spread(f"{gear.name}/{port}/{column}", 10**12)
    if not up:
        return oid, "70", str(start)
    moving = rate * (1 + _spread(f"{port}/{column}", 100)) // 100
    return oid, "70:numeric", f"rate={moving},initial={start},cumulative=1,wrap=1"


def _ups() -> Iterator[Line]:
    """UPS-MIB (RFC 1628): on mains, charged, a quarter loaded."""
    scalars = {
        "1.1.0": ("4", "Harbor"), "1.2.0": ("4", "UPS 1500"), "1.3.0": ("4", "4.2"), "2.1.0": ("2", "2"),
        "2.2.0": ("2", "0"), "2.3.0": ("2", "42"), "2.4.0": ("2", "100"), "2.5.0": ("2", "272"), "2.7.0": ("2", "24"),
        "3.2.0": ("2", "1"), "3.3.1.2.1": ("2", "600"), "3.3.1.3.1": ("2", "121"), "4.1.0": ("2", "3"),
        "4.2.0": ("2", "600"), "4.3.0": ("2", "1"), "4.4.1.2.1": ("2", "120"), "4.4.1.3.1": ("2", "31"),
        "4.4.1.4.1": ("2", "372"), "4.4.1.5.1": ("2", "25"), "6.1.0": ("66", "0"),
    }  # fmt: skip
    for suffix, (tag, value) in scalars.items():
        yield f"{_UPS}.{suffix}", tag, value


def _printer() -> Iterator[Line]:
    """Printer-MIB (RFC 3805) and hrPrinterTable (RFC 2790): idle, toner low, waste nearly empty."""
    yield "1.3.6.1.2.1.25.3.2.1.2.1", "6", "1.3.6.1.2.1.25.3.1.5"
    yield "1.3.6.1.2.1.25.3.2.1.3.1", "4", "Harbor Laser 400"
    yield "1.3.6.1.2.1.25.3.5.1.1.1", "2", "3"
    yield "1.3.6.1.2.1.25.3.5.1.2.1", "4x", "2000"
    yield f"{_PRINTER}.5.1.1.17.1", "4", "HL400-0017"
    yield f"{_PRINTER}.10.2.1.4.1.1", "65:numeric", "rate=0.02,initial=48213,cumulative=1"
    supplies = (("Black Toner", 3, 3, 9000, 1200), ("Drum", 9, 3, 30000, 21000), ("Waste Toner Box", 4, 4, 100, 10))
    for row, (name, kind, supply_class, capacity, level) in enumerate(supplies, start=1):
        columns = (("4", "2", str(supply_class)), ("5", "2", str(kind)), ("6", "4", name), ("7", "2", "19"))
        for column, tag, value in (*columns, ("8", "2", str(capacity)), ("9", "2", str(level))):
            yield f"{_PRINTER}.11.1.1.{column}.1.{row}", tag, value
    yield f"{_PRINTER}.8.2.1.9.1.1", "2", "500"
    yield f"{_PRINTER}.8.2.1.10.1.1", "2", "210"
    yield f"{_PRINTER}.8.2.1.13.1.1", "4", "Tray 1"


def _spread(text: str, below: int) -> int:
    """A number under ``below`` that always goes with ``text``."""
    return zlib.crc32(text.encode()) % below
