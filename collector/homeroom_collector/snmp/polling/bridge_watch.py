"""Behind which ports of a switch other managed gear is: looked up now and then, beside the polls.

Gear that speaks neither LLDP nor CDP has no other place in the topology. A switch has learned the addresses of all
stations; those of managed gear are picked out at once, and the others are kept nowhere.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from dataclasses import dataclass

from homeroom_agent.report.network import ROWS, Bridging, NetworkGear
from homeroom_collector.snmp.reading.gear import read_bridge
from homeroom_collector.snmp.session import Session
from homeroom_collector.snmp.topology.seen import gear_behind


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgePace:
    """How often a switch is asked, and how long that may take. One that has learned more addresses is not asked."""

    every_seconds: float = 3600.0
    first_after_seconds: float = 30.0
    budget_seconds: float = 20.0
    most_addresses: int = 32_768


class BridgeWatch:
    """What one switch has learned of other gear. ``known`` is empty until it was asked."""

    def __init__(self, pace: BridgePace) -> None:
        self.pace = pace
        self.known = Bridging()
        self._asked_at: float | None = None

    def is_due(self, gear: NetworkGear, age_seconds: float, now: float) -> bool:
        """Whether to ask. ``age_seconds`` is that of the inventory: both at once would be much for a weak switch."""
        if gear.bridge is None or (gear.bridge.learned_addresses or 0) > self.pace.most_addresses:
            return False
        if age_seconds < self.pace.first_after_seconds:
            return False
        return self._asked_at is None or now - self._asked_at >= self.pace.every_seconds

    async def look(self, session: Session, gear: NetworkGear, managed: Collection[str], now: float) -> None:
        """Ask, and keep where ``managed`` addresses are that are not the switch's own. Raises SnmpError."""
        self._asked_at = now
        found = await read_bridge(session)
        ports = gear.interfaces or []
        others = frozenset(managed) - {port.mac for port in ports if port.mac} - {found.address or ""}
        learned = gear_behind(found, ports, others, ROWS)
        self.known = Bridging(address=found.address, gear_addresses=learned or None)

    def added(self, counts: Bridging | None) -> Bridging | None:
        """What is counted at each poll, with what is known of other gear."""
        if counts is None or self._asked_at is None:
            return counts
        return dataclasses.replace(counts, address=self.known.address, gear_addresses=self.known.gear_addresses)
