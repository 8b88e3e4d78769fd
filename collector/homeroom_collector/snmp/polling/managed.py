"""What is known of all gear that is followed: to tell it from the computers and telephones a switch also sees."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from homeroom_agent.report.network import Neighbor, NetworkGear

_GEAR = ("switch", "router", "access_point", "phone")


@dataclass(frozen=True, slots=True, kw_only=True)
class Managed:
    """Hardware addresses of managed gear, and its names without domains, in small letters."""

    addresses: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()

    def without_computers(self, gear: NetworkGear) -> NetworkGear:
        """What a device told, less the neighbours that may be somebody's computer.

        Computers that speak LLDP say that they are stations, or nothing. Of such neighbours only managed gear stays.
        """
        seen = gear.neighbors
        if not seen or all(each.remote_kind in _GEAR for each in seen):
            return gear
        return replace(gear, neighbors=[each for each in seen if each.remote_kind in _GEAR or self._knows(each)])

    def _knows(self, neighbor: Neighbor) -> bool:
        return neighbor.remote_chassis_id in self.addresses or short(neighbor.remote_name) in self.names


def short(name: str | None) -> str:
    """A name as it is compared: without its domain, in small letters."""
    return (name or "").partition(".")[0].casefold()


def managed(addresses: Iterable[str], names: Iterable[str | None]) -> Managed:
    """Put together what is known of all gear."""
    return Managed(addresses=frozenset(addresses), names=frozenset(map(short, names)) - {""})
