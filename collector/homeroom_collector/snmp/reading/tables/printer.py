"""Supplies, trays and pages: Printer-MIB (RFC 3805) and the printer's troubles from HOST-RESOURCES-MIB (RFC 2790).

Levels below zero are words, not numbers: -1 no limit, -2 unknown, -3 something is left. A receptacle (waste toner)
already gives the room that is left in it, as RFC 3805 says of prtMarkerSuppliesLevel, so all levels read alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from homeroom_agent.report.network import GearIdentity, Printer, Sensor, Supply, Tray
from homeroom_collector.snmp.reading.reader import Column, Reader
from homeroom_collector.snmp.reading.tables.numbers import counter, share
from homeroom_collector.snmp.reading.tables.readings import reading, state
from homeroom_collector.snmp.reading.text import text, whole
from homeroom_collector.snmp.session import Value

SUPPLIES_ENTRY = "1.3.6.1.2.1.43.11.1.1"
SUPPLY_TYPE, SUPPLY_DESCRIPTION, SUPPLY_CAPACITY, SUPPLY_LEVEL = 5, 6, 8, 9
INPUT_ENTRY = "1.3.6.1.2.1.43.8.2.1"
TRAY_CAPACITY, TRAY_LEVEL, TRAY_NAME, TRAY_DESCRIPTION = 9, 10, 13, 18
LIFE_COUNT = "1.3.6.1.2.1.43.10.2.1.4"
COUNTER_UNIT = "1.3.6.1.2.1.43.10.2.1.3"
SERIAL = "1.3.6.1.2.1.43.5.1.1.17"
DEVICE_DESCRIPTION = "1.3.6.1.2.1.25.3.2.1.3"
DEVICE_STATUS = "1.3.6.1.2.1.25.3.2.1.5"
ERROR_STATE = "1.3.6.1.2.1.25.3.5.1.2"

_MAX_SUPPLIES, _MAX_TRAYS, _MAX_ENGINES = 256, 64, 8
_PAGES = {7, 8}
"""PrtMarkerCounterUnitTC: impressions, sheets."""

NOTES = {-1: "unlimited", -2: "unknown", -3: "some_remaining"}

KINDS = (
    "", "other", "unknown", "toner", "waste_toner", "ink", "ink_cartridge", "ink_ribbon", "waste_ink", "drum",
    "developer", "fuser_oil", "solid_ink", "ribbon_wax", "waste_wax", "fuser", "corona_wire", "fuser_oil_wick",
    "cleaner", "fuser_cleaning_pad", "transfer_unit", "toner_cartridge", "fuser_oiler", "water", "waste_water",
    "glue", "waste_paper", "binding_supply", "banding_supply", "stitching_wire", "shrink_wrap", "paper_wrap",
    "staples", "inserts", "covers",
)  # fmt: skip
"""PrtMarkerSuppliesTypeTC, 1 to 34; opc is the photo conductor, which everyone calls the drum."""

ERRORS = (
    "low_paper", "no_paper", "low_toner", "no_toner", "door_open", "jammed", "offline", "service_requested",
    "input_tray_missing", "output_tray_missing", "marker_supply_missing", "output_near_full", "output_full",
    "input_tray_empty", "overdue_preventive_maintenance",
)  # fmt: skip
"""hrPrinterDetectedErrorState, bit by bit; bit 0 is the highest of the first octet."""
_CRITICAL = frozenset({"no_paper", "no_toner", "door_open", "jammed", "offline", "service_requested"})

DEVICE_STATES = {2: "ok", 3: "warning", 4: "warning", 5: "critical"}
"""hrDeviceStatus: running, warning, testing, down. 1 is unknown."""


@dataclass(frozen=True, slots=True)
class Holder:
    """One supply or tray: what does not change while it is not replaced."""

    description: str | None
    kind: str | None
    capacity: int | None


NOTHING: tuple[Printer | None, Sequence[Sensor]] = (None, ())


async def read(reader: Reader) -> tuple[Printer | None, Sequence[Sensor]]:
    """Read the printer, and its state as sensors; None and nothing where there is no Printer-MIB."""
    pages = await _pages(reader)
    supplies = await reader.once("prtMarkerSuppliesTable", lambda: _supplies(reader))
    if not supplies and pages is None:
        return NOTHING
    trays = await reader.once("prtInputTable", lambda: _trays(reader))
    levels = await reader.column("prtMarkerSuppliesTable", f"{SUPPLIES_ENTRY}.{SUPPLY_LEVEL}") if supplies else {}
    sheets = await reader.column("prtInputTable", f"{INPUT_ENTRY}.{TRAY_LEVEL}") if trays else {}
    states, errors = await _states(reader)
    printer = Printer(
        page_count_total=pages,
        supplies=[_supply(index, holder, levels.get(index)) for index, holder in supplies.items()][:_MAX_SUPPLIES],
        trays=[_tray(index, holder, sheets.get(index)) for index, holder in trays.items()][:_MAX_TRAYS],
        errors=errors,
    )
    return printer, states


async def identity(reader: Reader) -> GearIdentity:
    """Read what a printer says of itself: model from hrDeviceDescr, serial number from prtGeneralTable."""
    serials = await reader.column("prtGeneralTable", SERIAL)
    described = await reader.scalars("hrDeviceTable", [f"{DEVICE_DESCRIPTION}.1"])
    serial = next((found for value in serials.values() if (found := text(value, limit=120))), None)
    return GearIdentity(kind="printer", model=text(next(iter(described.values()), None), limit=200), serial=serial)


async def _supplies(reader: Reader) -> dict[str, Holder]:
    asked = (SUPPLY_TYPE, SUPPLY_DESCRIPTION, SUPPLY_CAPACITY)
    columns = await reader.columns("prtMarkerSuppliesTable", SUPPLIES_ENTRY, asked)
    return {
        index: Holder(
            text(columns[SUPPLY_DESCRIPTION].get(index)),
            _kind(columns[SUPPLY_TYPE].get(index)),
            whole(columns[SUPPLY_CAPACITY].get(index)),
        )
        for index in _indexes(columns)
    }


def _indexes(columns: dict[int, Column]) -> list[str]:
    """Every row any column names, in the device's order."""
    return list(dict.fromkeys(index for column in columns.values() for index in column))


def _kind(value: Value | None) -> str | None:
    number = whole(value)
    return KINDS[number] or None if number is not None and 0 < number < len(KINDS) else None


async def _trays(reader: Reader) -> dict[str, Holder]:
    asked = (TRAY_CAPACITY, TRAY_NAME, TRAY_DESCRIPTION)
    columns = await reader.columns("prtInputTable", INPUT_ENTRY, asked)
    return {
        index: Holder(
            text(columns[TRAY_NAME].get(index)) or text(columns[TRAY_DESCRIPTION].get(index)),
            None,
            whole(columns[TRAY_CAPACITY].get(index)),
        )
        for index in _indexes(columns)
    }


async def _pages(reader: Reader) -> int | None:
    """Pages in the printer's life: the busiest marker that counts impressions or sheets."""
    counts = await reader.column("prtMarkerTable", LIFE_COUNT)
    if not counts:
        return None
    units = await reader.once("prtMarkerTable", lambda: reader.column("prtMarkerTable", COUNTER_UNIT))
    pages = [counter(count) for index, count in counts.items() if units.get(index) is None or units[index] in _PAGES]
    return max((page for page in pages if page is not None), default=None)


def _supply(index: str, holder: Holder, level: Value | None) -> Supply:
    ratio, note = level_of(whole(level), holder.capacity)
    return Supply(
        index=index[:64], description=holder.description, kind=holder.kind, level_ratio=ratio, level_note=note
    )


def _tray(index: str, holder: Holder, level: Value | None) -> Tray:
    ratio, note = level_of(whole(level), holder.capacity)
    return Tray(
        index=index[:64],
        description=holder.description,
        level_ratio=ratio,
        level_note="empty" if level == 0 else note,
    )


def level_of(level: int | None, capacity: int | None) -> tuple[float | None, str | None]:
    """Share left, and a note where the printer gives a word instead of a number."""
    if level is None:
        return None, None
    if level < 0:
        return None, NOTES.get(level, "unknown")
    ratio = share(level, capacity)
    return ratio, None if ratio is not None else "unknown"


async def _states(reader: Reader) -> tuple[list[Sensor], list[str] | None]:
    bits = await reader.column("hrPrinterTable", ERROR_STATE)
    devices = list(bits)[:_MAX_ENGINES] or ["1"]
    statuses = await reader.scalars("hrDeviceTable", [f"{DEVICE_STATUS}.{index}" for index in devices])
    sensors = [state(oid, whole(number), "Printer status", DEVICE_STATES) for oid, number in statuses.items()]
    if not bits:
        return sensors, None
    errors = sorted({name for value in bits.values() for name in error_names(value)}, key=ERRORS.index)
    status = "critical" if _CRITICAL & set(errors) else "warning" if errors else "ok"
    oid = f"{ERROR_STATE}.{next(iter(bits))}"
    sensors.append(reading(oid, "state", "enum", len(errors), "Printer errors", status))
    return sensors, errors


def error_names(value: Value | None) -> list[str]:
    """Names of the bits set in hrPrinterDetectedErrorState, in the order of the MIB."""
    if not isinstance(value, bytes):
        return []
    return [name for n, name in enumerate(ERRORS) if n // 8 < len(value) and value[n // 8] & (0x80 >> n % 8)]
