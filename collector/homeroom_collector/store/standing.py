"""Who waits in quarantine, what the inventories list, and the decisions of people."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa

from homeroom_collector.model import Device, Standing
from homeroom_collector.rules.asset import GONE, LifeState
from homeroom_collector.store import device_events as events
from homeroom_collector.store import keys
from homeroom_collector.store.engine import Connection
from homeroom_collector.store.google_facts import GONE as DEPROVISIONED
from homeroom_collector.store.schema import assets, google_devices
from homeroom_collector.store.schema import devices as table

_HERE = [state.value for state in LifeState if state not in GONE]
_SERIALS: sa.BindParameter[Any] = sa.bindparam("serials", expanding=True)
# Made once, which is most of what a statement costs.
_IN_GOOGLE = sa.select(table.c.serial).join_from(google_devices, table)
_IN_GOOGLE = _IN_GOOGLE.where(table.c.serial.in_(_SERIALS), google_devices.c.status != DEPROVISIONED)
_IN_REGISTER = sa.select(assets.c.serial).where(assets.c.serial.in_(_SERIALS), assets.c.state.in_(_HERE))


def not_accepted(connection: Connection) -> dict[int, Device]:
    """Devices in quarantine, and those that were rejected, by number."""
    rows = connection.execute(sa.select(table).where(table.c.standing != "accepted").order_by(table.c.number))
    return {row["number"]: device_of(row) for row in rows.mappings()}


def device_of(row: sa.RowMapping) -> Device:
    """A row of the register of devices."""
    return Device(**{name: value for name, value in row.items() if name != "number"})


def find(connection: Connection, device_ids: Collection[str]) -> dict[int, Device]:
    """Devices by number; one that is gone is absent."""
    rows = connection.execute(sa.select(table).where(table.c.device_id.in_(list(device_ids)))).mappings()
    return {row["number"]: device_of(row) for row in rows}


def listed_serials(connection: Connection, serials: Collection[str]) -> frozenset[str]:
    """Which serial numbers Google's register (still provisioned) or the register of assets (not gone) has."""
    if not serials:
        return frozenset()
    # People type serial numbers in small letters, too; asking for both keeps to the index.
    written = {form: serial for serial in serials for form in (serial.lower(), serial.upper(), serial)}
    google = connection.execute(_IN_GOOGLE, {"serials": list(serials)}).scalars()
    register = connection.execute(_IN_REGISTER, {"serials": list(written)}).scalars()
    return frozenset(written[serial] for serial in (*google, *register))


def decide(
    connection: Connection, number: int, before: Collection[Standing], after: Standing, reason: str, now: float
) -> bool:
    """Change where a device stands, if it stands so still; the event says why. Rejecting ends its keys."""
    change = table.update().where(table.c.number == number, table.c.standing.in_(list(before)))
    if connection.execute(change.values(standing=after)).rowcount != 1:
        return False
    events.record(connection, number, now, after, reason)
    if after == "rejected":
        keys.revoke_all(connection, number, now)
    return True


def named(connection: Connection, names: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """Computers by what people call them: device id or serial number. A name that nobody has is absent."""
    query = sa.select(table).where(table.c.device_class == "computer")
    query = query.where(sa.or_(table.c.device_id.in_(list(names)), table.c.serial.in_(list(names))))
    found: dict[str, list[dict[str, Any]]] = {}
    for row in connection.execute(query).mappings():
        for name in {row["device_id"], row["serial"]} & set(names):
            found.setdefault(name, []).append(dict(row))
    return found
