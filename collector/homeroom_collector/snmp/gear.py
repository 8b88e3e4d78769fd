"""One device, whole: composes the tables into what a report says of network gear.

Owns the order of asking and what is asked again at each poll. Each table stands without the others: one that fails
leaves a row in ``errors``. Only a device that stops answering, or refuses, ends the poll.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from homeroom_agent.report.network import GearIdentity, NetworkGear, PollCost
from homeroom_collector.snmp.reader import Memory, Reader
from homeroom_collector.snmp.session import Session
from homeroom_collector.snmp.tables import interfaces, system


@dataclass(slots=True)
class Inventory:
    """What one device is and has, kept between inventories so that a poll asks only for what moves."""

    memory: Memory = field(default_factory=Memory)


async def read_gear(session: Session, *, clock: Callable[[], float] = time.monotonic) -> NetworkGear:
    """Read everything once: inventory and counters, for a probe. Raises SnmpError where nothing answers."""
    return await read_counters(session, Inventory(), clock=clock)


async def read_counters(
    session: Session, inventory: Inventory, *, clock: Callable[[], float] = time.monotonic
) -> NetworkGear:
    """Read what changes, with what ``inventory`` remembers beside it."""
    started = clock()
    before = session.cost.requests, session.cost.variables
    reader = Reader(session, inventory.memory)
    facts = await system.read(reader)
    ports = await interfaces.read(reader)
    return NetworkGear(
        reachable=True,
        system=facts,
        identity=GearIdentity(),
        interfaces=ports,
        errors=reader.errors,
        poll=PollCost(
            duration_seconds=clock() - started,
            requests=session.cost.requests - before[0],
            variables=session.cost.variables - before[1],
        ),
    )
