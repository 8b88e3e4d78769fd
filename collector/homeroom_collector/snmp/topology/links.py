"""Links between known devices, from what each says of its neighbours and has learned of addresses. Pure.

A neighbour is recognised by its chassis address, else by its name where only one device has it. What both ends say of
one cable is joined to one link.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from homeroom_agent.report.network import Interface, Neighbor, NetworkGear
from homeroom_collector.snmp.reading.tables.bridge import Bridge

_LETTERS = re.compile(r"[a-z]+")
_AMBIGUOUS = ""


@dataclass(frozen=True, slots=True)
class Station:
    """One managed device: what it reported, and what it learned as a bridge."""

    device_id: str
    gear: NetworkGear
    bridge: Bridge = field(default_factory=Bridge)

    @property
    def kind(self) -> str:
        """Class of the device; ``other`` where nothing says."""
        return self.gear.identity.kind if self.gear.identity else "other"

    @property
    def name(self) -> str | None:
        """Name the device gives itself (sysName)."""
        return self.gear.system.name if self.gear.system else None

    def addresses(self) -> set[str]:
        """Give every hardware address that is this device's own."""
        found = {port.mac for port in self.gear.interfaces or [] if port.mac}
        return found | ({self.bridge.address} if self.bridge.address else set())


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One cable. A port is None where neither end tells it. ``device_a`` sorts before ``device_b``."""

    device_a: str
    port_a: str | None
    device_b: str
    port_b: str | None
    seen_by: frozenset[str]
    speed_bps: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stub:
    """A neighbour that is no managed device."""

    device_id: str
    port: str | None
    name: str | None
    kind: str | None


@dataclass(frozen=True, slots=True)
class _Claim:
    """One side's word on a link between a pair: ports may be unknown."""

    port_a: str | None
    port_b: str | None
    said_by: str


def links_and_stubs(stations: Sequence[Station]) -> tuple[tuple[Link, ...], tuple[Stub, ...]]:
    """Find all links, sorted, and the neighbours nobody manages."""
    known = {station.device_id: station for station in stations}
    finder = _Finder(stations)
    claims: dict[tuple[str, str], list[_Claim]] = defaultdict(list)
    stubs = []
    for station in stations:
        for neighbor in station.gear.neighbors or []:
            other = finder.find(neighbor)
            if other is None:
                stubs.append(_stub(station, neighbor))
            elif other != station.device_id:
                pair, claim = _claim(station, known[other], neighbor)
                claims[pair].append(claim)
    linked = {device for pair in claims for device in pair}
    for pair, claim in _learned(stations, finder, linked):
        claims[pair].append(claim)
    links = [_link(pair, claim, known) for pair, said in sorted(claims.items()) for claim in _joined(said)]
    return tuple(links), tuple(stubs)


class _Finder:
    """Finds devices by address or name; what two devices share finds neither."""

    def __init__(self, stations: Sequence[Station]) -> None:
        self.by_address = _unique((address, s.device_id) for s in stations for address in s.addresses())
        self.by_name = _unique((s.name.casefold(), s.device_id) for s in stations if s.name)
        self.by_label = _unique((_label(s.name), s.device_id) for s in stations if s.name)

    def find(self, neighbor: Neighbor) -> str | None:
        """Give the device id, or None."""
        name = neighbor.remote_name or ""
        return (
            self.by_address.get(neighbor.remote_chassis_id or "")
            or self.by_name.get(name.casefold())
            or self.by_label.get(_label(name))
        )


def _label(name: str) -> str:
    return name.partition(".")[0].casefold()


def _unique(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, device in pairs:
        found[key] = device if found.get(key, device) == device else _AMBIGUOUS
    return {key: device for key, device in found.items() if key and device}


def _stub(station: Station, neighbor: Neighbor) -> Stub:
    return Stub(
        device_id=station.device_id,
        port=neighbor.local_interface,
        name=neighbor.remote_name or neighbor.remote_chassis_id,
        kind=neighbor.remote_kind,
    )


def _claim(here: Station, there: Station, neighbor: Neighbor) -> tuple[tuple[str, str], _Claim]:
    theirs = find_port(there.gear.interfaces or [], neighbor.remote_port)
    if here.device_id < there.device_id:
        return (here.device_id, there.device_id), _Claim(neighbor.local_interface, theirs, here.device_id)
    return (there.device_id, here.device_id), _Claim(theirs, neighbor.local_interface, here.device_id)


def find_port(ports: Iterable[Interface], said: str | None) -> str | None:
    """Find the port a neighbour means: by name, description, label or address; long and short names are the same."""
    if not said:
        return None
    wanted = canonical(said)
    for port in ports:
        names = (port.name, port.description, port.alias, port.mac)
        if any(name and (name == said or canonical(name) == wanted) for name in names):
            return port.name
    return None


def canonical(port: str) -> str:
    """Shorten a port's name as the makers do: GigabitEthernet1/0/3 and Gi1/0/3 become gi1/0/3."""
    low = port.casefold().replace(" ", "")
    word = _LETTERS.match(low)
    return low if word is None else word[0][:2] + low[word.end() :]


def _joined(claims: Sequence[_Claim]) -> list[_Claim]:
    """Join what both ends say: claims that share a known port are one cable, half known ones pair up in order."""
    whole = list(dict.fromkeys((c.port_a, c.port_b) for c in claims if c.port_a and c.port_b))
    taken = {port for pair in whole for port in pair}
    left = dict.fromkeys(c.port_a for c in claims if c.port_a and not c.port_b and c.port_a not in taken)
    right = dict.fromkeys(c.port_b for c in claims if c.port_b and not c.port_a and c.port_b not in taken)
    count = max(len(left), len(right))
    pairs = zip(_padded(left, count), _padded(right, count), strict=True)
    everyone = ",".join(sorted({c.said_by for c in claims}))
    ends = [*whole, *pairs] or [(None, None)]
    return [_Claim(port_a, port_b, everyone) for port_a, port_b in ends]


def _padded(ports: Iterable[str], count: int) -> list[str | None]:
    found: list[str | None] = list(ports)
    return found + [None] * (count - len(found))


def _link(pair: tuple[str, str], claim: _Claim, known: Mapping[str, Station]) -> Link:
    ends = ((pair[0], claim.port_a), (pair[1], claim.port_b))
    speeds = [speed for device, port in ends if (speed := _speed(known[device], port))]
    return Link(
        device_a=pair[0],
        port_a=claim.port_a,
        device_b=pair[1],
        port_b=claim.port_b,
        seen_by=frozenset(claim.said_by.split(",")),
        speed_bps=min(speeds, default=None),
    )


def _speed(station: Station, name: str | None) -> int | None:
    return next((port.speed_bps for port in station.gear.interfaces or [] if name and port.name == name), None)


def _learned(
    stations: Sequence[Station], finder: _Finder, linked: set[str]
) -> Iterator[tuple[tuple[str, str], _Claim]]:
    """Attach devices no neighbour protocol tells of: to the bridge port behind which the fewest devices stand.

    Every bridge on the way has learned the device, but the nearest sees nothing else there, or only what hangs on the
    device itself. Where two bridges are equally near nothing is claimed.
    """
    sightings: dict[str, list[tuple[int, str, str]]] = defaultdict(list)
    for station in stations:
        names = {port.index: port.name for port in station.gear.interfaces or []}
        for index, addresses in station.bridge.addresses.items():
            behind = {finder.by_address[a] for a in addresses if a in finder.by_address} - {station.device_id}
            for device in behind - linked:
                sightings[device].append((len(behind), station.device_id, names.get(index) or str(index)))
    for device, seen in sightings.items():
        nearest = min(seen)
        if sum(count == nearest[0] for count, _, _ in seen) == 1:
            yield _sighting(device, nearest[1], nearest[2])


def _sighting(device: str, bridge: str, port: str) -> tuple[tuple[str, str], _Claim]:
    if device < bridge:
        return (device, bridge), _Claim(None, port, bridge)
    return (bridge, device), _Claim(port, None, bridge)
