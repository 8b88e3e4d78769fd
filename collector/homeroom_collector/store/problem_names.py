"""The devices that a problem explains, as people call them."""

from __future__ import annotations

import sqlalchemy as sa

from homeroom_collector.store.engine import Connection
from homeroom_collector.store.problem_tables import problem_members
from homeroom_collector.store.schema import devices


def member_names(connection: Connection, problem_id: int, most: int) -> list[str]:
    """Names of the first ``most`` members, by id; the id where a device has no name."""
    named = sa.func.coalesce(devices.c.name, problem_members.c.device_id)
    joined = problem_members.outerjoin(devices, devices.c.device_id == problem_members.c.device_id)
    chosen = sa.select(named).select_from(joined).where(problem_members.c.problem_id == problem_id)
    return list(connection.execute(chosen.order_by(problem_members.c.device_id).limit(most)).scalars())
