"""Devices that wait for a person, or were refused by one, to be listed and decided on; ``standing`` holds the rules."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from homeroom_collector.model import Standing
from homeroom_collector.store import device_events as events
from homeroom_collector.store import notices, standing
from homeroom_collector.store.engine import Connection
from homeroom_collector.store.schema import device_events, latest
from homeroom_collector.store.schema import devices as table


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which devices. ``schools`` None: all; ``q``: in what they call themselves, in any case; from ``first`` on."""

    standing: Standing = "quarantined"
    schools: Collection[str] | None = None
    q: str = ""
    first: int = 0
    most: int = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What somebody decided. ``schools`` None: of any school; ``school_id`` None: they stay where they enrolled."""

    before: Standing
    after: Standing
    author: str
    schools: Collection[str] | None = None
    school_id: str | None = None


def count(connection: Connection, wanted: Wanted) -> int:
    """How many there are, whatever ``first`` and ``most`` say."""
    query = sa.select(sa.func.count()).select_from(table).where(*_fitting(wanted))
    return int(connection.execute(query).scalar_one())


def listed(connection: Connection, wanted: Wanted) -> list[dict[str, Any]]:
    """Rows of the register, last come first, with ``reason``, ``decided_at`` and ``received_at`` of the last report."""
    same = device_events.alias()
    newest = sa.select(sa.func.max(same.c.event_id)).where(
        same.c.device_number == table.c.number, same.c.kind == table.c.standing
    )
    query = (
        sa.select(
            table, latest.c.received_at, device_events.c.detail.label("reason"), device_events.c.at.label("decided_at")
        )
        .join_from(table, latest, isouter=True)
        .join(device_events, device_events.c.event_id == newest.correlate(table).scalar_subquery(), isouter=True)
        .where(*_fitting(wanted))
        .order_by(table.c.enrolled_at.desc(), table.c.number.desc())
    )
    return [dict(row) for row in connection.execute(query.offset(wanted.first).limit(wanted.most)).mappings()]


def decide(connection: Connection, device_ids: Collection[str], decision: Decision, now: float) -> int:
    """Decide on devices that stand as they stood when somebody looked, and are at his schools; how many there were."""
    query = sa.select(table.c.number, table.c.school_id).where(table.c.device_id.in_(list(device_ids)))
    if decision.schools is not None:
        query = query.where(table.c.school_id.in_(list(decision.schools)))
    before = (decision.before,)
    done = 0
    for number, school_id in connection.execute(query.order_by(table.c.number)).all():
        if standing.decide(connection, number, before, decision.after, f"by {decision.author}", now):
            done += 1
            if decision.school_id not in (None, school_id):
                _move(connection, number, school_id, str(decision.school_id), now)
    return done


def _move(connection: Connection, number: int, before: str, after: str, now: float) -> None:
    connection.execute(table.update().where(table.c.number == number).values(school_id=after))
    events.record(connection, number, now, "moved", f"school {before} to {after}")
    notices.changed(connection, [number])


def _fitting(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    found = [table.c.standing == wanted.standing]
    if wanted.schools is not None:
        found.append(table.c.school_id.in_(list(wanted.schools)))
    names = (table.c.serial, table.c.name, table.c.manufacturer, table.c.model, table.c.device_id)
    words = wanted.q.lower().split()
    return found + [sa.or_(*(sa.func.lower(name).contains(word, autoescape=True) for name in names)) for word in words]
