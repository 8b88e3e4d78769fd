"""One device under watch: what is known of it between polls, and one poll of it.

Owns the way in that worked, the inventory, what the device can take, and the time budget. Never raises SnmpError: a
device that does not answer is a fact.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass

from homeroom_agent.report.network import GearIdentity, NetworkGear, TableError
from homeroom_collector.errors import SnmpError, SnmpTimeoutError
from homeroom_collector.snmp.knowledge.match import Catalog
from homeroom_collector.snmp.polling.bridge_watch import BridgePace, BridgeWatch
from homeroom_collector.snmp.polling.continuity import Continuity
from homeroom_collector.snmp.polling.manners import Manner
from homeroom_collector.snmp.reading.gear import Inventory, read_counters, read_inventory
from homeroom_collector.snmp.session import Credentials, Endpoint, Engine, Session
from homeroom_collector.snmp.targets import Target, way_name, way_place

_log = logging.getLogger(__name__)

_SYS_OBJECT_ID, _SYS_UPTIME = "1.3.6.1.2.1.1.2.0", "1.3.6.1.2.1.1.3.0"
_SNMP_ENGINE_ID = "1.3.6.1.6.3.10.2.1.1.0"
_FAILURES_THAT_DOUBT_THE_WAY = 3
_INVENTORIES_UNTIL_TRIED_AGAIN = 24
"""After so many inventories a device that took less than configured is tried with the configured size again."""
_INVENTORIES_BEFORE_TIME = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long one poll may take, and how long an inventory counts."""

    budget_seconds: float = 45.0
    inventory_seconds: float = 3600.0


class Watch:
    """One device. Not for use by two tasks at once."""

    def __init__(
        self,
        target: Target,
        engine: Engine,
        catalog: Catalog | None,
        pace: Pace,
        *,
        manner: Manner | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.target = target
        self.failures = 0
        self._engine_id = manner.engine_id if manner is not None else None
        self._engine, self._catalog, self._pace, self._clock = engine, catalog, pace, clock
        self._endpoint: Endpoint = target.endpoint if manner is None else _no_more(target.endpoint, manner)
        self._way: int | None = None if manner is None else way_place(target, manner.way)
        self._next_way = 0
        self._session: Session | None = None
        self._inventory: Inventory | None = None
        self._inventory_at = 0.0
        self._inventories = 0
        self._continuity = Continuity()
        self._bridge = BridgeWatch(BridgePace(every_seconds=pace.inventory_seconds))

    async def poll(self) -> NetworkGear:
        """Ask the device within its budget; ``failures`` counts polls in a row that had no answer."""
        try:
            async with asyncio.timeout(self._pace.budget_seconds):
                gear = await self._ask()
        except TimeoutError:
            gear = await self._overdrawn()
        except SnmpError as error:
            gear = await self._failed(error)
        self._count(gear)
        return gear

    @property
    def manner(self) -> Manner | None:
        """How the device wants to be asked; None before it has answered."""
        if self._way is None:
            return None
        return Manner(
            way=way_name(self.target, self._way),
            max_repetitions=self._endpoint.max_repetitions,
            max_bindings=self._endpoint.max_bindings,
            engine_id=self._engine_id,
        )

    @property
    def bridge_is_due(self) -> bool:
        """Whether it is time to ask what a switch has learned."""
        gear = self._inventory.gear if self._inventory is not None and not self.failures else None
        now = self._clock()
        return gear is not None and self._bridge.is_due(gear, now - self._inventory_at, now)

    async def look_at_bridge(self, managed: Collection[str]) -> None:
        """Learn where other managed gear is, by its addresses; what fails leaves what was known."""
        assert self._inventory is not None
        assert self._inventory.gear is not None
        try:
            async with asyncio.timeout(self._bridge.pace.budget_seconds):
                self._session = session = self._session or await self._open()
                await self._bridge.look(session, self._inventory.gear, managed, self._clock())
        except (TimeoutError, SnmpError) as error:
            _log.info("%s: learned addresses not read: %s", self.target.device_id, error or "took too long")
            await self.close()
        else:
            await self._rest(session)

    @property
    def name(self) -> str | None:
        """Name the device gives itself; None where that is not known."""
        gear = self._inventory.gear if self._inventory is not None else None
        return gear.system.name if gear is not None and gear.system is not None else None

    def addresses(self) -> set[str]:
        """Addresses of the device itself, as far as they are known."""
        gear = self._inventory.gear if self._inventory is not None else None
        found = {port.mac for port in (gear.interfaces or [] if gear else []) if port.mac}
        return found | ({self._bridge.known.address} if self._bridge.known.address else set())

    async def close(self) -> None:
        """Give the socket back."""
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()

    async def _ask(self) -> NetworkGear:
        self._session = session = self._session or await self._open()
        gear = await self._read(session)
        if self._inventory is not None and self._inventory.latest is not None:
            gear = self._continuity.continued(gear, self._inventory.latest.clocks, self._clock())
        self._learn(session)
        gear = dataclasses.replace(
            gear,
            engine=session.engine,
            snmp_version=session.version,
            identity=self._identity(gear.identity),
            bridge=self._bridge.added(gear.bridge),
        )
        await self._rest(session)
        return gear

    async def _rest(self, session: Session) -> None:
        if session.version != "3":  # opening costs nothing there, and a thousand idle sockets cost file descriptors
            await self.close()

    async def _read(self, session: Session) -> NetworkGear:
        inventory = self._inventory
        age_seconds = self._clock() - self._inventory_at
        lasts_seconds = self._pace.inventory_seconds
        if inventory is not None and inventory.outdated:  # a device that seems altered all the time must not cost more
            lasts_seconds /= _INVENTORIES_BEFORE_TIME
        if inventory is None or age_seconds >= lasts_seconds:
            started = self._clock()
            self._inventory = inventory = await read_inventory(session, self._catalog, clock=self._clock)
            self._inventory_at = started
            self._inventories += 1
            self._engine_id = await self._signs_with(session) or self._engine_id
            assert inventory.gear is not None
            return inventory.gear
        return await read_counters(session, inventory, clock=self._clock)

    async def _signs_with(self, session: Session) -> str | None:
        """Engine id of a device that speaks version 3; None where it does not say, and then its inventory stands."""
        if session.version != "3":
            return None
        try:
            found = (await session.get([_SNMP_ENGINE_ID])).get(_SNMP_ENGINE_ID)
        except SnmpError as error:
            _log.info("%s: version 3 traps of it cannot be heard yet: %s", self.target.device_id, error)
            return None
        return found.hex() if isinstance(found, bytes) and found else None

    async def _open(self) -> Session:
        """Open with the way that works. Where none is known all are tried, and after a failure one at each poll."""
        ways = self.target.ways
        if self._way is not None:
            return await self._engine.open(self._endpoint, ways[self._way])
        tried = range(len(ways)) if not self.failures else [self._next_way % len(ways)]
        self._next_way += 1
        refused: SnmpError | None = None
        for index in tried:
            try:
                session = await self._introduce(ways[index])
            except SnmpError as error:
                refused = error if refused is None or isinstance(refused, SnmpTimeoutError) else refused
            else:
                self._way = index
                return session
        assert refused is not None
        raise refused

    async def _introduce(self, way: Credentials) -> Session:
        session = await self._engine.open(self._endpoint, way)
        try:
            await session.get([_SYS_OBJECT_ID, _SYS_UPTIME])
        except BaseException:
            await session.close()
            raise
        return session

    def _learn(self, session: Session) -> None:
        """Remember what the device could take, until so many inventories have passed."""
        if self._inventories >= _INVENTORIES_UNTIL_TRIED_AGAIN:
            self._inventories = 0
            self._endpoint = self.target.endpoint
            return
        learned = dataclasses.replace(self._endpoint, max_bindings=session.max_bindings)
        if session.version != "1":
            learned = dataclasses.replace(learned, max_repetitions=session.max_repetitions)
        self._endpoint = learned

    async def _overdrawn(self) -> NetworkGear:
        answered = self._session is not None and self._session.cost.variables > 0
        await self.close()
        reason = f"took longer than {self._pace.budget_seconds:g} s"
        errors = [TableError(table="poll", error=reason)]
        return NetworkGear(reachable=answered, identity=self._identity(None), errors=errors)

    async def _failed(self, error: SnmpError) -> NetworkGear:
        """A device that answers with a refusal is there; only silence is unreachable."""
        await self.close()
        silent = isinstance(error, SnmpTimeoutError)
        reason = "timeout" if type(error) is SnmpTimeoutError else str(error)[:500]
        errors = [TableError(table="session", error=reason)]
        return NetworkGear(reachable=not silent, identity=self._identity(None), errors=errors)

    def _count(self, gear: NetworkGear) -> None:
        if gear.reachable and gear.system is not None:
            if self.failures:
                _log.info("%s answers again", self.target.device_id)
            self.failures = 0
            return
        self.failures += 1
        if self.failures == 1:
            _log.info("%s: %s", self.target.device_id, gear.errors[0].error if gear.errors else "no answer")
        if self.failures >= _FAILURES_THAT_DOUBT_THE_WAY and len(self.target.ways) > 1:
            self._way = None

    def _identity(self, identity: GearIdentity | None) -> GearIdentity | None:
        """What the device is, by the configuration first: that knows it also of one that never answered."""
        if self.target.kind is None:
            return identity
        return dataclasses.replace(identity or GearIdentity(), kind=self.target.kind)


def _no_more(endpoint: Endpoint, manner: Manner) -> Endpoint:
    """Ask for no more at once than the device could take before."""
    return dataclasses.replace(
        endpoint,
        max_repetitions=min(endpoint.max_repetitions, manner.max_repetitions),
        max_bindings=min(endpoint.max_bindings, manner.max_bindings),
    )
