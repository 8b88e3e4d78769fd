"""Duplex of Ethernet ports: dot3StatsDuplexStatus (EtherLike-MIB, RFC 3635)."""

from __future__ import annotations

from homeroom_collector.snmp.reading.reader import Reader

DUPLEX = "1.3.6.1.2.1.10.7.2.1.19"
_HALF, _FULL = 2, 3


async def duplex(reader: Reader) -> dict[str, bool]:
    """Give True for full duplex by ifIndex; ports whose duplex is unknown are left out."""
    column = await reader.column("dot3StatsTable", DUPLEX)
    return {index: value == _FULL for index, value in column.items() if value in (_HALF, _FULL)}
