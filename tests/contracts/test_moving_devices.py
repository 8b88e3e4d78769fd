"""Devices that count, wrap, restart and renumber their ports between polls, asked over real UDP by both engines."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest

from fast_agent import Answers, Counter32, Counter64, TimeTicks, switch
from homeroom_agent.report.network import Interface, NetworkGear
from homeroom_collector.secret import Secret
from homeroom_collector.snmp.engines.choice import Engines
from homeroom_collector.snmp.polling.watch import Pace, Watch
from homeroom_collector.snmp.session import Credentials, Endpoint, Value
from homeroom_collector.snmp.targets import Target

IF, IFX, SYSTEM, ENGINE = "1.3.6.1.2.1.2.2.1", "1.3.6.1.2.1.31.1.1.1", "1.3.6.1.2.1.1", "1.3.6.1.6.3.10.2.1"
IN_OCTETS, WIDE_IN_OCTETS, NAME, SPEED, HIGH_SPEED = f"{IF}.10", f"{IFX}.6", f"{IFX}.1", f"{IF}.5", f"{IFX}.15"
TABLE_CHANGED, UPTIME = "1.3.6.1.2.1.31.1.5.0", f"{SYSTEM}.3.0"
WRAP = 2**32


def has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


class Living(asyncio.DatagramProtocol):
    """A device whose values a test changes between polls; time passes on the watch's clock alone."""

    def __init__(self) -> None:
        self.values: dict[str, Value] = switch(3)
        self.now = 5000.0
        self.values[UPTIME] = TimeTicks(10_000_000)
        self.values[f"{ENGINE}.3.0"] = 100_000

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: object) -> None:
        self.transport.sendto(Answers(self.values).to(data), addr)

    def forget(self, *columns: str) -> None:
        self.values = {oid: value for oid, value in self.values.items() if not oid.startswith(tuple(columns))}

    def pass_by(self, seconds: float) -> None:
        self.now += seconds
        self.values[UPTIME] = TimeTicks((int(self.values[UPTIME]) + int(seconds * 100)) % WRAP)
        if f"{ENGINE}.3.0" in self.values:
            self.values[f"{ENGINE}.3.0"] = int(self.values[f"{ENGINE}.3.0"]) + int(seconds)


class Polled:
    def __init__(self, device: Living, watch: Watch) -> None:
        self.device, self.watch = device, watch

    async def after(self, seconds: float = 60.0) -> NetworkGear:
        self.device.pass_by(seconds)
        gear = await self.watch.poll()
        assert gear.reachable
        assert not gear.errors
        return gear


@pytest.fixture(params=["gufo", "pysnmp"])
async def polled(request: pytest.FixtureRequest) -> AsyncIterator[Polled]:
    device = Living()
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: device, local_addr=("127.0.0.1", 0)
    )
    engines = Engines(request.param)
    target = Target(
        device_id="a",
        school_id="",
        endpoint=Endpoint(host="127.0.0.1", port=transport.get_extra_info("sockname")[1]),
        ways=(Credentials(community=Secret("public")),),
        interval_seconds=60,
    )
    watch = Watch(target, engines, None, Pace(), clock=lambda: device.now)
    await watch.poll()
    yield Polled(device, watch)
    await watch.close()
    await engines.close()
    transport.close()
    await asyncio.sleep(0)


def port(gear: NetworkGear, name: str) -> Interface:
    (found,) = (each for each in gear.interfaces or [] if each.name == name)
    return found


async def test_a_64_bit_counter_counts(polled):
    before = port(await polled.after(), "Gi1/1").in_octets
    polled.device.values[f"{WIDE_IN_OCTETS}.1"] = Counter64(before + 1_000_000)
    after = port(await polled.after(), "Gi1/1")
    assert (after.in_octets - before, after.counter_bits) == (1_000_000, 64)


async def test_a_32_bit_counter_wraps_and_counts_on(polled):
    polled.device.forget(IFX, SPEED)
    polled.device.values[f"{IN_OCTETS}.2"] = Counter32(WRAP - 1000)
    polled.device.values[TABLE_CHANGED] = TimeTicks(2000)
    await polled.after()
    await polled.after(3600)  # a new inventory, without ifXTable
    polled.device.values[f"{IN_OCTETS}.2"] = Counter32(500)
    after = port(await polled.after(), "GigabitEthernet 1/2")
    assert (after.in_octets, after.counter_bits) == (WRAP + 500, 32)


async def test_a_restart_is_counted_once_and_its_counters_begin_anew(polled):
    values = polled.device.values
    values[UPTIME], values[f"{ENGINE}.3.0"], values[f"{ENGINE}.2.0"] = TimeTicks(500), 5, 8
    values[f"{WIDE_IN_OCTETS}.1"] = Counter64(7)
    first, second = await polled.after(), await polled.after()
    assert [gear.system.restarts_total for gear in (first, second)] == [1, 1]
    assert first.system.uptime_seconds == pytest.approx(65, abs=1)
    assert port(second, "Gi1/1").in_octets == 7


async def test_497_days_are_no_restart(polled):
    values = polled.device.values
    values[UPTIME], values[f"{ENGINE}.3.0"] = TimeTicks(WRAP - 3000), WRAP // 100 - 30
    before = await polled.after(1)
    after = await polled.after(60)
    assert after.system.uptime_seconds - before.system.uptime_seconds == pytest.approx(60, abs=2)
    assert after.system.restarts_total == before.system.restarts_total


async def test_497_days_are_no_restart_without_a_clock_of_the_engine_either(polled):
    polled.device.forget(ENGINE)
    polled.device.values[UPTIME] = TimeTicks(WRAP - 12_000)
    await polled.after(60)
    await polled.after(3600 - 60)  # the inventory forgets the engine's clock
    polled.device.values[UPTIME] = TimeTicks(WRAP - 3000 - 6000)
    before = await polled.after(60)
    after = await polled.after(60)
    assert after.system.uptime_seconds - before.system.uptime_seconds == pytest.approx(60, abs=1)


async def test_a_port_keeps_its_counters_when_the_numbers_change(polled):
    before = await polled.after()
    values = polled.device.values
    for column in {oid.rpartition(".")[0] for oid in values if oid.startswith((f"{IF}.", f"{IFX}."))}:
        first, third = values[f"{column}.1"], values[f"{column}.3"]
        values[f"{column}.1"], values[f"{column}.3"] = third, first
    values[f"{IF}.1.1"], values[f"{IF}.1.3"] = 1, 3
    values[TABLE_CHANGED] = TimeTicks(10_000_000)
    await polled.after()
    await polled.after(3600)
    after = await polled.after()
    for name in ("Gi1/1", "Gi1/3"):
        assert port(after, name).in_octets == port(before, name).in_octets
        assert port(after, name).index != port(before, name).index


async def test_a_port_that_comes_and_one_that_goes_are_seen(polled):
    values = polled.device.values
    values |= {oid.replace(".3", ".4") if oid.endswith(".3") else oid: v for oid, v in values.items()}
    values[f"{NAME}.4"] = b"Gi1/4"
    values["1.3.6.1.2.1.2.1.0"] = 4
    values[TABLE_CHANGED] = TimeTicks(10_000_000)
    for oid in [oid for oid in values if oid.startswith((f"{IF}.", f"{IFX}.")) and oid.endswith(".1")]:
        del values[oid]
    for _ in range(4):
        gear = await polled.after(600)
    assert [each.name for each in gear.interfaces] == ["Gi1/2", "Gi1/3", "Gi1/4"]


async def test_what_a_port_is_called_is_asked_again_within_the_hour(polled):
    polled.device.values[f"{IFX}.18.2"] = b"cafeteria"
    for _ in range(61):
        gear = await polled.after()
    assert port(gear, "Gi1/2").alias == "cafeteria"


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6 loopback")
@pytest.mark.parametrize("engine", ["gufo", "pysnmp"])
async def test_a_device_is_asked_over_ipv6(engine):
    device = Living()
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(lambda: device, local_addr=("::1", 0))
    engines = Engines(engine)
    endpoint = Endpoint(host="::1", port=transport.get_extra_info("sockname")[1])
    session = await engines.open(endpoint, Credentials(community=Secret("public")))
    try:
        assert await session.get([f"{SYSTEM}.5.0"]) == {f"{SYSTEM}.5.0": b"lincoln-2"}
    finally:
        await session.close()
        await engines.close()
        transport.close()
        await asyncio.sleep(0)
