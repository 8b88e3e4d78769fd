"""Where addresses were learned: BRIDGE-MIB (RFC 4188) and Q-BRIDGE-MIB (RFC 4363).

Bridges count their ports on their own; dot1dBasePortIfIndex ties such a number to an interface. Learned addresses stay
in memory for drawing the topology: they are stations' addresses, and no report holds them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from homeroom_collector.snmp.reader import Column, Reader
from homeroom_collector.snmp.text import whole

BASE_ADDRESS = "1.3.6.1.2.1.17.1.1.0"
BASE_PORT_INDEX = "1.3.6.1.2.1.17.1.4.1.2"
ROOT_PORT = "1.3.6.1.2.1.17.2.7.0"
FDB_PORT = "1.3.6.1.2.1.17.4.3.1.2"
Q_FDB_PORT = "1.3.6.1.2.1.17.7.1.2.2.1.2"
VLAN_NAME = "1.3.6.1.2.1.17.7.1.4.3.1.1"
_MAC_ARCS = 6


@dataclass(frozen=True, slots=True)
class Bridge:
    """One bridge's tables. ``addresses`` are the MACs learned behind each ifIndex; ``root_port`` leads to the root."""

    address: str | None = None
    ports: dict[int, int] = field(default_factory=dict)
    addresses: dict[int, frozenset[str]] = field(default_factory=dict)
    root_port: int | None = None
    vlans: int = 0

    @property
    def fdb_entries(self) -> int:
        """Number of addresses learned, each counted once for each port."""
        return sum(map(len, self.addresses.values()))


async def ports(reader: Reader) -> dict[int, int]:
    """Read ifIndex by bridge port number; empty where the device is no bridge."""
    return await reader.once("dot1dBasePortTable", lambda: _ports(reader))


async def _ports(reader: Reader) -> dict[int, int]:
    column = await reader.column("dot1dBasePortTable", BASE_PORT_INDEX)
    pairs = ((whole(number.encode()), whole(index)) for number, index in column.items())
    return {number: index for number, index in pairs if number is not None and index}


async def read(reader: Reader) -> Bridge:
    """Read all of it: dear on a core switch, so for the topology only, not with each poll."""
    by_port = await ports(reader)
    if not by_port:
        return Bridge()
    scalars = await reader.scalars("dot1dBase", [BASE_ADDRESS, ROOT_PORT])
    learned = await reader.column("dot1qTpFdbTable", Q_FDB_PORT) or await reader.column("dot1dTpFdbTable", FDB_PORT)
    vlans = await reader.column("dot1qVlanStaticTable", VLAN_NAME)
    address = scalars.get(BASE_ADDRESS)
    return Bridge(
        address=address.hex(":") if isinstance(address, bytes) and len(address) == _MAC_ARCS else None,
        ports=by_port,
        addresses=_by_interface(learned, by_port),
        root_port=by_port.get(whole(scalars.get(ROOT_PORT)) or 0),
        vlans=len(vlans),
    )


def _by_interface(learned: Column, by_port: dict[int, int]) -> dict[int, frozenset[str]]:
    found: dict[int, set[str]] = {}
    for address, port in _entries(learned):
        found.setdefault(by_port.get(port, port), set()).add(address)
    return {index: frozenset(addresses) for index, addresses in found.items()}


def _entries(learned: Column) -> Iterator[tuple[str, int]]:
    """Give (address, bridge port); port 0 means learned but not where. The last six arcs of an index are the MAC."""
    for index, port in learned.items():
        arcs = index.split(".")[-_MAC_ARCS:]
        number = whole(port)
        if number and len(arcs) == _MAC_ARCS and all(arc.isdigit() and int(arc) < 256 for arc in arcs):
            yield ":".join(f"{int(arc):02x}" for arc in arcs), number
