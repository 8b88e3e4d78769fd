"""Bandwidth over real UDP, of agents whose counters move, wrap, start anew and change places (snmpsim variations)."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from homeroom_collector.secret import Secret
from homeroom_collector.snmp.bandwidth import PortRate, Reading, rates
from homeroom_collector.snmp.engines.choice import Engines
from homeroom_collector.snmp.reading import gear
from homeroom_collector.snmp.session import Credentials, Endpoint, Session
from snmp_agents import simulator

IF, IFX = "1.3.6.1.2.1.2.2.1", "1.3.6.1.2.1.31.1.1.1"
UPTIME = "1.3.6.1.2.1.1.3.0"
OCTETS_PER_SECOND = 1_000_000_000
SPEED_MBPS = 10_000
PAUSE_SECONDS = 1.2
POLLS = 4
"""A 32-bit counter at this rate wraps every 4.3 s, so at least once within these polls."""


def moving(tag: int, rate: int) -> str:
    return f"{tag}:numeric|rate={rate},initial=0,wrap=1"


def recording(*ports: tuple[int, str, str], uptime: str, wide: bool = False) -> str:
    """A device of ports (ifIndex, name, octets received); sent octets stand still."""
    lines = {"1.3.6.1.2.1.1.1.0": "4|a switch", UPTIME: uptime, "1.3.6.1.2.1.2.1.0": f"2|{len(ports)}"}
    for index, name, octets in ports:
        lines |= {f"{IF}.2.{index}": f"4|{name}", f"{IF}.8.{index}": "2|1"}
        lines[f"{IFX}.15.{index}"] = f"66|{SPEED_MBPS}"
        received, sent, tag = (f"{IFX}.6", f"{IFX}.10", 70) if wide else (f"{IF}.10", f"{IF}.16", 65)
        lines |= {f"{received}.{index}": octets, f"{sent}.{index}": f"{tag}|500"}
    ordered = sorted(lines, key=lambda oid: [int(arc) for arc in oid.split(".")])
    return "".join(f"{oid}|{lines[oid]}\n" for oid in ordered)


RECORDINGS = {
    "steady": recording((1, "Gi1", moving(70, OCTETS_PER_SECOND)), uptime=moving(67, 100), wide=True),
    "wraps": recording((1, "Gi1", moving(65, OCTETS_PER_SECOND)), uptime=moving(67, 100)),
    "day-497": recording((1, "Gi1", "65|3000000000"), uptime=f"67|{2**32 - 3_000}"),
    "day-498": recording((1, "Gi1", "65|3000007500"), uptime="67|3000"),
    "before": recording((1, "Gi1", "65|3000000000"), (2, "Gi2", "65|5000"), uptime="67|500000"),
    "rebooted": recording((1, "Gi1", "65|700"), (2, "Gi2", "65|900"), uptime="67|1000"),
    "cleared": recording((1, "Gi1", "65|700"), (2, "Gi2", "65|5000"), uptime="67|506000"),
    "renumbered": recording((7, "Gi2", "65|15000"), (8, "Gi1", "65|3000010000"), uptime="67|506000"),
}


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder: Path = tmp_path_factory.mktemp("recordings")
    for name, lines in RECORDINGS.items():
        (folder / f"{name}.snmprec").write_text(lines)
    with simulator(folder, tmp_path_factory.mktemp("cache")) as port:
        yield port


@pytest.fixture(params=["gufo", "pysnmp"])
async def engines(request: pytest.FixtureRequest) -> AsyncIterator[Engines]:
    engines = Engines(request.param)
    yield engines
    await engines.close()


async def open_session(engines: Engines, port: int, name: str) -> Session:
    endpoint = Endpoint(host="127.0.0.1", port=port, timeout_seconds=5)
    return await engines.open(endpoint, Credentials(community=Secret(name)))


async def reading(session: Session, inventory: gear.Inventory) -> Reading:
    at = time.monotonic()
    read = await gear.read_counters(session, inventory)
    assert inventory.latest is not None
    return Reading(at=at, ports=read.interfaces or [], clocks=inventory.latest.clocks)


async def over_time(engines: Engines, port: int, name: str) -> list[PortRate]:
    """Rates of the one port of a device that goes on running."""
    session = await open_session(engines, port, name)
    try:
        inventory = await gear.read_inventory(session)
        readings = [await reading(session, inventory)]
        for _ in range(POLLS):
            await asyncio.sleep(PAUSE_SECONDS)
            readings.append(await reading(session, inventory))
    finally:
        await session.close()
    return [rate for before, after in itertools.pairwise(readings) for rate in rates(before, after)]


async def between(engines: Engines, port: int, first: str, second: str) -> list[PortRate]:
    """Rates where one device, a minute later, answers as another recording."""
    readings = []
    for minute, name in enumerate((first, second)):
        session = await open_session(engines, port, name)
        try:
            read = await reading(session, await gear.read_inventory(session))
        finally:
            await session.close()
        readings.append(Reading(at=60.0 * minute, ports=read.ports, clocks=read.clocks))
    return rates(*readings)


@pytest.mark.parametrize("name", ["steady", "wraps"])
async def test_a_moving_counter_has_its_rate_through_every_wrap(engines: Engines, port: int, name: str):
    found = await over_time(engines, port, name)
    assert [rate.in_bps for rate in found] == pytest.approx([OCTETS_PER_SECOND * 8] * POLLS, rel=0.2)
    assert {rate.out_bps for rate in found} == {0}
    assert [rate.utilization_ratio for rate in found] == pytest.approx([0.8] * POLLS, rel=0.2)


async def test_the_497_day_wrap_of_the_clock_is_no_reboot(engines: Engines, port: int):
    (rate,) = await between(engines, port, "day-497", "day-498")
    assert rate.in_bps == 1_000


async def test_a_reboot_gives_no_rates(engines: Engines, port: int):
    assert await between(engines, port, "before", "rebooted") == []


async def test_a_cleared_counter_gives_no_spike_and_leaves_the_others(engines: Engines, port: int):
    found = {rate.name: rate.in_bps for rate in await between(engines, port, "before", "cleared")}
    assert found == {"Gi1": None, "Gi2": 0}


async def test_renumbered_ports_keep_their_rates(engines: Engines, port: int):
    found = {rate.name: rate.in_bps for rate in await between(engines, port, "before", "renumbered")}
    assert found == pytest.approx({"Gi1": 10_000 * 8 / 60, "Gi2": 10_000 * 8 / 60})
