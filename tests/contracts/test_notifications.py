"""Real traps and informs, sent with net-snmp's programs, make the poller look within a second."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import AsyncIterator

import pytest
from prometheus_client import CollectorRegistry

from fast_agent import fast_agent, switch
from homeroom_agent.report import Report
from homeroom_collector.model import Device
from homeroom_collector.secret import Secret
from homeroom_collector.snmp.polling.service import poll_network
from homeroom_collector.snmp.session import Credentials, Endpoint
from homeroom_collector.snmp.settings import SnmpSettings, TrapSettings
from homeroom_collector.snmp.targets import Target
from snmp_agents import free_port

TRAP, INFORM = shutil.which("snmptrap"), shutil.which("snmpinform")
pytestmark = pytest.mark.skipif(not (TRAP and INFORM), reason="needs net-snmp's programs: sudo apt-get install snmp")

LINK_DOWN, ON_BATTERY = "1.3.6.1.6.3.1.1.5.3", "1.3.6.1.2.1.33.2.1"
USER = Credentials(
    version="3",
    user="homeroom",
    auth_protocol="sha",
    auth_password=Secret("first-password"),
    priv_protocol="aes",
    priv_password=Secret("second-password"),
)
V3 = [
    "-v3",
    "-u",
    "homeroom",
    "-l",
    "authPriv",
    "-a",
    "SHA",
    "-A",
    "first-password",
    "-x",
    "AES",
    "-X",
    "second-password",
]
V1 = ["-v1", "-c", "public"]
V2 = ["-v2c", "-c", "public"]


class Kept:
    def __init__(self) -> None:
        self.arrived: asyncio.Queue[tuple[float, Report]] = asyncio.Queue()

    async def register(self, device: Device) -> None:
        pass

    async def submit(self, report: Report) -> None:
        await self.arrived.put((time.monotonic(), report))


class Watching:
    def __init__(self, port: int, sink: Kept, registry: CollectorRegistry) -> None:
        self.port, self.sink, self.registry = port, sink, registry

    async def send(self, program: str, *arguments: str) -> float:
        """Send and give the moment; what is acknowledged must be."""
        where = f"127.0.0.1:{self.port}"
        options = [each if each != "HERE" else where for each in arguments]
        started = time.monotonic()
        process = await asyncio.create_subprocess_exec(program, *options, stdout=-1, stderr=-1)
        said = await asyncio.wait_for(process.communicate(), 20)
        assert process.returncode == 0, said
        return started

    def count(self, result: str) -> float:
        return self.registry.get_sample_value("homeroom_notifications_total", {"result": result}) or 0.0


@pytest.fixture
async def watching() -> AsyncIterator[Watching]:
    sink, registry, port = Kept(), CollectorRegistry(), free_port()
    with fast_agent(switch(2)) as (agent_port, _):
        target = Target(
            device_id="a",
            school_id="lincoln",
            endpoint=Endpoint(host="127.0.0.1", port=agent_port),
            ways=(Credentials(community=Secret("public")), USER),
            interval_seconds=36_000,
        )
        settings = SnmpSettings(traps=TrapSettings(host="127.0.0.1", port=port, gap=0.2))
        task = asyncio.create_task(poll_network(settings, [target], sink, registry))
        await asyncio.sleep(1.0)
        assert sink.arrived.empty()
        yield Watching(port, sink, registry)
        task.cancel()
        await asyncio.wait([task])


@pytest.mark.parametrize(
    ("program", "arguments"),
    [
        (TRAP, [*V1, "HERE", "1.3.6.1.4.1.8072", "127.0.0.1", "2", "0", ""]),
        (TRAP, [*V2, "HERE", "", LINK_DOWN]),
        (INFORM, [*V2, "HERE", "", ON_BATTERY]),
        (INFORM, [*V3, "HERE", "", LINK_DOWN]),
    ],
    ids=["v1 trap", "v2c trap", "v2c inform", "v3 inform"],
)
async def test_a_notification_makes_the_poller_look_within_a_second(watching, program, arguments):
    sent = await watching.send(program, *arguments)
    looked, report = await asyncio.wait_for(watching.sink.arrived.get(), 5)
    assert looked - sent < 1.0
    assert report.network.reachable
    assert watching.count("taken") == 1


async def test_a_hundred_traps_are_two_looks(watching):
    for _ in range(5):
        await asyncio.gather(*(watching.send(TRAP, *V2, "HERE", "", LINK_DOWN) for _ in range(10)))
    await asyncio.sleep(0.7)
    assert 1 < watching.sink.arrived.qsize() <= 8
    assert watching.count("taken") + watching.count("too_many") == 50


async def test_a_stranger_is_not_heard(watching):
    process = await asyncio.create_subprocess_exec(
        TRAP, "--clientaddr=127.0.0.9", *V2, f"127.0.0.1:{watching.port}", "", LINK_DOWN, stdout=-1, stderr=-1
    )
    await asyncio.wait_for(process.communicate(), 20)
    await asyncio.sleep(0.3)
    assert watching.sink.arrived.empty()
    assert watching.count("unknown_source") == 1


async def test_a_wrong_community_rings_nothing(watching):
    await watching.send(TRAP, "-v2c", "-c", "guessed", "HERE", "", LINK_DOWN)
    await asyncio.sleep(0.3)
    assert watching.sink.arrived.empty()
