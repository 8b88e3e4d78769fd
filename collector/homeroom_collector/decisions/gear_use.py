"""What the poller last saw of network gear: the evidence that equipment is installed and used."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from homeroom_collector.decisions.district import serial_key
from homeroom_collector.store import Connection, latest

_PORTION = 1_000
_ETHERNET = 6  # ifType ethernetCsmacd, IANAifType


@dataclass(frozen=True, slots=True, kw_only=True)
class GearUse:
    """One polled device. ``ports`` are its Ethernet ports; None where it has, or says, none."""

    device_id: str
    seen_on: date
    ports: int | None
    ports_up: int | None
    clients: int | None

    def __str__(self) -> str:
        said = [f"answered on {self.seen_on}"]
        if self.ports:
            said.append(f"{self.ports_up} of {self.ports} ports in use")
        if self.clients is not None:
            said.append(f"{self.clients} wireless clients")
        return ", ".join(said)


def by_serial(connection: Connection) -> dict[str, GearUse]:
    """Gear by every serial number it gave: its own, and those of the members of a stack."""
    found: dict[str, GearUse] = {}
    for stored in _stored(connection):
        # A quick look before the parse: most rows are computers, whose reports have no such section.
        if stored.report is None or stored.measured_at is None or '"network"' not in stored.report:
            continue
        gear: dict[str, Any] = json.loads(stored.report).get("network") or {}
        if gear.get("reachable"):
            use = _use(stored.device_id, gear, stored.measured_at)
            found |= dict.fromkeys(_serials(gear), use)
    return found


def _stored(connection: Connection) -> Iterator[latest.Stored]:
    number = -1
    while portion := latest.after(connection, number, most=_PORTION):
        yield from portion
        number = portion[-1].device_number


def _serials(gear: dict[str, Any]) -> set[str]:
    parts = [gear.get("identity") or {}, *(gear.get("physical") or [])]
    return {serial_key(part.get("serial")) for part in parts} - {""}


def _use(device_id: str, gear: dict[str, Any], measured_at: float) -> GearUse:
    ports = [port for port in gear.get("interfaces") or [] if port.get("type") == _ETHERNET]
    return GearUse(
        device_id=device_id,
        seen_on=datetime.fromtimestamp(measured_at, UTC).date(),
        ports=len(ports) or None,
        ports_up=sum(port.get("oper_status") == "up" for port in ports) if ports else None,
        clients=(gear.get("wireless") or {}).get("clients"),
    )
