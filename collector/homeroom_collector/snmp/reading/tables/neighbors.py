"""Neighbours of one device, each once, however many protocols tell of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from homeroom_agent.report.network import ROWS, Interface, Neighbor
from homeroom_collector.snmp.reading.reader import Reader
from homeroom_collector.snmp.reading.tables import cdp, lldp


async def read(reader: Reader, ports: Sequence[Interface]) -> list[Neighbor]:
    """Read LLDP and CDP. They change slowly, so with the inventory only."""
    return await reader.once("neighbors", lambda: _read(reader, ports))


async def _read(reader: Reader, ports: Sequence[Interface]) -> list[Neighbor]:
    return merged([*await lldp.read(reader, ports), *await cdp.read(reader, ports)])[:ROWS]


def merged(neighbors: Iterable[Neighbor]) -> list[Neighbor]:
    """Leave out what was already said: the same neighbour at the same port, named with or without its domain."""
    kept: dict[tuple[str | None, str], Neighbor] = {}
    for neighbor in neighbors:
        name = (neighbor.remote_name or neighbor.remote_chassis_id or "").partition(".")[0].casefold()
        kept.setdefault((neighbor.local_interface, name), neighbor)
    return list(kept.values())
