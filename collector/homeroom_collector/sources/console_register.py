"""The register of devices out of what a management console listed, as the last sync left it in the store."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from homeroom_collector.rules.asset import LifeState
from homeroom_collector.rules.register_plan import BadRow, Row
from homeroom_collector.sources.asset_fields import Parsed
from homeroom_collector.store.console import Described

# That it is enrolled says that it is in use only where nobody knows better: a spare in a cupboard is enrolled as well.
_STATES = {"DEPROVISIONED": LifeState.RETIRED, "DISABLED": LifeState.LOST}


def parsed(devices: Iterable[Described]) -> Parsed:
    """Rows by the place of each device in the console's list. Of several rows for one device the managed one counts."""
    chosen: dict[str, tuple[int, Described]] = {}
    bad: list[BadRow] = []
    for line, device in enumerate(devices, 1):
        if not device.serial:
            bad.append(BadRow(line=line, reason="no serial number"))
        elif device.serial not in chosen or device.status == "ACTIVE":
            chosen[device.serial] = (line, device)
    rows = [Row(line=line, values=dict(_values(device))) for line, device in chosen.values()]
    return Parsed(rows=tuple(rows), bad=tuple(bad), ignored=())


def _values(device: Described) -> Iterator[tuple[str, Any]]:
    said = _directory(device.facts)
    found = {
        "serial": device.serial,
        "asset_tag": (said.get("identity") or {}).get("asset_tag"),
        "manufacturer": device.manufacturer,
        "model": device.model,
        "platform": "chromeos",
        "school_id": device.school_id,
        "grade_band": device.grade_band,
        "room": device.location,
        "support_end": _day((said.get("os") or {}).get("support_end_date")),
        "state": _STATES.get(device.status),
    }
    yield from ((name, value) for name, value in found.items() if value not in (None, ""))


def _directory(facts: str | None) -> dict[str, Any]:
    _, report = (json.loads(facts) if facts else {}).get("directory") or (0.0, {})
    return report if isinstance(report, dict) else {}


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None  # the wire format bounds its length only
