"""How the standard tables' word and the profile's become one section. Pure.

The profile knows its family, so it wins where both speak of the same value. What comes out fits into a report: numbers
no device can mean are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace

from homeroom_agent.report.network import ROWS, PoeGroup, Pool, Printer, Sensor, Ups, Wireless
from homeroom_collector.snmp.reading.tables.numbers import fitted

_LARGEST_VALUE = 1e18


def sensors(standard: Sequence[Sensor], added: Sequence[Sensor]) -> list[Sensor]:
    """Join sensors, each value once: where both read the same OID, the profile knows better what it means."""
    joined = list({sensor.index: sensor for sensor in (*standard, *added)}.values())[:ROWS]
    return [sensor if _is_possible(sensor.value) else replace(sensor, value=None) for sensor in joined]


def _is_possible(value: float | None) -> bool:
    return value is None or abs(value) <= _LARGEST_VALUE


def pools(standard: Sequence[Pool], added: Sequence[Pool]) -> list[Pool]:
    """Take the profile's pools where it has any."""
    return [fitted(pool) for pool in (added or standard)[:ROWS]]


def storage(standard: Sequence[Pool], added: Sequence[Pool]) -> list[Pool]:
    """Join the host's file systems and the maker's volumes: other things, whose numbers may be the same."""
    taken = {area.index for area in standard}
    renamed = [replace(area, index=f"volume.{area.index}"[:128]) if area.index in taken else area for area in added]
    return [fitted(area) for area in (*standard, *renamed)[:ROWS]]


def poe(standard: Sequence[PoeGroup], added: Sequence[PoeGroup]) -> list[PoeGroup]:
    """Join groups, each once: where both tell of one, the standard's word stands."""
    joined = {group.index: group for group in (*added, *standard)}
    return [fitted(group) for group in joined.values()][:ROWS]


def ups(standard: Ups | None, added: Ups | None) -> Ups | None:
    """Take each field from the profile, and from UPS-MIB what that leaves open."""
    if standard is None or added is None:
        alone = standard or added
        return None if alone is None else fitted(alone)
    missing = {f.name: getattr(standard, f.name) for f in fields(added) if getattr(added, f.name) is None}
    return fitted(replace(added, **missing))


def printer(standard: Printer | None, added: Printer | None) -> Printer | None:
    """Take the maker's page count, and its supplies only where Printer-MIB has none."""
    if standard is None or added is None:
        alone = standard or added
        return None if alone is None else fitted(alone)
    pages = standard.page_count_total if added.page_count_total is None else added.page_count_total
    return fitted(replace(standard, page_count_total=pages, supplies=standard.supplies or added.supplies))


def wireless(added: Wireless | None) -> Wireless | None:
    """Only profiles know of access points and clients."""
    return None if added is None else fitted(added)
