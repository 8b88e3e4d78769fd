"""Taking away every row that is about a device. What other rows say of it in passing is swept up in ``sweep``."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import sqlalchemy as sa

from homeroom_collector.rules.problem import named
from homeroom_collector.store import notices, outbox
from homeroom_collector.store.engine import Connection
from homeroom_collector.store.forgetting.found import Found
from homeroom_collector.store.forgetting.words import patterns
from homeroom_collector.store.outbox_tables import outbox_batches
from homeroom_collector.store.problem_tables import maintenance_windows, problem_members, problems
from homeroom_collector.store.schema import (
    assets,
    audit_log,
    daily,
    daily_interfaces,
    device_events,
    device_keys,
    devices,
    gear_outlines,
    google_devices,
    latest,
    rolled_up,
    samples,
)
from homeroom_collector.store.schema_forgetting import forgotten
from homeroom_collector.store.schema_gear import gear_manners
from homeroom_collector.store.ticket_tables import alert_inbox, alerts, tickets

_BY_NUMBER = (
    device_events, device_keys, latest, gear_outlines, google_devices, daily, daily_interfaces, rolled_up, samples,
)  # fmt: skip
_BY_ID = (gear_manners, maintenance_windows, problem_members)


def take_away(connection: Connection, found: Found, now: float) -> dict[str, int]:
    """Delete everything about the devices, and let collectors that run know. Gives how many rows, by table."""
    counts = {table.name: _deleted(connection, table, table.c.device_number.in_(found.numbers)) for table in _BY_NUMBER}
    _fewer_members(connection, found)
    counts |= {table.name: _deleted(connection, table, table.c.device_id.in_(found.device_ids)) for table in _BY_ID}
    counts[problems.name] = _problems(connection, found)
    counts[tickets.name] = _keyed(connection, tickets, tickets.c.external_key, tickets.c.key, found)
    counts[alerts.name] = _keyed(connection, alerts, alerts.c.fingerprint, alerts.c.key, found)
    counts[alert_inbox.name] = _inbox(connection, found)
    counts[outbox_batches.name] = _outbox(connection, found)
    counts |= _register(connection, found)
    counts[devices.name] = _deleted(connection, devices, devices.c.number.in_(found.numbers))
    for device_id in found.device_ids:
        connection.execute(forgotten.insert(), {"at": now, "device_sha256": digest_of(device_id)})
    notices.changed(connection, found.numbers)
    return {name: count for name, count in counts.items() if count}


def digest_of(device_id: str) -> str:
    """By this a collector knows the device in its memory."""
    return hashlib.sha256(device_id.encode()).hexdigest()


def heard_since(connection: Connection, number: int, at: float) -> list[tuple[int, str]]:
    """Devices that were to be forgotten after a row's number, and at a moment or later: number and digest."""
    query = sa.select(forgotten.c.number, forgotten.c.device_sha256).where(
        forgotten.c.number > number, forgotten.c.at >= at
    )
    return [(row.number, row.device_sha256) for row in connection.execute(query.order_by(forgotten.c.number))]


def drop_before(connection: Connection, moment: float) -> int:
    """Let go of the digests, too, once every collector has heard of them."""
    return connection.execute(forgotten.delete().where(forgotten.c.at < moment)).rowcount


def _deleted(connection: Connection, table: sa.Table, which: sa.ColumnElement[bool]) -> int:
    return connection.execute(table.delete().where(which)).rowcount


def _fewer_members(connection: Connection, found: Found) -> None:
    """Problems that explained the device explain one less."""
    members = problem_members
    explained = sa.select(members.c.problem_id).where(members.c.device_id.in_(found.device_ids))
    fewer = problems.update().where(problems.c.problem_id.in_(explained))
    connection.execute(fewer.values(member_count=problems.c.member_count - 1, version=problems.c.version + 1))


def _problems(connection: Connection, found: Found) -> int:
    """Problems about the device itself; those that it caused are caused by nothing that is known any more."""
    keys = set(connection.execute(sa.select(problems.c.key).distinct()).scalars())
    ours = [key for key in keys if is_about(key, found)]
    connection.execute(problems.update().where(problems.c.cause.in_(ours)).values(cause=None))
    return _deleted(connection, problems, problems.c.key.in_(ours))


def is_about(key: str, found: Found) -> bool:
    """Whether a key ``school/kind/subject`` names one of the devices."""
    name, _ = named(key.rpartition("/")[2])
    return name in found.device_ids


def _keyed(connection: Connection, table: sa.Table, which: sa.Column[str], key: sa.Column[str], found: Found) -> int:
    rows = connection.execute(sa.select(which, key)).all()
    return _deleted(connection, table, which.in_([name for name, text in rows if is_about(text, found)]))


def _inbox(connection: Connection, found: Found) -> int:
    """Notifications that name the device and were looked at; one that was not yet is looked at within seconds."""
    ours = patterns(found.words)
    rows = connection.execute(sa.select(alert_inbox.c.number, alert_inbox.c.body))
    said = [number for number, body in rows if any(each.search(bytes(body).decode(errors="replace")) for each in ours)]
    return _deleted(connection, alert_inbox, alert_inbox.c.number.in_(said))


def _outbox(connection: Connection, found: Found) -> int:
    """Reports that still wait for another store of samples; other devices' stay where they are."""
    gone = 0
    numbers = list(connection.execute(sa.select(outbox_batches.c.batch)).scalars())
    for number in numbers:
        one = outbox_batches.c.batch == number
        body = connection.scalar(sa.select(outbox_batches.c.body).where(one))
        reports = list(outbox.unpacked(body)) if body is not None else []
        left = [each for each in reports if each.device_id not in found.device_ids]
        if len(left) == len(reports):
            continue
        gone += len(reports) - len(left)
        packed = outbox.packed(left)
        values = {"body": packed, "reports": len(left), "size_bytes": len(packed)}
        changed = outbox_batches.update().where(one).values(values)
        connection.execute(changed if left else outbox_batches.delete().where(one))
    return gone


def _register(connection: Connection, found: Found) -> dict[str, int]:
    """Lines of the register go, with their log; of one that E-rate paid for stays what an auditor asks for."""
    names = [name.upper() for name in (*found.serials, *found.asset_tags)]
    logged = _deleted(connection, audit_log, sa.func.upper(audit_log.c.subject).in_(names))
    ours = assets.c.number.in_(found.assets)
    paid = ours & (assets.c.erate_frn.is_not(None) | assets.c.erate_year.is_not(None))
    tag = sa.literal("forgotten-").concat(sa.cast(assets.c.number, sa.Text))
    bare: Mapping[str, object] = {
        "serial": None, "asset_tag": tag, "room": None, "cart": None, "assignment": None, "sources": "{}",
    }  # fmt: skip
    kept = connection.execute(assets.update().where(paid).values(bare)).rowcount
    gone = _deleted(connection, assets, ours & assets.c.erate_frn.is_(None) & assets.c.erate_year.is_(None))
    return {"audit_log": logged, "assets": gone, "assets kept for E-rate without a name": kept}
