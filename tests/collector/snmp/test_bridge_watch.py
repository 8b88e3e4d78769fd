"""Switches are asked what they have learned, and only other managed gear is kept of it."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from collector.snmp.pretend import Device, Kept, Network, Time, settle, target
from fast_agent import switch
from homeroom_collector.errors import SnmpAnswerError, SnmpError, SnmpTimeoutError
from homeroom_collector.snmp.polling.poller import Poller
from homeroom_collector.snmp.polling.watch import Pace, Watch
from homeroom_collector.snmp.reading.tables.bridge import BASE_ADDRESS, BASE_PORT_INDEX, FDB_PORT, LEARNED_COUNT
from homeroom_collector.snmp.session import Value

IF_PHYS_ADDRESS = "1.3.6.1.2.1.2.2.1.6"
UPS, LAPTOP, OWN = (2, 0, 0, 0, 0, 7), (10, 0, 39, 0, 0, 153), (2, 0, 0, 0, 0, 1)


def dotted(mac: tuple[int, ...]) -> str:
    return ".".join(map(str, mac))


def bridge(**more: Value) -> Device:
    """A switch that has learned a UPS, a laptop and itself behind port 2."""
    values = switch(2)
    values |= {BASE_ADDRESS: bytes(OWN), f"{BASE_PORT_INDEX}.1": 1, f"{BASE_PORT_INDEX}.2": 2}
    values |= {f"{FDB_PORT}.{dotted(mac)}": 2 for mac in (UPS, LAPTOP, OWN)}
    return Device(values | more)


def ups() -> Device:
    return Device(switch(2) | {f"{IF_PHYS_ADDRESS}.1": bytes(UPS)})


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def network(time: Time) -> Network:
    network = Network(time)
    network.devices = {"sw": bridge(), "ups": ups()}
    return network


@pytest.fixture
async def sink(time: Time, network: Network) -> AsyncIterator[Kept]:
    sink = Kept()
    poller = Poller(network, sink, clock=time.clock, wall=time.clock, pause=time.pause)
    task = asyncio.create_task(poller.run([target("sw"), target("ups")]))
    await settle()
    yield sink
    task.cancel()
    await asyncio.wait([task])


def learned(sink: Kept) -> list[tuple[str, str]] | None:
    gear = sink.of("sw")[-1].network
    assert gear is not None
    assert gear.bridge is not None
    found = gear.bridge.gear_addresses
    return None if found is None else [(each.interface, each.address) for each in found]


async def test_other_managed_gear_is_found_and_no_other_address_leaves(time: Time, sink: Kept) -> None:
    await time.pass_by(300)
    assert [address for _, address in learned(sink) or []] == ["02:00:00:00:00:07"]
    assert "0a:00:27:00:00:99" not in repr(sink.reports)


async def test_a_switch_is_asked_once_in_an_hour_and_not_with_its_inventory(
    time: Time, network: Network, sink: Kept
) -> None:
    def asked_beside_polls() -> int:
        return network.asked["sw"] - len(sink.of("sw"))

    await time.pass_by(60)
    assert asked_beside_polls() == 0
    await time.pass_by(3000)
    assert asked_beside_polls() == 1
    await time.pass_by(3600)
    assert asked_beside_polls() == 2


async def test_a_core_that_has_learned_too_much_is_not_asked(time: Time, network: Network, sink: Kept) -> None:
    network.devices["sw"].values[f"{LEARNED_COUNT}.1"] = 50_000
    await time.pass_by(300)
    assert learned(sink) is None


@pytest.mark.parametrize("error", [SnmpTimeoutError("no answer"), SnmpAnswerError("genErr")])
async def test_what_fails_leaves_what_was_known_and_costs_no_poll(
    time: Time, network: Network, error: SnmpError
) -> None:
    watch = Watch(target("sw"), network, None, Pace(), clock=time.clock)
    await watch.poll()
    await watch.look_at_bridge({"02:00:00:00:00:07"})
    known = (await watch.poll()).bridge
    network.devices["sw"].error = error
    await watch.look_at_bridge({"02:00:00:00:00:07"})
    network.devices["sw"].error = None
    gear = await watch.poll()
    assert known is not None
    assert known.gear_addresses
    assert gear.bridge == known
    assert watch.failures == 0
    await watch.close()
