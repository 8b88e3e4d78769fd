"""What the fleet knows of the cabling: who hangs from whom, which ports lead outside, and the drawing for others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from homeroom_agent.report.network import Neighbor, NetworkGear


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """One drawing of the topology. ``graph`` is plain JSON; the others are by device id.

    ``parents`` leads from each device to the next one towards the uplink, ``wan`` names ports that lead outside.
    """

    parents: Mapping[str, str] = field(default_factory=dict)
    wan: Mapping[str, frozenset[str]] = field(default_factory=dict)
    graph: Mapping[str, Any] = field(default_factory=dict)


def outline(gear: NetworkGear) -> int:
    """A number that changes with what the topology is drawn from: names, addresses and labels, not what moves."""
    bridge = gear.bridge
    return hash(
        (
            gear.system.name if gear.system else None,
            gear.identity.kind if gear.identity else None,
            tuple([(port.index, port.name, port.alias, port.mac) for port in gear.interfaces or ()]),
            tuple([_neighbor(each) for each in gear.neighbors or ()]),
            (bridge.root_port, bridge.address) if bridge else None,
            tuple([(each.interface, each.address) for each in (bridge.gear_addresses or ())]) if bridge else None,
        )
    )


def _neighbor(each: Neighbor) -> tuple[str | None, ...]:
    return (each.local_interface, each.remote_name, each.remote_port, each.remote_chassis_id)
