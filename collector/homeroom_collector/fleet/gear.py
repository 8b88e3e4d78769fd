"""Metrics of network gear, each with the fact of the poll it is read from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from homeroom_agent.report import Report
from homeroom_agent.report.network import Interface, Sensor
from homeroom_collector.fleet.families import Column, Number, Table, counter, gauge
from homeroom_collector.fleet.labels import Key, distinct
from homeroom_collector.fleet.traffic import INTERFACE_LOAD

Facts = Sequence[Any] | None


def _one(section: str) -> Callable[[Report], Facts]:
    """Reader of one object of the network section, None where the poll did not bring it."""

    def facts(report: Report) -> Facts:
        value = getattr(report.network, section, None)
        return None if value is None else (value,)

    return facts


def _many(section: str) -> Callable[[Report], Facts]:
    """Reader of one list of the network section, None where the poll did not bring it."""
    return lambda report: getattr(report.network, section, None)


def _supplies(report: Report) -> Facts:
    printer = report.network.printer if report.network else None
    return None if printer is None else printer.supplies


def _ports(facts: Sequence[Interface]) -> tuple[Key, ...]:
    """Interfaces by ifName, falling back on ifDescr; where two share one, those get their ifIndex."""
    return distinct([p.name or p.description or str(p.index) for p in facts], [p.index for p in facts])


def _described(facts: Sequence[Any]) -> tuple[Key, ...]:
    """Rows by description; where two share one, those get their row index."""
    return distinct([fact.description or fact.index for fact in facts], [fact.index for fact in facts])


def _groups(facts: Sequence[Any]) -> tuple[Key, ...]:
    return distinct([fact.index for fact in facts], range(len(facts)))


def _is_up(port: Interface) -> Number:
    """RFC 2863 ifOperStatus; ``unknown`` and absent stay unknown."""
    return None if port.oper_status in (None, "unknown") else port.oper_status == "up"


def _bytes_per_second(port: Interface) -> Number:
    return None if port.speed_bps is None else port.speed_bps / 8


def _named_sensors(report: Report) -> list[tuple[str, Sensor]] | None:
    """Sensors with names that differ across all of them, so that a sensor has one name in every family."""
    sensors = report.network.sensors if report.network else None
    return None if sensors is None else list(zip(map(str, _described(sensors)), sensors, strict=True))


def _in(unit: str) -> Callable[[Report], Facts]:
    """Sensors that measure in ``unit``."""

    def facts(report: Report) -> Facts:
        named = _named_sensors(report)
        return None if named is None else [item for item in named if item[1].unit == unit]

    return facts


def _measured(unit: str, what: str) -> Table:
    column = Column(gauge(f"sensor_{unit}", what), lambda named: named[1].value)
    return Table(
        name=f"sensor_{unit}",
        facts=_in(unit),
        labels=("sensor",),
        keys=lambda facts: tuple(name for name, _ in facts),
        columns=(column,),
    )


def _port_counter(name: str, text: str, attribute: str) -> Column:
    return Column(counter(f"interface_{name}", text), attribute)


_SYSTEM = Table(
    name="target_system",
    facts=_one("system"),
    columns=(
        Column(gauge("target_uptime_seconds", "Time since the device started."), "uptime_seconds"),
        Column(counter("target_restarts", "Restarts seen since the poller started."), "restarts_total"),
    ),
)

_POLL = Table(
    name="target_poll",
    facts=_one("poll"),
    columns=(Column(gauge("target_poll_duration_seconds", "Time the poll took."), "duration_seconds"),),
)

INTERFACES = Table(
    name="interface",
    facts=_many("interfaces"),
    labels=("interface",),
    keys=_ports,
    columns=(
        Column(gauge("interface_up", "1 if the port's operational status is up, 0 if it is anything else."), _is_up),
        Column(gauge("interface_speed_bytes", "Speed of the port in bytes per second."), _bytes_per_second),
        _port_counter("receive_bytes", "Bytes received.", "in_octets"),
        _port_counter("transmit_bytes", "Bytes sent.", "out_octets"),
        _port_counter("receive_errors", "Packets received in error.", "in_errors"),
        _port_counter("transmit_errors", "Packets that could not be sent for errors.", "out_errors"),
        _port_counter("receive_discards", "Good packets discarded on receipt.", "in_discards"),
        _port_counter("transmit_discards", "Good packets discarded before sending.", "out_discards"),
    ),
)

_PROCESSORS = Table(
    name="processor",
    facts=_many("processors"),
    labels=("processor",),
    keys=_described,
    columns=(Column(gauge("target_cpu_usage_ratio", "Share of processor time in use."), "usage_ratio"),),
)

_POOLS = Table(
    name="pool",
    facts=_many("memory"),
    labels=("pool",),
    keys=_described,
    columns=(Column(gauge("target_memory_usage_ratio", "Share of memory in use."), "usage_ratio"),),
)

_STORAGE = Table(
    name="storage",
    facts=_many("storage"),
    labels=("storage",),
    keys=_described,
    columns=(
        Column(gauge("target_storage_usage_ratio", "Share of storage in use."), "usage_ratio"),
        Column(gauge("target_storage_size_bytes", "Size of the storage area."), "total_bytes"),
    ),
)

_STATUS = Table(
    name="sensor_status",
    facts=_named_sensors,
    labels=("sensor", "status"),
    keys=lambda facts: tuple((name, sensor.status) for name, sensor in facts),
    columns=(Column(gauge("sensor_status", "1 for the status that the sensor is in."), lambda _: 1.0),),
)

_UPS = Table(
    name="ups",
    facts=_one("ups"),
    columns=(
        Column(gauge("ups_battery_charge_ratio", "Charge of the UPS."), "battery_charge_ratio"),
        Column(gauge("ups_battery_runtime_seconds", "Time left on battery."), "battery_runtime_seconds"),
        Column(gauge("ups_output_load_ratio", "Load; overload passes 1."), "output_load_ratio"),
        Column(gauge("ups_input_volts", "Mains voltage."), "input_volts"),
        Column(gauge("ups_on_battery", "1 while the UPS runs on battery."), "on_battery"),
        Column(gauge("ups_replace_battery", "1 if the UPS asks for a new battery."), "replace_battery"),
    ),
)

_PRINTER = Table(
    name="printer",
    facts=_one("printer"),
    columns=(Column(counter("printer_pages", "Pages printed in its life."), "page_count_total"),),
)

_SUPPLIES = Table(
    name="supply",
    facts=_supplies,
    labels=("supply",),
    keys=_described,
    columns=(
        Column(
            gauge("printer_supply_level_ratio", "Share left; for a waste container the room left."),
            "level_ratio",
        ),
    ),
)

_POE = Table(
    name="poe",
    facts=_many("poe"),
    labels=("group",),
    keys=_groups,
    columns=(
        Column(gauge("poe_budget_watts", "Power over Ethernet that the group can give."), "budget_watts"),
        Column(gauge("poe_used_watts", "Power over Ethernet that the group gives."), "used_watts"),
    ),
)

_WIRELESS = Table(
    name="wireless",
    facts=_one("wireless"),
    columns=(
        Column(gauge("wireless_clients", "Wi-Fi clients associated."), "clients"),
        Column(gauge("wireless_access_points", "Access points joined."), "access_points"),
    ),
)

GEAR_TABLES: tuple[Table, ...] = (
    _SYSTEM,
    _POLL,
    INTERFACES,
    INTERFACE_LOAD,
    _PROCESSORS,
    _POOLS,
    _STORAGE,
    _measured("celsius", "Temperature."),
    _measured("volts", "Voltage."),
    _measured("amperes", "Current."),
    _measured("watts", "Power."),
    _measured("rpm", "Fan speed."),
    _measured("ratio", "A share: humidity, load, charge."),
    _measured("hertz", "Frequency."),
    _measured("seconds", "A time the sensor gives."),
    _measured("dbm", "Signal strength."),
    _STATUS,
    _UPS,
    _PRINTER,
    _SUPPLIES,
    _POE,
    _WIRELESS,
)
