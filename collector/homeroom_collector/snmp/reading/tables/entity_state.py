"""Whether parts work: entStateOper (ENTITY-STATE-MIB, RFC 4268)."""

from __future__ import annotations

from homeroom_agent.report.network import Sensor
from homeroom_collector.snmp.reading.reader import Reader
from homeroom_collector.snmp.reading.tables import entity
from homeroom_collector.snmp.reading.tables.readings import state
from homeroom_collector.snmp.reading.text import text, whole

OPER = "1.3.6.1.2.1.131.1.1.1.3"
_STATUS = {2: "critical", 3: "ok", 4: "warning"}
"""EntityOperState: disabled, enabled, testing. 1 is unknown."""


_CLASSES = {3, 4, 9, 11, 12}
"""Chassis, backplane, module, stack, cpu: of ports, fans, sensors and power supplies other tables tell more."""


async def read(reader: Reader) -> list[Sensor]:
    """Read one state sensor for each part that has a state and whose state says something about the device."""
    states = await reader.column("entStateTable", OPER)
    if not states:
        return []
    names = await reader.once("entStateTable.names", lambda: _names(reader, list(states)))
    return [
        state(f"{OPER}.{index}", whole(number), names[index], _STATUS)
        for index, number in states.items()
        if index in names
    ]


async def _names(reader: Reader, indexes: list[str]) -> dict[str, str | None]:
    asked = (entity.CLASS, entity.DESCRIPTION, entity.NAME)
    found = await reader.rows("entPhysicalTable", entity.ENTRY, asked, indexes)
    chosen = [index for index, kind in found[entity.CLASS].items() if kind in _CLASSES]
    named, described = found[entity.NAME], found[entity.DESCRIPTION]
    return {index: text(named.get(index)) or text(described.get(index)) for index in chosen}
