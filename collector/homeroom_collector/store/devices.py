"""The register of devices: who was enrolled, as what, at which school."""

from __future__ import annotations

import secrets as random_text
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from sys import intern
from typing import Any

import sqlalchemy as sa

from homeroom_collector.errors import RefusedError
from homeroom_collector.model import Device, Standing
from homeroom_collector.store import assets, keys, notices
from homeroom_collector.store import device_events as events
from homeroom_collector.store.engine import Connection, in_portions
from homeroom_collector.store.schema import devices as table
from homeroom_collector.store.schema import latest

# Boards whose maker never wrote a serial number all say one of these (SMBIOS placeholders seen in the field).
_PLACEHOLDERS = frozenset(
    {
        "", "0", "none", "null", "n/a", "na", "unknown", "invalid", "empty", "default", "default string", "oem",
        "o.e.m.", "not specified", "not available", "not applicable", "not present", "to be filled by o.e.m.",
        "to be filled by oem", "system serial number", "serial number", "chassis serial number",
        "base board serial number",
        "1234567890", "123456789", "0123456789", "012345678",
    }
)  # fmt: skip

# The driver makes a new copy of each text in each row; of those that thousands of devices have, one is kept.
_once: Callable[[Any], Any] = intern

FACTS = tuple(column for column in table.c if column.name != "number")
"""Columns that say who a device is."""

_NAMES = tuple(column.name for column in FACTS)
# Made once, which is most of what a statement costs.
_BY_ID = sa.select(table.c.number).where(table.c.device_id == sa.bindparam("wanted"))
_BY_SERIAL = (
    sa.select(table)
    .where(table.c.serial == sa.bindparam("wanted"), table.c.device_class == "computer")
    .order_by(table.c.number)
    .limit(1)
    .with_for_update()
)
_ADD = table.insert().returning(table.c.number)
_ADD_LATEST = latest.insert()


@dataclass(frozen=True, slots=True, kw_only=True)
class InUse:
    """A device heard within ``seconds`` is in use; whoever else enrols as it then is noted, or refused."""

    seconds: float
    refuse: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolled:
    """The outcome of an enrolment. ``replaced_keys`` worked until now."""

    number: int
    device: Device
    key: str
    key_id: str
    key_digest: bytes
    replaced_keys: tuple[str, ...]


def listed(connection: Connection) -> list[Device]:
    """All accepted devices, by id; shelved where the register of assets says so of their serial number.

    Texts that many devices have in common are held once.
    """
    query = sa.select(*FACTS).where(table.c.standing == "accepted").order_by(table.c.device_id)
    shelved = assets.shelved_serials(connection)
    return [device_of(row, shelved) for row in in_portions(connection, query)]


def numbered(connection: Connection, numbers: Collection[int]) -> list[Device]:
    """Devices with these numbers, as :func:`listed` gives them; one that is gone is absent."""
    rows = connection.execute(sa.select(*FACTS).where(table.c.number.in_(list(numbers))))
    shelved = assets.shelved_serials(connection)
    return [device_of(row, shelved) for row in rows]


def device_of(row: Sequence[Any], shelved: frozenset[str]) -> Device:
    """A device from its :data:`FACTS`."""
    device_id, device_class, school_id, band, name, serial, manufacturer, model, platform, enrolled_at, standing = row
    return Device(
        device_id=device_id,
        device_class=_once(device_class),
        school_id=_once(school_id),
        grade_band=_once(band),
        name=name,
        serial=serial,
        manufacturer=manufacturer and _once(manufacturer),
        model=model and _once(model),
        platform=platform and _once(platform),
        enrolled_at=enrolled_at,
        standing=_once(standing),
        shelved=(serial or "").upper() in shelved if shelved else False,
    )


def with_last_report(
    connection: Connection, school_id: str | None = None, standing: Standing | None = None
) -> list[dict[str, Any]]:
    """Devices as rows for a list, with ``received_at`` of their last report or None; None leaves a filter out."""
    query = sa.select(*FACTS, latest.c.received_at).join_from(table, latest, isouter=True)
    if school_id is not None:
        query = query.where(table.c.school_id == school_id)
    if standing is not None:
        query = query.where(table.c.standing == standing)
    return [dict(row) for row in (connection.execute(query.order_by(table.c.device_id))).mappings()]


def enrol(
    connection: Connection,
    facts: Device,
    *,
    now: float,
    reason: str = "",
    writer: str = "",
    keys_at_most: int = 8,
    in_use: InUse | None = None,
) -> Enrolled:
    """Register a computer and give it a key.

    A serial number that is known brings back the same device. The keys that ``writer`` had die, and of the device's
    other writers the oldest beyond ``keys_at_most`` in all. ``facts`` carries what the token and the device said, and
    where it would stand, for ``reason``; its ``device_id`` is ignored. A device that is known stands as it stood, but
    quarantine may end. Raises RefusedError: 403 where it was rejected, 409 where ``in_use`` keeps others out.
    """
    serial = usable_serial(facts.serial)
    known = _by_serial(connection, serial) if serial else None
    if known:
        if in_use is not None:
            _contest(connection, int(known["number"]), writer, in_use, now)
        number, device = _again(connection, known, facts, reason, now)
    else:
        number, device = _first(connection, facts, serial, reason, now)
    replaced = keys.make_room(connection, number, writer, now, most=keys_at_most)
    minted = keys.add(connection, number, now, writer)
    return Enrolled(
        number=number,
        device=device,
        key=minted.text,
        key_id=minted.secret_id,
        key_digest=minted.digest,
        replaced_keys=replaced,
    )


def put_network(connection: Connection, device: Device, *, now: float) -> int:
    """Register network gear under its own name, or bring the register up to date. Returns its number."""
    _alone(connection, device.device_id)
    number: int | None = connection.execute(_BY_ID, {"wanted": device.device_id}).scalar_one_or_none()
    if number is None:
        return _insert(connection, device, now)
    moved = table.update().where(table.c.number == number, table.c.school_id != device.school_id)
    if connection.execute(moved.values(school_id=device.school_id)).rowcount:
        notices.changed(connection, [number])
    return number


def usable_serial(serial: str | None) -> str | None:
    """A serial number that tells machines apart, None where it is missing or a maker's placeholder."""
    cut = (serial or "").strip()
    if cut.lower() in _PLACEHOLDERS or len(set(cut)) <= 1:
        return None
    return cut


def _by_serial(connection: Connection, serial: str) -> sa.RowMapping | None:
    _alone(connection, serial)
    return connection.execute(_BY_SERIAL, {"wanted": serial}).mappings().one_or_none()


def _alone(connection: Connection, name: str) -> None:
    """Let other collectors wait that register the same name: they must not both find nothing and both add it."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(name, 0))))


def _first(connection: Connection, facts: Device, serial: str | None, reason: str, now: float) -> tuple[int, Device]:
    device = Device(
        device_id="dev-" + random_text.token_hex(10),
        device_class="computer",
        school_id=facts.school_id,
        grade_band=facts.grade_band,
        name=facts.name,
        serial=serial,
        manufacturer=facts.manufacturer,
        model=facts.model,
        platform=facts.platform,
        enrolled_at=now,
        standing=facts.standing,
    )
    number = _insert(connection, device, now)
    events.record(connection, number, now, "enrolled", f"school {device.school_id}")
    if device.standing == "quarantined":
        events.record(connection, number, now, "quarantined", reason)
    return number, device


def _contest(connection: Connection, number: int, writer: str, in_use: InUse, now: float) -> None:
    """Look whether somebody asks for a key of a device that another has and uses; then say so, or refuse."""
    query = sa.select(latest.c.received_at).where(latest.c.device_number == number)
    heard_at = connection.execute(query).scalar_one_or_none()
    if heard_at is None or now - heard_at > in_use.seconds or not keys.others_working(connection, number, writer):
        return
    if in_use.refuse:
        raise RefusedError(
            409,
            f"a device with this serial number was heard {now - heard_at:.0f} s ago under another key; if this is the "
            f"same machine, try again {in_use.seconds:.0f} s after that fell silent, or: homeroom devices rekey",
        )
    events.record(connection, number, now, "contested", f"another with a key was heard {now - heard_at:.0f} s before")


def _again(connection: Connection, known: sa.RowMapping, facts: Device, reason: str, now: float) -> tuple[int, Device]:
    number = int(known["number"])
    if known["standing"] == "rejected":
        raise RefusedError(403, "this device was rejected; let it in with: homeroom devices accept")
    let_in = known["standing"] == "quarantined" and facts.standing == "accepted"
    before = Device(**{name: value for name, value in known.items() if name != "number"})
    device = Device(
        device_id=before.device_id,
        device_class=before.device_class,
        school_id=facts.school_id,
        grade_band=facts.grade_band or before.grade_band,
        name=facts.name or before.name,
        serial=before.serial,
        manufacturer=facts.manufacturer or before.manufacturer,
        model=facts.model or before.model,
        platform=facts.platform or before.platform,
        enrolled_at=before.enrolled_at,
        standing="accepted" if let_in else before.standing,
    )
    connection.execute(table.update().where(table.c.number == number).values(_columns(device)))
    notices.changed(connection, [number])
    events.record(connection, number, now, "reenrolled", "same serial number, new key")
    if let_in:
        events.record(connection, number, now, "accepted", reason)
    if before.school_id != device.school_id:
        events.record(connection, number, now, "moved", f"school {before.school_id} to {device.school_id}")
    return number, device


def _insert(connection: Connection, device: Device, now: float) -> int:
    row = _columns(device) | {"enrolled_at": now}
    number: int = connection.execute(_ADD, row).scalar_one()
    connection.execute(_ADD_LATEST, {"device_number": number, "seen": "", "sections": ""})
    notices.changed(connection, [number])
    return number


def _columns(device: Device) -> dict[str, object]:
    return {name: getattr(device, name) for name in _NAMES}
