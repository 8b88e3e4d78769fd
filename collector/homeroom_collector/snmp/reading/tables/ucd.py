"""Memory, disks and processor of net-snmp hosts without HOST-RESOURCES: UCD-SNMP-MIB."""

from __future__ import annotations

from homeroom_agent.report.network import Pool, Processor
from homeroom_collector.snmp.reading.reader import Reader
from homeroom_collector.snmp.reading.tables.numbers import counter, percent, share, within
from homeroom_collector.snmp.reading.text import text
from homeroom_collector.snmp.session import Value

MEMORY = "1.3.6.1.4.1.2021.4"
CPU_IDLE = "1.3.6.1.4.1.2021.11.11.0"
TOTAL_SWAP, FREE_SWAP, TOTAL, FREE, BUFFERS, CACHED = 3, 4, 5, 6, 14, 15
DISK_ENTRY = "1.3.6.1.4.1.2021.9.1"
PATH, SIZE, USED, SIZE_LOW, SIZE_HIGH, USED_LOW, USED_HIGH = 2, 6, 8, 11, 12, 15, 16
_KIBIBYTE = 1024


async def memory(reader: Reader) -> list[Pool]:
    """Read memory and swap. All values of the MIB are in kibibytes."""
    oids = {f"{MEMORY}.{n}.0": n for n in (TOTAL_SWAP, FREE_SWAP, TOTAL, FREE, BUFFERS, CACHED)}
    answer = await reader.scalars("memory", list(oids))
    size = {n: counter(answer.get(oid)) for oid, n in oids.items()}
    total, free = size[TOTAL], size[FREE]
    swap, free_swap = size[TOTAL_SWAP], size[FREE_SWAP]
    pools = []
    if total and free is not None:
        given_back = (size[BUFFERS] or 0) + (size[CACHED] or 0)
        pools.append(_pool("real", "Physical memory", total, total - free - given_back))
        named = (("buffers", "Memory buffers", size[BUFFERS]), ("cached", "Cached memory", size[CACHED]))
        pools += [_pool(index, name, total, used) for index, name, used in named if used is not None]
    if swap and free_swap is not None:
        pools.append(_pool("swap", "Swap space", swap, swap - free_swap))
    return pools


def _pool(index: str, description: str, total: int, used: int) -> Pool:
    return Pool(
        index=f"ucd.{index}",
        description=description,
        total_bytes=total * _KIBIBYTE,
        used_bytes=max(used, 0) * _KIBIBYTE,
        usage_ratio=share(max(used, 0), total),
    )


async def disks(reader: Reader) -> list[Pool]:
    """Read dskTable: the file systems that snmpd.conf names. Past 2 TiB only the 64-bit halves are right."""
    paths = await reader.once("dskTable", lambda: reader.column("dskTable", f"{DISK_ENTRY}.{PATH}"))
    if not paths:
        return []
    asked = (SIZE, USED, SIZE_LOW, SIZE_HIGH, USED_LOW, USED_HIGH)
    cells = await reader.rows("dskTable", DISK_ENTRY, asked, paths)
    pools = []
    for index, path in paths.items():
        total = _halves(cells[SIZE_LOW].get(index), cells[SIZE_HIGH].get(index)) or counter(cells[SIZE].get(index))
        used = _halves(cells[USED_LOW].get(index), cells[USED_HIGH].get(index)) or counter(cells[USED].get(index))
        if total and used is not None:
            pools.append(_pool(f"disk.{index}", text(path) or index, total, used))
    return pools


def _halves(low: Value | None, high: Value | None) -> int | None:
    """Join the two 32-bit halves of a number of kibibytes."""
    first, second = within(low, 0, 2**32 - 1), within(high, 0, 2**32 - 1)
    return None if first is None else first + ((second or 0) << 32)


async def processors(reader: Reader) -> list[Processor]:
    """Read ssCpuIdle: the share of time all processors were idle over the last minute."""
    idle = percent((await reader.scalars("systemStats", [CPU_IDLE])).get(CPU_IDLE))
    return [] if idle is None else [Processor(index="ucd", description="CPU", usage_ratio=round(1 - idle, 4))]
