"""Neighbours by CDP: cdpCacheTable (CISCO-CDP-MIB), indexed by the local ifIndex."""

from __future__ import annotations

import re
from collections.abc import Sequence

from homeroom_agent.report.network import Interface, Neighbor
from homeroom_collector.snmp.reading.reader import Reader
from homeroom_collector.snmp.reading.text import text
from homeroom_collector.snmp.session import Value

CACHE = "1.3.6.1.4.1.9.9.23.1.2.1.1"
DEVICE_ID, DEVICE_PORT, PLATFORM, CAPABILITIES = 6, 7, 8, 9
_SERIAL_BEHIND = re.compile(r"\([A-Za-z0-9]+\)$")
"""NX-OS and CatOS send ``name(serial number)``."""
_ACCESS_POINT = re.compile(r"\bAIR-|\bC91\d\d|\bCW91\d\d|\bMR\d\d", re.IGNORECASE)
_KINDS = ((0x80, "phone"), (0x08, "switch"), (0x01, "router"))


async def read(reader: Reader, ports: Sequence[Interface]) -> list[Neighbor]:
    """Read the neighbours; empty where the device speaks no CDP."""
    cache = await reader.columns("cdpCacheTable", CACHE, (DEVICE_ID, DEVICE_PORT, PLATFORM, CAPABILITIES))
    names = {str(port.index): port.name for port in ports}
    return [
        Neighbor(
            local_interface=names.get(index.partition(".")[0]) or index.partition(".")[0],
            remote_name=_name(text(device)),
            remote_port=text(cache[DEVICE_PORT].get(index)),
            remote_kind=kind(text(cache[PLATFORM].get(index)), cache[CAPABILITIES].get(index)),
        )
        for index, device in cache[DEVICE_ID].items()
    ]


def _name(device: str | None) -> str | None:
    return _SERIAL_BEHIND.sub("", device) or device if device else None


def kind(platform: str | None, capabilities: Value | None) -> str | None:
    """Say what a neighbour is. CDP has no bit for access points: their platform tells."""
    if platform and _ACCESS_POINT.search(platform):
        return "access_point"
    bits = int.from_bytes(capabilities[-4:], "big") if isinstance(capabilities, bytes) else 0
    return next((name for bit, name in _KINDS if bits & bit), None)
