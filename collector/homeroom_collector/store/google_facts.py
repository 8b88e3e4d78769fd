"""Google's facts of Chromebooks: which device each is, and the newest of each kind beside the device's own reports."""

from __future__ import annotations

import dataclasses
import json
import secrets as random_text
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from homeroom_collector.model import Device
from homeroom_collector.store import latest, notices
from homeroom_collector.store.devices import usable_serial
from homeroom_collector.store.engine import Connection
from homeroom_collector.store.latest import Stored
from homeroom_collector.store.schema import device_events, devices
from homeroom_collector.store.schema import google_devices as table
from homeroom_collector.store.schema import latest as latest_table
from homeroom_collector.store.upsert import Merge, upsert

GONE = "DEPROVISIONED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """One report of Google's: ``kind`` is directory or telemetry, ``report`` its JSON."""

    kind: str
    measured_at: float
    report: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of Google's register, with the school that the rules gave to its unit; empty: none."""

    directory_id: str
    serial: str | None
    model: str | None
    org_unit: str
    status: str
    location: str | None
    last_sync_at: float | None
    school_id: str
    grade_band: str
    facts: Facts | None


@dataclass(slots=True)
class Written:
    """What a page changed: devices that are new or moved, and those of which something new is known."""

    devices: list[Device] = dataclasses.field(default_factory=list)
    changed: list[Stored] = dataclasses.field(default_factory=list)
    added: int = 0
    same: int = 0
    unknown: int = 0


def put_register(connection: Connection, rows: Sequence[Row], now: float) -> Written:
    """Take in a page of the register. A serial number that is known is that device, whoever brought it.

    A deprovisioned device that nobody knows is left out. The school follows the unit when the unit changes, and where
    the device has none.
    """
    written = Written()
    before = _bound(connection, [row.directory_id for row in rows])
    by_serial = _by_serial(connection, [serial for row in rows if (serial := usable_serial(row.serial))])
    ordered = sorted(rows, key=lambda row: row.last_sync_at or 0.0)
    numbers = {row.directory_id: before[row.directory_id].device_number for row in rows if row.directory_id in before}
    for row in ordered:
        if row.directory_id not in numbers and (number := by_serial.get(usable_serial(row.serial) or "")) is not None:
            numbers[row.directory_id] = number
    fresh = {serial: row for row in ordered if row.directory_id not in numbers and (serial := _new_serial(row))}
    created = _create(connection, fresh, now)
    for row in ordered:
        if (number := created.get(usable_serial(row.serial) or "")) is not None:
            numbers.setdefault(row.directory_id, number)
    known = [row for row in ordered if row.directory_id in numbers]
    written.added, written.unknown = len(created), len(rows) - len(known)
    _bind(connection, known, numbers, now)
    written.devices = _place(connection, known, numbers, before, set(created.values()), now)
    _keep(connection, {numbers[row.directory_id]: row.facts for row in known if row.facts}, written)
    return written


def put_telemetry(connection: Connection, facts: Mapping[str, Facts]) -> Written:
    """Take in telemetry, by Google's id of the device. What the register does not have is counted as unknown."""
    written = Written()
    bound = _bound(connection, list(facts))
    written.unknown = len(facts) - len(bound)
    _keep(connection, {row.device_number: facts[name] for name, row in bound.items()}, written)
    return written


def _new_serial(row: Row) -> str | None:
    return None if row.status == GONE else usable_serial(row.serial)


def _bound(connection: Connection, directory_ids: Sequence[str]) -> dict[str, Any]:
    rows = connection.execute(sa.select(table).where(table.c.directory_id.in_(directory_ids)))
    return {row.directory_id: row for row in rows}


def _by_serial(connection: Connection, serials: Sequence[str]) -> dict[str, int]:
    query = sa.select(devices.c.serial, devices.c.number)
    query = query.where(devices.c.serial.in_(serials), devices.c.device_class == "computer")
    return {row.serial: row.number for row in connection.execute(query.order_by(devices.c.number.desc()))}


def _create(connection: Connection, fresh: Mapping[str, Row], now: float) -> dict[str, int]:
    """Register devices that nobody knew; by serial number."""
    if not fresh:
        return {}
    rows = [
        {
            "device_id": "dev-" + random_text.token_hex(10),
            "device_class": "computer",
            "school_id": row.school_id,
            "grade_band": row.grade_band,
            "serial": serial,
            "model": row.model,
            "platform": "chromeos",
            "enrolled_at": now,
        }
        for serial, row in fresh.items()
    ]
    inserted = connection.execute(devices.insert().returning(devices.c.serial, devices.c.number), rows)
    numbers: dict[str, int] = {row.serial: row.number for row in inserted}
    connection.execute(
        latest_table.insert(), [{"device_number": number, "seen": "", "sections": ""} for number in numbers.values()]
    )
    _record(connection, [(number, "imported", "from Google's register") for number in numbers.values()], now)
    return numbers


def _bind(connection: Connection, rows: Sequence[Row], numbers: Mapping[str, int], now: float) -> None:
    names = ("directory_id", "org_unit", "status", "location", "last_sync_at")
    found = [
        {name: getattr(row, name) for name in names} | {"device_number": numbers[row.directory_id], "listed_at": now}
        for row in rows
    ]
    if found:
        merge = {name: _new(name) for name in found[0] if name != "directory_id"}
        connection.execute(upsert(connection, table, ["directory_id"], merge), found)


def _new(name: str) -> Merge:
    return lambda new, _old: new[name]


def _place(
    connection: Connection,
    rows: Sequence[Row],
    numbers: Mapping[str, int],
    before: Mapping[str, Any],
    created: set[int],
    now: float,
) -> list[Device]:
    """Move devices whose unit says so, and name those that are new; returns both as they are now."""
    found = connection.execute(sa.select(devices).where(devices.c.number.in_(list(numbers.values())))).mappings()
    held = {row["number"]: dict(row) for row in found}
    changed: dict[int, str] = {}
    for row in rows:
        number = numbers[row.directory_id]
        device, old = held[number], before.get(row.directory_id)
        values = _moved(device, row, by_unit=old is None or old.org_unit != row.org_unit)
        if values and number not in created:
            detail = f"school {device['school_id']} to {values['school_id']}" if "school_id" in values else "described"
            changed[number] = detail
        device |= values
    updates = [{"which": number} | {f"new_{k}": held[number][k] for k in _PLACED} for number in changed]
    if updates:
        values_of: dict[str, sa.BindParameter[Any]] = {name: sa.bindparam(f"new_{name}") for name in _PLACED}
        connection.execute(devices.update().where(devices.c.number == sa.bindparam("which")).values(values_of), updates)
        moves = [(number, "moved", text) for number, text in changed.items() if text != "described"]
        _record(connection, moves, now)
    return [_device(held[number]) for number in {*created, *changed}]


_PLACED = ("school_id", "grade_band", "model", "platform")


def _moved(device: Mapping[str, Any], row: Row, *, by_unit: bool) -> dict[str, Any]:
    """What the register changes of a device."""
    wanted: dict[str, Any] = {}
    if row.school_id and (by_unit or not device["school_id"]):
        wanted["school_id"] = row.school_id
    if row.grade_band and (by_unit or not device["grade_band"]):
        wanted["grade_band"] = row.grade_band
    wanted |= {name: new for name, new in (("model", row.model), ("platform", "chromeos")) if not device[name]}
    return {name: new for name, new in wanted.items() if new and new != device[name]}


def _device(row: Mapping[str, Any]) -> Device:
    return Device(**{name: value for name, value in row.items() if name != "number"})


def _record(connection: Connection, events: Sequence[tuple[int, str, str]], now: float) -> None:
    if events:
        rows = [{"device_number": number, "at": now, "kind": kind, "detail": text} for number, kind, text in events]
        connection.execute(device_events.insert(), rows)


def _keep(connection: Connection, facts: Mapping[int, Facts], written: Written) -> None:
    """Write what is newer than what was there, or says otherwise of the same moment."""
    if not facts:
        return
    held = latest.stored(connection, list(facts))
    changed = {number: text for number, each in facts.items() if (text := _joined(held[number].google, each))}
    written.same += len(facts) - len(changed)
    if changed:
        statement = latest_table.update().where(latest_table.c.device_number == sa.bindparam("which"))
        statement = statement.values(google=sa.bindparam("text"))
        connection.execute(statement, [{"which": number, "text": text} for number, text in changed.items()])
        notices.changed(connection, list(changed))
    written.changed += [held[number]._replace(google=text) for number, text in changed.items()]


def _joined(google: str | None, facts: Facts) -> str | None:
    """The facts with a new one in their place; None where nothing changes."""
    held: dict[str, Any] = json.loads(google) if google else {}
    old_at, old = held.get(facts.kind, (0.0, None))
    new = json.loads(facts.report)
    if facts.measured_at < old_at or new == old:
        return None
    held[facts.kind] = (facts.measured_at, new)
    return json.dumps(held, separators=(",", ":"))
