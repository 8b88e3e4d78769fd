"""Finds network gear by asking every address of some networks, gently.

First a whisper: one small request for each way in, at a bounded rate and so many at once. Who answers is read once in
full and recognised by profile. What it tells of itself beyond its sections (engine id, bridge address) is kept, for
``merge.py`` to see that two addresses are one device.
"""

from __future__ import annotations

import asyncio
import ipaddress
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from homeroom_agent.report.network import GearIdentity, NetworkGear
from homeroom_collector.errors import SnmpAnswerError, SnmpAuthenticationError, SnmpError, SnmpRefusedError
from homeroom_collector.snmp.knowledge.match import Catalog
from homeroom_collector.snmp.reading.gear import read_gear
from homeroom_collector.snmp.session import Credentials, Endpoint, Engine, Session

MOST_ADDRESSES = 65_536
_LARGEST_NETWORK_WITH_ENDS = 31

_SYS_OBJECT_ID, _SYS_UPTIME = "1.3.6.1.2.1.1.2.0", "1.3.6.1.2.1.1.3.0"
ENGINE_ID, ENGINE_BOOTS, ENGINE_TIME = (f"1.3.6.1.6.3.10.2.1.{number}.0" for number in (1, 2, 3))
BRIDGE_ADDRESS = "1.3.6.1.2.1.17.1.1.0"

Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way in, by the name it has in the configuration."""

    name: str
    credentials: Credentials


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """How gently to ask: addresses a second, conversations at once, devices read in full at once."""

    addresses_per_second: float = 50.0
    at_once: int = 64
    reading_at_once: int = 8
    timeout_seconds: float = 1.0
    retries: int = 1
    port: int = 161


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """What tells one device from another, beside what its sections say. ``engine_started`` is Unix time."""

    engine_id: bytes | None = None
    engine_boots: int | None = None
    engine_started: float | None = None
    bridge_address: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One device. ``also`` are its other addresses; ``gear`` is None where it lets nobody read it."""

    address: str
    way: str
    gear: NetworkGear | None
    marks: Marks = field(default_factory=Marks)
    also: tuple[str, ...] = ()
    trouble: str | None = None


def addresses(networks: Iterable[str], *, most: int = MOST_ADDRESSES) -> list[str]:
    """Every host address of networks (``10.0.0.0/22``), ranges (``10.0.0.1-10.0.0.9``) and single addresses, once.

    Raises ValueError with a sentence for what is none of these, and where there are more than ``most``.
    """
    found: dict[str, None] = {}
    for text in networks:
        for address in _hosts(text.strip()):
            found[str(address)] = None
            if len(found) > most:
                raise ValueError(f"more than {most} addresses; ask for smaller networks")
    return list(found)


def _hosts(text: str) -> Iterable[object]:
    first, dash, last = text.partition("-")
    try:
        if dash:
            return _range(ipaddress.ip_address(first), ipaddress.ip_address(last))
        return ipaddress.ip_network(text).hosts()
    except (ValueError, TypeError) as error:
        raise ValueError(f"{text}: {error}") from None


def _range(
    first: ipaddress.IPv4Address | ipaddress.IPv6Address, last: ipaddress.IPv4Address | ipaddress.IPv6Address
) -> Iterable[object]:
    if first.version != last.version or int(last) < int(first):
        raise ValueError("the range goes backwards")
    return (type(first)(number) for number in range(int(first), int(last) + 1))


class Discovery:
    """One search. ``on_address`` is told of each address that is done with, and what was found there."""

    def __init__(
        self,
        engine: Engine,
        ways: Sequence[Way],
        catalog: Catalog | None,
        manners: Manners,
        *,
        on_address: Callable[[str, Found | None], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._engine, self._ways, self._catalog, self._manners = engine, ways, catalog, manners
        self._on_address, self._clock, self._wall, self._sleep = on_address, clock, wall, sleep
        self._whispers = asyncio.Semaphore(manners.at_once)
        self._readings = asyncio.Semaphore(manners.reading_at_once)

    async def search(self, wanted: Sequence[str]) -> list[Found]:
        """Ask every address; give what answered, in the order asked."""
        started = self._clock()
        found: dict[str, Found] = {}
        async with asyncio.TaskGroup() as group:
            for number, address in enumerate(wanted):
                await self._whispers.acquire()
                await self._sleep(max(0.0, started + number / self._manners.addresses_per_second - self._clock()))
                group.create_task(self._ask(address, found))
        return [found[address] for address in wanted if address in found]

    async def _ask(self, address: str, found: dict[str, Found]) -> None:
        try:
            answer = await self._whisper(address)
        finally:
            self._whispers.release()
        if answer is not None:
            found[address] = answer if answer.trouble else await self._read(answer)
        if self._on_address is not None:
            self._on_address(address, found.get(address))

    async def _whisper(self, address: str) -> Found | None:
        """Try each way until one works. A host that refuses a user is there, and is told."""
        refused: Found | None = None
        for way in self._ways:
            try:
                session = await self._engine.open(self._endpoint(address), way.credentials)
                try:
                    await session.get([_SYS_OBJECT_ID, _SYS_UPTIME])
                finally:
                    await session.close()
            except SnmpRefusedError:
                break
            except (SnmpAuthenticationError, SnmpAnswerError) as error:
                refused = Found(address=address, way=way.name, gear=None, trouble=str(error))
            except SnmpError:
                continue
            else:
                return Found(address=address, way=way.name, gear=None)
        return refused

    async def _read(self, found: Found) -> Found:
        credentials = next(way.credentials for way in self._ways if way.name == found.way)
        async with self._readings:
            try:
                session = await self._engine.open(self._endpoint(found.address), credentials)
                try:
                    marks = await self._marks(session)
                    gear = await read_gear(session, self._catalog)
                finally:
                    await session.close()
            except SnmpError as error:
                return replace(found, trouble=str(error))
        gear = replace(gear, engine=session.engine, snmp_version=session.version)
        return replace(found, gear=gear, marks=marks)

    async def _marks(self, session: Session) -> Marks:
        answer = await session.get([ENGINE_ID, ENGINE_BOOTS, ENGINE_TIME, BRIDGE_ADDRESS])
        engine_id, bridge = answer.get(ENGINE_ID), answer.get(BRIDGE_ADDRESS)
        boots, seconds = answer.get(ENGINE_BOOTS), answer.get(ENGINE_TIME)
        return Marks(
            engine_id=engine_id if isinstance(engine_id, bytes) and engine_id else None,
            engine_boots=boots if isinstance(boots, int) else None,
            engine_started=self._wall() - seconds if isinstance(seconds, int) and seconds > 0 else None,
            bridge_address=bridge if isinstance(bridge, bytes) and len(bridge) == 6 and any(bridge) else None,
        )

    def _endpoint(self, address: str) -> Endpoint:
        manners = self._manners
        return Endpoint(
            host=address, port=manners.port, timeout_seconds=manners.timeout_seconds, retries=manners.retries
        )


def identity(found: Found) -> GearIdentity:
    """What it is, empty where nobody could read it."""
    return (found.gear.identity if found.gear else None) or GearIdentity()
