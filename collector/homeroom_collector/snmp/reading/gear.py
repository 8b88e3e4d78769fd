"""One device, whole: composes the tables and the profile into what a report says of network gear.

Owns the order of asking and what is asked again at each poll. Each table stands without the others: one that fails
leaves a row in ``errors``. Only a device that stops answering, or refuses, ends the poll.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from homeroom_agent.report.network import (
    ROWS,
    GearIdentity,
    NetworkGear,
    PollCost,
    Pool,
    Processor,
    Sensor,
    System,
)
from homeroom_collector.errors import SnmpAnswerError
from homeroom_collector.snmp.knowledge import profile_read
from homeroom_collector.snmp.knowledge.answers import SYS_DESCR, SYS_NAME, SYS_OBJECT_ID, Answers
from homeroom_collector.snmp.knowledge.facts import ProfileFacts
from homeroom_collector.snmp.knowledge.match import Catalog
from homeroom_collector.snmp.knowledge.schema import Profile
from homeroom_collector.snmp.reading import identify, join
from homeroom_collector.snmp.reading.makers import maker
from homeroom_collector.snmp.reading.reader import Memory, Reader
from homeroom_collector.snmp.reading.tables import (
    bridge,
    entity,
    entity_sensor,
    entity_state,
    host_resources,
    interfaces,
    lm_sensors,
    neighbors,
    poe,
    printer,
    system,
    ucd,
    ups,
)
from homeroom_collector.snmp.session import Session

_IDENTITY: tuple[profile_read.Part, ...] = ("identity",)
_GROWING: tuple[profile_read.Part, ...] = ("wireless",)
"""Read by walking at every poll: rows of associations come and go."""
_MOVING = tuple(part for part in profile_read.ALL_PARTS if part not in (*_IDENTITY, *_GROWING))


@dataclass(slots=True)
class Inventory:
    """What one device is and has, kept between inventories so that a poll asks only for what moves.

    ``gear`` is the poll that came with the inventory, ``latest`` the clocks of the newest poll. ``outdated`` says that
    the device was altered or restarted since: what is remembered may be wrong, so another inventory is due.
    """

    memory: Memory = field(default_factory=Memory)
    profile: Profile | None = None
    gear: NetworkGear | None = None
    latest: system.Reading | None = None
    outdated: bool = False


async def read_gear(
    session: Session, catalog: Catalog | None = None, *, clock: Callable[[], float] = time.monotonic
) -> NetworkGear:
    """Read everything once, for a probe. Raises SnmpError where nothing answers."""
    gear = (await read_inventory(session, catalog, clock=clock)).gear
    assert gear is not None
    return gear


async def read_inventory(
    session: Session, catalog: Catalog | None = None, *, clock: Callable[[], float] = time.monotonic
) -> Inventory:
    """Find out what the device is and has, with a first poll. Raises SnmpError where nothing answers."""
    inventory = Inventory()
    inventory.gear = await _poll(session, inventory, clock, catalog)
    inventory.outdated = False
    return inventory


async def read_counters(
    session: Session, inventory: Inventory, *, clock: Callable[[], float] = time.monotonic
) -> NetworkGear:
    """Read what moves; what does not comes from ``inventory``. Raises SnmpError where nothing answers."""
    return await _poll(session, inventory, clock, None)


async def read_bridge(session: Session) -> bridge.Bridge:
    """Read what a switch has learned, for the topology. Dear on a core switch: now and then, not with each poll.

    Raises SnmpError where nothing came because reading failed, which is not the same as having learned nothing.
    """
    reader = Reader(session, Memory())
    found = await bridge.read(reader)
    if reader.errors and not found.addresses:
        raise SnmpAnswerError(f"{reader.errors[0].table}: {reader.errors[0].error}")
    return found


async def _poll(
    session: Session, inventory: Inventory, clock: Callable[[], float], catalog: Catalog | None
) -> NetworkGear:
    started = clock()
    requests, variables = session.cost.requests, session.cost.variables
    reader = Reader(session, inventory.memory)
    await reader.prefetch()
    if catalog is not None:
        inventory.profile = await reader.once("recognise", lambda: _recognise(reader, catalog))
    _spare(session, inventory.profile)
    reading = await system.read(reader)
    gear = await Poll(reader, inventory.profile).read(reading.system)
    reader.settle()
    inventory.outdated |= reader.vanished or _altered(inventory, reading, gear)
    inventory.latest = reading
    cost = PollCost(
        duration_seconds=clock() - started,
        requests=session.cost.requests - requests,
        variables=session.cost.variables - variables,
    )
    return replace(gear, poll=cost)


def _spare(session: Session, profile: Profile | None) -> None:
    """Ask no more at once than the family can take."""
    if profile is not None and profile.max_repetitions is not None:
        session.max_repetitions = min(session.max_repetitions, profile.max_repetitions)
    if profile is not None and profile.instances_per_get is not None:
        session.max_bindings = min(session.max_bindings, max(1, profile.instances_per_get))


def _altered(inventory: Inventory, reading: system.Reading, gear: NetworkGear) -> bool:
    """Say whether ports or parts came or went since the inventory, or the device's clock went back."""
    if inventory.latest is None or inventory.gear is None:
        return False
    before, after = inventory.latest.clocks.agent_ticks, reading.clocks.agent_ticks
    went_back = before is not None and after is not None and after < before
    return went_back or reading.changes != inventory.latest.changes or _indexes(gear) != _indexes(inventory.gear)


def _indexes(gear: NetworkGear) -> list[int]:
    return [port.index for port in gear.interfaces or []]


async def _recognise(reader: Reader, catalog: Catalog) -> Profile | None:
    labels = await system.labels(reader)
    asked = (SYS_DESCR, SYS_OBJECT_ID, SYS_NAME)
    return await profile_read.recognise(catalog, reader, Answers(scalars={oid: labels.get(oid) for oid in asked}))


@dataclass(slots=True)
class Poll:
    """One poll under way."""

    reader: Reader
    profile: Profile | None

    async def read(self, facts: System) -> NetworkGear:
        """Read each section that the profile does not leave out, then what the profile adds."""
        reader = self.reader
        ports = await interfaces.read(reader) if self._wants("interfaces") else []
        parts = await entity.read(reader) if self._wants("physical") else entity.NOTHING
        sensors = await self._sensors() if self._wants("sensors") else []
        memory, storage = await self._pools()
        processors = await self._processors() if self._wants("processors") else []
        battery = await ups.read(reader) if self._wants("ups") else ups.NOTHING
        paper, paper_sensors = await printer.read(reader) if self._wants("printer") else printer.NOTHING
        power, power_sensors = await poe.read(reader) if self._wants("poe") else poe.NOTHING
        around = await neighbors.read(reader, ports) if self._wants("neighbors") else []
        added = await self._profile_facts()
        standard = [*sensors, *battery.sensors, *paper_sensors, *power_sensors]
        gear = NetworkGear(
            reachable=True,
            system=facts,
            interfaces=ports,
            processors=(added.processors or processors)[:ROWS],
            memory=join.pools(memory, added.memory),
            storage=join.storage(storage, added.storage),
            sensors=join.sensors(standard, added.sensors),
            ups=join.ups(battery.ups, added.ups),
            printer=join.printer(paper, added.printer),
            poe=join.poe(power, added.poe),
            wireless=join.wireless(added.wireless),
            neighbors=around,
            bridge=await bridge.counts(reader, ports),
            physical=list(parts.rows),
            errors=reader.errors,
        )
        known = [added.identity, parts.identity, battery.identity]
        return replace(gear, identity=await self._identity(gear, known, host=bool(processors)))

    def _wants(self, section: str) -> bool:
        """Say whether to read a standard section: a profile names those its family fills with nonsense."""
        return self.profile is None or section not in self.profile.leave_out

    async def _sensors(self) -> list[Sensor]:
        tables = (entity_sensor.read, entity_state.read, lm_sensors.read)
        return [sensor for read in tables for sensor in await read(self.reader)]

    async def _processors(self) -> list[Processor]:
        """Ask the host's table; the average of UCD-SNMP-MIB only where there is none."""
        return await host_resources.processors(self.reader) or await ucd.processors(self.reader)

    async def _pools(self) -> tuple[list[Pool], list[Pool]]:
        """Memory and storage of the host's table; those of UCD-SNMP-MIB where that has none."""
        memory, storage = await host_resources.storage(self.reader)
        memory = memory or await ucd.memory(self.reader)
        storage = storage or await ucd.disks(self.reader)
        return memory if self._wants("memory") else [], storage if self._wants("storage") else []

    async def _profile_facts(self) -> ProfileFacts:
        if self.profile is None:
            return ProfileFacts()
        profile, answers = self.profile, Answers()
        identity = await self.reader.once("profile", lambda: self._profile_identity(profile, answers))
        added = await profile_read.read(profile, self.reader, answers, parts=_MOVING)
        with self.reader.growing():
            counted = await profile_read.read(profile, self.reader, Answers(), parts=_GROWING)
        return replace(added, identity=identity, wireless=counted.wireless)

    async def _profile_identity(self, profile: Profile, answers: Answers) -> GearIdentity | None:
        return (await profile_read.read(profile, self.reader, answers, parts=_IDENTITY)).identity

    async def _identity(self, gear: NetworkGear, known: list[GearIdentity | None], *, host: bool) -> GearIdentity:
        """Ask the printer and the bridge only where they still matter, once in an inventory."""

        async def ask() -> GearIdentity:
            paper = await printer.identity(self.reader) if gear.printer else None
            ports = await bridge.ports(self.reader)
            evidence = identify.Evidence(bool(gear.ups), bool(gear.printer), host, len(ports))
            kind = identify.kind(evidence, gear.interfaces or [])
            known_by_number = GearIdentity(vendor=maker(gear.system.object_id if gear.system else None))
            described = gear.system.description if gear.system else None
            return identify.merged([*known, paper, known_by_number], described, kind)

        return await self.reader.once("identity", ask)
