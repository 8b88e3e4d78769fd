"""What pretended gear answers to SNMP, as tables: rows are fixed by the kind of device, values follow from its state.

SNMPv2-MIB, IF-MIB, LLDP-MIB, ENTITY-MIB with its sensors, BRIDGE-MIB's ports, POWER-ETHERNET-MIB, HOST-RESOURCES-MIB,
UPS-MIB and Printer-MIB, as far as a poller asks for them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from homeroom_collector.simulate import ber
from homeroom_collector.simulate import gear_words as words
from homeroom_collector.simulate.ber import Oid, counter32, counter64, gauge, integer, octets, ticks
from homeroom_collector.simulate.district import Gear, GearKind
from homeroom_collector.simulate.network import POE_BUDGET_WATTS, GearState, Network, Port

Values = Callable[[GearState], Sequence[bytes]]
_SYSTEM = (1, 3, 6, 1, 2, 1, 1)
_IF, _IFX = (1, 3, 6, 1, 2, 1, 2, 2, 1), (1, 3, 6, 1, 2, 1, 31, 1, 1, 1)
_BASE_PORT = (1, 3, 6, 1, 2, 1, 17, 1, 4, 1)
_LLDP_LOCAL, _LLDP_REMOTE = (1, 0, 8802, 1, 1, 2, 1, 3, 7, 1), (1, 0, 8802, 1, 1, 2, 1, 4, 1, 1)
_ENTITY, _SENSOR = (1, 3, 6, 1, 2, 1, 47, 1, 1, 1, 1), (1, 3, 6, 1, 2, 1, 99, 1, 1, 1)
_POE, _PROCESSOR = (1, 3, 6, 1, 2, 1, 105, 1, 3, 1, 1), (1, 3, 6, 1, 2, 1, 25, 3, 3, 1)
_HOST, _UPS, _PRINTER = (1, 3, 6, 1, 2, 1, 25, 3), (1, 3, 6, 1, 2, 1, 33, 1), (1, 3, 6, 1, 2, 1, 43)
_PRINTER_DEVICE: Oid = (1, 3, 6, 1, 2, 1, 25, 3, 1, 5)
_ALARM_BATTERY_BAD: Oid = (*_UPS, 6, 3, 1)
_CAPABILITIES: dict[GearKind, bytes] = {
    "switch": b"\x20\x00", "router": b"\x08\x00", "access_point": b"\x10\x00",
}  # fmt: skip
_MOST_SHAPES = 4_096


@dataclass(frozen=True, slots=True)
class Table:
    """``columns`` by their OID below ``prefix``; each gives one encoded value for each of ``rows``."""

    prefix: Oid
    rows: tuple[Oid, ...]
    columns: dict[Oid, Values]


@dataclass(frozen=True, slots=True)
class _Shape:
    """The names that a device answers to, in order, encoded and where to find the value of each."""

    names: list[Oid]
    encoded: list[bytes]
    cells: list[tuple[int, Oid, int]]


@dataclass(slots=True)
class View:
    """One device at one instant. Columns are worked out when the first of their cells is asked for."""

    state: GearState
    tables: list[Table]
    shape: _Shape
    _known: dict[tuple[int, Oid], Sequence[bytes]] = field(default_factory=dict)

    def after(self, name: Oid) -> int:
        """Place of the first cell past a name."""
        return bisect_right(self.shape.names, name)

    def place(self, name: Oid) -> int | None:
        """Place of a cell; None where there is none of that name."""
        place = bisect_right(self.shape.names, name) - 1
        return place if place >= 0 and self.shape.names[place] == name else None

    def binding(self, place: int) -> bytes:
        """Name and value of the cell at a place."""
        table, column, row = self.shape.cells[place]
        values = self._known.get((table, column))
        if values is None:
            values = self._known[table, column] = self.tables[table].columns[column](self.state)
        return ber.binding(self.shape.encoded[place], values[row])


class Mib:
    """Views of all gear of a district."""

    def __init__(self, network: Network) -> None:
        self._network = network
        # Thousands of devices have few shapes: those that feed as many devices look alike.
        self._shapes = lru_cache(maxsize=_MOST_SHAPES)(_shape)

    def view(self, name: str, at: float) -> View:
        """One device at one instant, as it answers where it is reached."""
        state = self._network.state(name, at)
        tables = list(_tables(self._network, state))
        return View(state, tables, self._shapes(tuple((t.prefix, tuple(t.columns), t.rows) for t in tables)))


def _shape(tables: tuple[tuple[Oid, tuple[Oid, ...], tuple[Oid, ...]], ...]) -> _Shape:
    found = sorted(
        (((*prefix, *column, *row), (number, column, place)))
        for number, (prefix, columns, rows) in enumerate(tables)
        for column in columns
        for place, row in enumerate(rows)
    )
    names = [name for name, _ in found]
    return _Shape(names, [ber.object_id(name) for name in names], [cell for _, cell in found])


def _tables(network: Network, state: GearState) -> Iterator[Table]:
    gear = state.gear
    yield _scalars(_SYSTEM, _system)
    if state.ports:
        yield from _interfaces(state)
        yield from _neighbors(network, state)
    yield Table(_ENTITY, ((1,), (2,)), _columns({2: _described, 4: _contained, 5: _class, 7: _described, 10: _software,
                                                11: _serial, 12: _maker, 13: _model}))  # fmt: skip
    if gear.kind == "ups":
        yield from _ups(state)
    elif gear.kind == "printer":
        yield from _printer()
    else:
        yield from _electronics(gear)


def _columns(columns: dict[int, Values]) -> dict[Oid, Values]:
    return {(number,): values for number, values in columns.items()}


def _scalars(prefix: Oid, values: Callable[[GearState], dict[Oid, bytes]], names: Sequence[Oid] = ()) -> Table:
    """A group of scalars as a table with a row for each column."""

    def of(name: Oid) -> Values:
        return lambda state: (values(state)[name],)

    return Table(prefix, ((0,),), {name: of(name) for name in names or _SYSTEM_NAMES})


_SYSTEM_NAMES: tuple[Oid, ...] = ((1,), (2,), (3,), (4,), (5,), (6,))


def _system(state: GearState) -> dict[Oid, bytes]:
    gear = state.gear
    return {
        (1,): octets(words.description(gear)),
        (2,): ber.object_id(words.object_id(gear)),
        (3,): ticks(state.uptime_seconds),
        (4,): octets("help desk"),
        (5,): octets(gear.name),
        (6,): octets(words.location(gear)),
    }


def _each(value: Callable[[Port], bytes]) -> Values:
    return lambda state: [value(port) for port in state.ports]


def _interfaces(state: GearState) -> Iterator[Table]:
    gear = state.gear
    rows = tuple((port.number,) for port in state.ports)
    nothing = _each(lambda _port: counter32(0))
    yield Table(
        _IF,
        rows,
        _columns({
            1: _each(lambda port: integer(port.number)),
            2: _each(lambda port: octets(f"Port {port.number}")),
            3: lambda now: [integer(words.port_type(now, port)) for port in now.ports],
            4: _each(lambda _port: integer(1500)),
            5: _each(lambda port: gauge(port.speed_bps)),
            6: _each(lambda port: octets(words.mac(gear, port.number))),
            7: _each(lambda _port: integer(1)),
            8: _each(lambda port: integer(1 if port.up else 2)),
            9: _each(lambda _port: ticks(0)),
            13: nothing,
            14: _each(lambda port: counter32(port.in_errors)),
            19: nothing,
            20: nothing,
        }),
    )  # fmt: skip
    yield Table(
        _IFX,
        rows,
        _columns({
            1: _each(lambda port: octets(words.port_name(port))),
            6: _each(lambda port: counter64(port.in_octets)),
            10: _each(lambda port: counter64(port.out_octets)),
            15: _each(lambda port: gauge(port.speed_bps // 1_000_000)),
            18: _each(lambda port: octets(port.alias)),
        }),
    )  # fmt: skip
    if gear.kind in ("switch", "router"):
        yield Table(_BASE_PORT, rows, _columns({2: _each(lambda port: integer(port.number))}))


def _neighbors(network: Network, state: GearState) -> Iterator[Table]:
    rows = tuple((port.number,) for port in state.ports)
    local = {2: _each(lambda _port: integer(5)), 3: _each(lambda port: octets(words.port_name(port)))}
    yield Table(_LLDP_LOCAL, rows, _columns({**local, 4: _each(lambda port: octets(f"Port {port.number}"))}))
    linked = [port for port in state.ports if port.peer in network.gear]
    speaking = [port for port in linked if network.gear[port.peer or ""].kind in _CAPABILITIES]

    def of(value: Callable[[Port, Gear], bytes]) -> Values:
        return lambda _state: [value(port, network.gear[port.peer or ""]) for port in speaking]

    yield Table(
        _LLDP_REMOTE,
        tuple((0, port.number, 1) for port in speaking),
        _columns({
            4: of(lambda _port, _far: integer(4)),
            5: of(lambda _port, far: octets(words.mac(far, 0))),
            6: of(lambda _port, _far: integer(5)),
            7: of(lambda port, _far: octets(f"1/{network.far_port(state.gear, port)}")),
            8: of(lambda port, _far: octets(f"Port {network.far_port(state.gear, port)}")),
            9: of(lambda _port, far: octets(far.name)),
            10: of(lambda _port, far: octets(words.description(far))),
            12: of(lambda _port, far: octets(_CAPABILITIES[far.kind])),
        }),
    )  # fmt: skip


def _described(_state: GearState) -> Sequence[bytes]:
    return octets("Chassis"), octets("Board")


def _contained(_state: GearState) -> Sequence[bytes]:
    return integer(0), integer(1)


def _class(_state: GearState) -> Sequence[bytes]:
    return integer(3), integer(8)


def _software(_state: GearState) -> Sequence[bytes]:
    return octets(words.VERSION), octets("")


def _serial(state: GearState) -> Sequence[bytes]:
    return octets(words.serial(state.gear)), octets("")


def _maker(state: GearState) -> Sequence[bytes]:
    return octets(words.maker(state.gear)), octets("")


def _model(state: GearState) -> Sequence[bytes]:
    return octets(words.model(state.gear)), octets("")


def _electronics(gear: Gear) -> Iterator[Table]:
    """Temperature of the board, load of the processor, and the power that a switch gives."""
    constant = {1: 8, 2: 9, 3: 1, 5: 1}
    values: dict[int, Values] = {column: _whole(value) for column, value in constant.items()}
    yield Table(_SENSOR, ((2,),), _columns({**values, 4: lambda state: (integer(round(state.celsius * 10)),)}))
    yield Table(_PROCESSOR, ((1,),), _columns({2: lambda state: (integer(round(state.cpu_usage_ratio * 100)),)}))
    if gear.kind == "switch":
        budget: dict[int, Values] = {2: lambda _state: (gauge(POE_BUDGET_WATTS),), 3: _whole(1)}
        yield Table(_POE, ((1,),), _columns({**budget, 4: lambda state: (gauge(state.poe_used_watts),)}))


def _whole(value: int) -> Values:
    return lambda _state: (integer(value),)


def _ups(state: GearState) -> Iterator[Table]:
    yield _scalars(_UPS, _ups_values, sorted(_ups_values(state)))
    yield Table((*_UPS, 3, 3, 1), ((1,),), _columns({2: _whole(600), 3: _whole(0 if state.on_battery else 121)}))
    output: dict[int, Values] = {2: _whole(120), 3: _whole(31), 4: _whole(372), 5: _whole(25)}
    yield Table((*_UPS, 4, 4, 1), ((1,),), _columns(output))
    if state.replace_battery:
        alarm = _columns({2: lambda _state: (ber.object_id(_ALARM_BATTERY_BAD),)})
        yield Table((*_UPS, 6, 2, 1), ((1,),), alarm)


def _ups_values(state: GearState) -> dict[Oid, bytes]:
    """Scalars of UPS-MIB (RFC 1628)."""
    low = state.on_battery and state.battery_charge_ratio < 0.2
    return {
        (1, 1): octets(words.maker(state.gear)),
        (1, 2): octets(words.model(state.gear)),
        (1, 3): octets(words.VERSION),
        (2, 1): integer(3 if low else 2),
        (2, 2): integer(60 if state.on_battery else 0),
        (2, 3): integer(int(state.battery_runtime_seconds // 60)),
        (2, 4): integer(round(state.battery_charge_ratio * 100)),
        (2, 5): integer(272),
        (2, 7): integer(24),
        (3, 2): integer(1),
        (4, 1): integer(5 if state.on_battery else 3),
        (4, 2): integer(600),
        (4, 3): integer(1),
        (6, 1): gauge(1 if state.replace_battery else 0),
    }


def _printer() -> Iterator[Table]:
    """Printer-MIB (RFC 3805) and hrPrinterTable (RFC 2790)."""
    device: dict[int, Values] = {
        2: lambda _state: (ber.object_id(_PRINTER_DEVICE),),
        3: lambda state: (octets(f"{words.maker(state.gear)} {words.model(state.gear)}"),),
    }
    yield Table((*_HOST, 2, 1), ((1,),), _columns(device))
    errors: dict[int, Values] = {
        1: _whole(3),
        2: lambda state: (octets(b"\x10\x00" if state.toner_ratio == 0 else b"\x00\x00"),),
    }
    yield Table((*_HOST, 5, 1), ((1,),), _columns(errors))
    general: dict[int, Values] = {17: lambda state: (octets(words.serial(state.gear)),)}
    yield Table((*_PRINTER, 5, 1, 1), ((1,),), _columns(general))
    yield Table((*_PRINTER, 10, 2, 1), ((1, 1),), _columns({4: lambda state: (counter32(state.pages_total),)}))
    supply: dict[int, Values] = {
        4: _whole(3), 5: _whole(3), 6: lambda _state: (octets("Black Toner"),), 7: _whole(19), 8: _whole(10_000),
        9: lambda state: (integer(round(state.toner_ratio * 10_000)),),
    }  # fmt: skip
    yield Table((*_PRINTER, 11, 1, 1), ((1, 1),), _columns(supply))
