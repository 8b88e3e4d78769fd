"""The system group (SNMPv2-MIB, RFC 3418), and the clocks of the agent, its engine and its host."""

from __future__ import annotations

from dataclasses import dataclass

from homeroom_agent.report.network import System
from homeroom_collector.snmp.reading.reader import Reader
from homeroom_collector.snmp.reading.text import text, whole
from homeroom_collector.snmp.reading.uptime import Clocks, uptime_seconds
from homeroom_collector.snmp.session import Oid, Value

DESCRIPTION = "1.3.6.1.2.1.1.1.0"
OBJECT_ID = "1.3.6.1.2.1.1.2.0"
UPTIME = "1.3.6.1.2.1.1.3.0"
CONTACT = "1.3.6.1.2.1.1.4.0"
NAME = "1.3.6.1.2.1.1.5.0"
LOCATION = "1.3.6.1.2.1.1.6.0"
ENGINE_BOOTS = "1.3.6.1.6.3.10.2.1.2.0"
ENGINE_TIME = "1.3.6.1.6.3.10.2.1.3.0"
HOST_UPTIME = "1.3.6.1.2.1.25.1.1.0"

LABELS = (DESCRIPTION, OBJECT_ID, CONTACT, NAME, LOCATION)
CLOCKS = (UPTIME, ENGINE_BOOTS, ENGINE_TIME, HOST_UPTIME)
CHANGES = ("1.3.6.1.2.1.2.1.0", "1.3.6.1.2.1.31.1.5.0", "1.3.6.1.2.1.47.1.4.1.0")
"""ifNumber, ifTableLastChange (RFC 2863) and entLastChangeTime (RFC 6933)."""


async def labels(reader: Reader) -> dict[str, Value]:
    """Read the texts, with the inventory only."""
    return await reader.once("system", lambda: reader.scalars("system", LABELS))


@dataclass(frozen=True, slots=True)
class Reading:
    """The group, the clocks behind its uptime, and ``changes``: marks that move when the device is altered."""

    system: System
    clocks: Clocks
    changes: tuple[int | None, ...]


async def read(reader: Reader) -> Reading:
    """Read the group: texts with the inventory, clocks and marks each time, in one request."""
    said = await labels(reader)
    answer = await reader.scalars("system", (*CLOCKS, *CHANGES))
    clocks = Clocks(
        agent_ticks=whole(answer.get(UPTIME)),
        engine_seconds=whole(answer.get(ENGINE_TIME)),
        host_ticks=whole(answer.get(HOST_UPTIME)),
        boots=whole(answer.get(ENGINE_BOOTS)),
    )
    facts = System(
        name=text(said.get(NAME)),
        description=text(said.get(DESCRIPTION), limit=1024),
        object_id=object_id(said.get(OBJECT_ID)),
        uptime_seconds=uptime_seconds(clocks),
        location=text(said.get(LOCATION)),
        contact=text(said.get(CONTACT)),
    )
    return Reading(facts, clocks, tuple(whole(answer.get(oid)) for oid in CHANGES))


def object_id(value: Value | None) -> str | None:
    """Give sysObjectID dotted, without a leading dot; None where it is of another type or zeroDotZero."""
    return str(value) if isinstance(value, Oid) and value not in ("0.0", "0") else None
