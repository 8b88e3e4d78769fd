"""Power over Ethernet: pethMainPseTable (POWER-ETHERNET-MIB, RFC 3621), one row for each switch or stack member."""

from __future__ import annotations

from collections.abc import Sequence

from homeroom_agent.report.network import ROWS, PoeGroup, Sensor
from homeroom_collector.snmp.reading.reader import Reader
from homeroom_collector.snmp.reading.tables.numbers import within
from homeroom_collector.snmp.reading.tables.readings import reading, state
from homeroom_collector.snmp.reading.text import whole

MAIN_ENTRY = "1.3.6.1.2.1.105.1.3.1.1"
POWER, STATUS, CONSUMPTION = 2, 3, 4
_STATES = {1: "ok", 2: "warning", 3: "critical"}
"""pethMainPseOperStatus: on, off, faulty."""
_MOST_WATTS = 1_000_000


NOTHING: tuple[Sequence[PoeGroup], Sequence[Sensor]] = ((), ())


async def read(reader: Reader) -> tuple[Sequence[PoeGroup], Sequence[Sensor]]:
    """Read the budget and use of each group, in whole watts as the MIB has them, and their state."""
    table = await reader.whole("pethMainPseTable", MAIN_ENTRY)
    power, consumption = table.get(POWER, {}), table.get(CONSUMPTION, {})
    groups = [
        PoeGroup(
            index=index[:64],
            budget_watts=within(power.get(index), 0, _MOST_WATTS),
            used_watts=within(consumption.get(index), 0, _MOST_WATTS),
        )
        for index in dict.fromkeys([*power, *consumption])
    ]
    sensors = [sensor for group in groups for sensor in _power(group)]
    states = table.get(STATUS, {}).items()
    sensors += [state(f"{MAIN_ENTRY}.{STATUS}.{i}", whole(number), f"PoE {i}", _STATES) for i, number in states]
    return groups[:ROWS], sensors


def _power(group: PoeGroup) -> list[Sensor]:
    pairs = (("budget", POWER, group.budget_watts), ("used", CONSUMPTION, group.used_watts))
    return [
        reading(f"{MAIN_ENTRY}.{column}.{group.index}", "power", "watts", watts, f"PoE {name} {group.index}")
        for name, column, watts in pairs
        if watts is not None
    ]
