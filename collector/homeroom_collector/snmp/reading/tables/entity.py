"""What a device is made of: entPhysicalTable (ENTITY-MIB, RFC 6933).

Big chassis have thousands of rows, most of them sensors and ports. So only class, model and serial number are walked;
the rest is asked for the rows that matter.
"""

from __future__ import annotations

from dataclasses import dataclass

from homeroom_agent.report.network import ROWS, GearIdentity, PhysicalPart
from homeroom_collector.snmp.reading.reader import Column, Reader
from homeroom_collector.snmp.reading.text import text, whole

ENTRY = "1.3.6.1.2.1.47.1.1.1.1"
DESCRIPTION, CONTAINED_IN, CLASS, NAME, FIRMWARE, SOFTWARE, SERIAL, MAKER, MODEL = 2, 4, 5, 7, 9, 10, 11, 12, 13

CLASSES = {
    1: "other",
    2: "unknown",
    3: "chassis",
    4: "backplane",
    5: "container",
    6: "power_supply",
    7: "fan",
    8: "sensor",
    9: "module",
    10: "port",
    11: "stack",
    12: "cpu",
    13: "energy_object",
    14: "battery",
    15: "storage_drive",
}
_WHOLE_DEVICES = {3, 11}
_EMPTY_WORDS = frozenset({"n/a", "na", "none", "unknown", "unspecified", "not specified", "not available", "0", "-"})


@dataclass(frozen=True, slots=True)
class Parts:
    """The rows that matter, in index order, and who made and loaded the device."""

    rows: tuple[PhysicalPart, ...]
    identity: GearIdentity


NOTHING = Parts((), GearIdentity())


async def read(reader: Reader) -> Parts:
    """Read the inventory; empty where the device has no ENTITY-MIB."""
    return await reader.once("physical", lambda: _read(reader))


async def _read(reader: Reader) -> Parts:
    walked = await reader.columns("entPhysicalTable", ENTRY, (CLASS, SERIAL, MODEL))
    chosen = sorted(filter(str.isdigit, _chosen(walked)), key=int)[:ROWS]
    rest = (DESCRIPTION, CONTAINED_IN, NAME, FIRMWARE, SOFTWARE, MAKER)
    asked = await reader.rows("entPhysicalTable", ENTRY, rest, chosen)
    columns = {**walked, **asked}
    parts = tuple(_part(index, columns) for index in chosen)
    return Parts(parts, _identity(chosen, columns))


def _chosen(walked: dict[int, Column]) -> set[str]:
    """Rows with a serial number or a model, and every chassis and stack."""
    named = {index for number in (SERIAL, MODEL) for index, value in walked[number].items() if text(value)}
    return named | {index for index, kind in walked[CLASS].items() if kind in _WHOLE_DEVICES}


def word(column: Column, index: str) -> str | None:
    """Give a text that says something: makers fill what they do not know with N/A, Unknown and the like."""
    found = text(column.get(index), limit=200)
    return None if found is None or found.casefold() in _EMPTY_WORDS else found


def _part(index: str, columns: dict[int, Column]) -> PhysicalPart:
    """One row in the device's own words; only the identity refuses N/A and the like."""
    return PhysicalPart(
        index=index[:32],
        class_=CLASSES.get(whole(columns[CLASS].get(index)) or 0),
        model=text(columns[MODEL].get(index), limit=200),
        serial=text(columns[SERIAL].get(index), limit=120),
        description=text(columns[DESCRIPTION].get(index)) or text(columns[NAME].get(index)),
    )


def _identity(chosen: list[str], columns: dict[int, Column]) -> GearIdentity:
    """Identity of the whole: the first chassis that says something, then whatever says it first.

    A stack row has no serial number of its own on most makes, so the first member speaks for the stack. The software
    version is often on the supervisor or the member's module rather than on the chassis.
    """
    chassis = [index for index in chosen if columns[CLASS].get(index) == 3]
    whole_first = [*chassis, *(index for index in chosen if columns[CLASS].get(index) == 11)]
    modules = [index for index in chosen if columns[CLASS].get(index) == 9]
    only = chosen[:1] if len(chosen) == 1 else []

    def first(number: int, order: list[str], limit: int) -> str | None:
        found = (word(columns[number], index) for index in order)
        return next((item[:limit] for item in found if item), None)

    return GearIdentity(
        vendor=first(MAKER, [*whole_first, *modules, *only], 120),
        model=first(MODEL, [*whole_first, *only], 200),
        version=first(SOFTWARE, [*whole_first, *modules, *only], 200) or first(FIRMWARE, [*whole_first, *only], 200),
        serial=first(SERIAL, [*whole_first, *only], 120),
    )
