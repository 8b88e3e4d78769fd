"""How many devices of a school reported on which day, and how often its network gear answered."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from homeroom_collector.store.engine import Connection
from homeroom_collector.store.schema import daily, devices


@dataclass(frozen=True, slots=True, kw_only=True)
class Attended:
    """One day, such as 20261005: how many computers reported, and polls of network gear with those answered."""

    day: int
    computers: int
    polls: int
    answered: int


def attended(connection: Connection, school_id: str | None, first_day: int, last_day: int) -> list[Attended]:
    """Days of a school, or of the district, on which anything was heard; in order, and both ends included.

    The day that is under way is not among them until it ends.
    """
    computer = sa.case((devices.c.device_class == "computer", 1), else_=0)
    query = (
        sa.select(daily.c.day, sa.func.sum(computer), sa.func.sum(daily.c.polls), sa.func.sum(daily.c.polls_answered))
        .join_from(daily, devices, devices.c.number == daily.c.device_number)
        .where(daily.c.day.between(first_day, last_day))
        .group_by(daily.c.day)
        .order_by(daily.c.day)
    )
    if school_id is not None:
        query = query.where(devices.c.school_id == school_id)
    return [
        Attended(day=day, computers=int(computers), polls=int(polls), answered=int(answered))
        for day, computers, polls, answered in connection.execute(query)
    ]
