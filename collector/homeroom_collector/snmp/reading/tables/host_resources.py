"""Processors and storage of hosts: HOST-RESOURCES-MIB (RFC 2790). Many switches and firewalls are hosts too."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from homeroom_agent.report.network import ROWS, Pool, Processor
from homeroom_collector.snmp.reading.reader import Column, Reader
from homeroom_collector.snmp.reading.tables.numbers import counter, percent, share, unsigned
from homeroom_collector.snmp.reading.text import text, whole
from homeroom_collector.snmp.session import Value

PROCESSOR_LOAD = "1.3.6.1.2.1.25.3.3.1.2"
DEVICE_ENTRY = "1.3.6.1.2.1.25.3.2.1"
DEVICE_DESCRIPTION = 3
STORAGE_ENTRY = "1.3.6.1.2.1.25.2.3.1"
TYPE, DESCRIPTION, UNITS, SIZE, USED = 2, 3, 4, 5, 6

_TYPES = "1.3.6.1.2.1.25.2.1."
_OTHER, _RAM, _VIRTUAL = f"{_TYPES}1", f"{_TYPES}2", f"{_TYPES}3"
_MEMORY_WORDS = re.compile(r"memory|swap|buffer|cache|\bram\b|heap", re.IGNORECASE)
MEMORY_SIZE = "1.3.6.1.2.1.25.2.2.0"
"""hrMemorySize, in kibibytes."""
_PHYSICAL = "Physical memory"
_PARTS_OF_MEMORY = frozenset(
    {"Memory buffers", "Cached memory", "Shared memory", "Real Memory Metrics", "Shared Real Memory Metrics"}
)
"""Rows of net-snmp and bsnmpd whose own size is what they use: their share is of the whole memory."""
_KERNEL_ZONES = ("UMA:", "MALLOC:")
"""bsnmpd lists every zone of the FreeBSD kernel's allocator as RAM: 589 rows on one firewall."""


@dataclass(frozen=True, slots=True)
class Area:
    """What one row of hrStorageTable is. ``units`` are bytes."""

    description: str | None
    units: int
    is_memory: bool


async def processors(reader: Reader) -> list[Processor]:
    """Read hrProcessorLoad: the last minute's share of time a processor was not idle."""
    loads = await reader.column("hrProcessorTable", PROCESSOR_LOAD)
    if not loads:
        return []
    names = await reader.once("hrProcessorTable", lambda: _device_names(reader, list(loads)))
    return [
        Processor(index=index[:128], description=names.get(index), usage_ratio=percent(load))
        for index, load in list(loads.items())[:ROWS]
    ]


async def _device_names(reader: Reader, indexes: list[str]) -> dict[str, str | None]:
    found = await reader.rows("hrDeviceTable", DEVICE_ENTRY, (DEVICE_DESCRIPTION,), indexes)
    return {index: text(value) for index, value in found[DEVICE_DESCRIPTION].items()}


async def storage(reader: Reader) -> tuple[list[Pool], list[Pool]]:
    """Read hrStorageTable: memory pools, and storage areas. Rows without a size are left out."""
    areas = await reader.once("hrStorageTable", lambda: _areas(reader))
    if not areas:
        return [], []
    moving = await reader.rows("hrStorageTable", STORAGE_ENTRY, (SIZE, USED), areas)
    pools = {index: _pool(index, area, moving) for index, area in areas.items()}
    sized = {index: pool for index, pool in pools.items() if pool.total_bytes}
    memory = [pool for index, pool in sized.items() if areas[index].is_memory]
    disks = [pool for index, pool in sized.items() if not areas[index].is_memory]
    whole_memory = await reader.once("hrMemorySize", lambda: _memory_bytes(reader, memory))
    memory = [_of_whole(pool, whole_memory) for pool in memory]
    return _without_page_cache(memory)[:ROWS], _once_each(disks)[:ROWS]


async def _memory_bytes(reader: Reader, memory: list[Pool]) -> int | None:
    """Size of the whole memory, asked for only where a row needs it."""
    if not any(pool.description in _PARTS_OF_MEMORY for pool in memory):
        return None
    named = next((pool.total_bytes for pool in memory if pool.description == _PHYSICAL), None)
    size = whole((await reader.scalars("hrStorage", [MEMORY_SIZE])).get(MEMORY_SIZE))
    return named or (size * 1024 if size and size > 0 else None)


def _of_whole(pool: Pool, whole_memory: int | None) -> Pool:
    if pool.description not in _PARTS_OF_MEMORY or not whole_memory:
        return pool
    return replace(pool, total_bytes=whole_memory, usage_ratio=share(pool.used_bytes, whole_memory))


async def _areas(reader: Reader) -> dict[str, Area]:
    columns = await reader.columns("hrStorageTable", STORAGE_ENTRY, (TYPE, DESCRIPTION, UNITS))
    found = {index: _area(index, columns) for index in columns[UNITS]}
    return {index: area for index, area in found.items() if area is not None}


def _area(index: str, columns: dict[int, Column]) -> Area | None:
    description = text(columns[DESCRIPTION].get(index))
    units = whole(columns[UNITS].get(index))
    if units is None or units <= 0 or (description or "").startswith(_KERNEL_ZONES):
        return None
    return Area(description, units, _is_memory(columns[TYPE].get(index), description or ""))


def _is_memory(kind: Value | None, description: str) -> bool:
    """RAM and virtual memory, and what net-snmp puts under "other": buffers, cache, shared memory."""
    if kind in (_RAM, _VIRTUAL):
        return True
    return kind in (_OTHER, None) and bool(_MEMORY_WORDS.search(description))


def _pool(index: str, area: Area, moving: dict[int, Column]) -> Pool:
    size, used = unsigned(moving[SIZE].get(index)), unsigned(moving[USED].get(index))
    return Pool(
        index=index[:128],
        description=area.description,
        total_bytes=None if size is None else counter(size * area.units),
        used_bytes=None if used is None else counter(used * area.units),
        usage_ratio=share(used, size),
    )


def _without_page_cache(memory: list[Pool]) -> list[Pool]:
    """Take buffers and cache out of net-snmp's "Physical memory": the kernel gives them back when asked."""
    by_name = {pool.description: pool.used_bytes or 0 for pool in memory}
    given_back = by_name.get("Memory buffers", 0) + by_name.get("Cached memory", 0)
    return [_less(pool, given_back) if pool.description == _PHYSICAL else pool for pool in memory]


def _less(pool: Pool, given_back: int) -> Pool:
    if pool.used_bytes is None or given_back > pool.used_bytes:
        return pool
    used = pool.used_bytes - given_back
    return replace(pool, used_bytes=used, usage_ratio=share(used, pool.total_bytes))


def _once_each(disks: list[Pool]) -> list[Pool]:
    """Leave out bind mounts: further paths with the size and use of one already seen (167 rows on a SmartZone)."""
    seen: set[tuple[int | None, int | None]] = set()
    kept = []
    for disk in disks:
        key = disk.total_bytes, disk.used_bytes
        is_path = (disk.description or "").startswith("/")
        if not (is_path and key in seen):
            kept.append(disk)
        seen.add(key)
    return kept
