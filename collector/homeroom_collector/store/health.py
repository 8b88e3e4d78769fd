"""What the store tells about those who report: how wrong clocks are, how old agents are, how fresh calendars."""

from __future__ import annotations

import json
from typing import NamedTuple

import sqlalchemy as sa

from homeroom_collector.store.engine import Connection
from homeroom_collector.store.schema import calendar_feeds, devices, latest

_MOST = 5_000


class Told(NamedTuple):
    """``skews`` are device clocks minus ours, of devices heard since a moment; ``agents`` their agents' versions.

    ``newest_at`` is when the last report of all arrived, ``feed_at`` when the calendar read longest ago was read.
    """

    skews: list[float]
    agents: list[str]
    newest_at: float | None
    feed_at: float | None


def told(connection: Connection, since: float) -> Told:
    """Of the devices heard last, up to some thousands."""
    query = sa.select(latest.c.clock_skew_seconds, latest.c.report).join_from(latest, devices)
    query = query.where(devices.c.device_class == "computer", latest.c.received_at >= since)
    rows = connection.execute(query.order_by(latest.c.received_at.desc()).limit(_MOST)).all()
    reports = [json.loads(row.report) for row in rows if row.report]
    return Told(
        [row.clock_skew_seconds for row in rows if row.clock_skew_seconds is not None],
        [str(report["agent_version"]) for report in reports if report.get("agent_version")],
        connection.scalar(sa.select(sa.func.max(latest.c.received_at))),
        connection.scalar(sa.select(sa.func.min(calendar_feeds.c.read_at))),
    )
