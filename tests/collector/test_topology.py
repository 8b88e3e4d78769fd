"""The topology from end to end: polls come in, the core goes down, and everyone asks what hangs from what."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from collector.collecting import Running, collecting, role, settings_at
from homeroom_agent.report import Report
from homeroom_agent.report.network import Bridging, GearAddress, GearIdentity, Interface, Neighbor, NetworkGear, System
from homeroom_collector.app import draw_topology
from homeroom_collector.cli import main
from homeroom_collector.ingest.service import NetworkSink
from homeroom_collector.model import Device, Presence
from homeroom_collector.snmp.settings import CredentialSettings, SnmpSettings, TargetSettings

# Who hangs from whom: edge > closet > core > firewall; the UPS has no neighbour protocol.
NEIGHBOURS = {
    "firewall": [("lan", "core", "1")],
    "core": [("1", "firewall", "lan"), ("2", "closet", "48")],
    "closet": [("48", "core", "2"), ("47", "edge", "48")],
    "edge": [("48", "closet", "47")],
    "ups": [],
}
MACS = {name: f"02:00:00:00:00:{number:02x}" for number, name in enumerate(NEIGHBOURS)}
LAPTOP = "0a:00:27:00:00:99"


def answer(name: str) -> NetworkGear:
    kind = {"firewall": "firewall", "ups": "ups"}.get(name, "switch")
    ports = {local for local, _, _ in NEIGHBOURS[name]} | {{"firewall": "wan1", "edge": "47"}.get(name, "mgmt")}
    seen = [
        Neighbor(local_interface=local, remote_name=remote, remote_port=port, remote_kind="switch")
        for local, remote, port in NEIGHBOURS[name]
    ]
    if name == "edge":
        seen.append(Neighbor(local_interface="5", remote_name="miller-laptop", remote_chassis_id=LAPTOP))
        seen.append(Neighbor(local_interface="6", remote_chassis_id="02:11:22:33:44:55", remote_kind="access_point"))
    learned = [GearAddress(interface="47", address=MACS["ups"])]
    return NetworkGear(
        reachable=True,
        system=System(name=name, uptime_seconds=1000.0),
        identity=GearIdentity(kind=kind),
        interfaces=[
            Interface(index=number, name=port, mac=MACS[name] if number == 1 else None, in_octets=0, out_octets=0)
            for number, port in enumerate(sorted(ports), 1)
        ],
        neighbors=seen,
        bridge=Bridging(ports=48, root_port="48", gear_addresses=learned) if name == "edge" else None,
    )


class District:
    """Polls of made-up gear, given to a running collector."""

    def __init__(self, running: Running) -> None:
        self.running, self.collector = running, running.collector
        self.sink = NetworkSink(self.collector.commit, self.collector.intake.wire, self.collector.fleet.put_device)
        self.sequence = 0

    async def polled(self, *silent: str) -> None:
        """One round of polls, in which some do not answer."""
        for name in NEIGHBOURS:
            await self.sink.register(Device(device_id=name, device_class="network", school_id="lincoln"))
            gear = NetworkGear(reachable=False) if name in silent else answer(name)
            self.sequence += 1
            report = Report(
                source="snmp", device_id=name, sequence=self.sequence, measured_at=time.time(), network=gear
            )
            await self.sink.submit(report)

    def states(self) -> dict[str, Presence]:
        self.collector.fleet.refresh(time.time())
        members = {name: self.collector.fleet.member(name) for name in NEIGHBOURS}
        return {name: member.state for name, member in members.items() if member}

    async def graph(self) -> dict:
        status, graph = await self.running.read("/api/v1/topology", role("viewer"))
        assert status == 200
        return graph


@pytest.fixture
async def district(tmp_path: Path) -> AsyncIterator[District]:
    async with collecting(settings_at(tmp_path)) as running:
        yield District(running)


async def test_a_core_that_is_down_makes_all_behind_it_unreachable_and_not_down(district: District):
    await district.polled()
    await draw_topology(district.collector)
    assert set(district.states().values()) == {Presence.UP}
    await district.polled("core", "closet", "edge")
    assert district.states() == {
        "firewall": Presence.UP,
        "core": Presence.DOWN,
        "closet": Presence.UNREACHABLE,
        "edge": Presence.UNREACHABLE,
        "ups": Presence.UP,
    }


async def test_gear_behind_a_parent_that_answers_is_down_by_itself(district: District):
    await district.polled()
    await draw_topology(district.collector)
    await district.polled("core", "edge")
    assert district.states()["closet"] == Presence.UP
    assert district.states()["edge"] == Presence.DOWN


async def test_a_drawing_made_while_the_core_is_down_still_has_it(district: District):
    await district.polled()
    await draw_topology(district.collector)
    before = (await district.graph())["links"]
    await district.polled("core", "closet", "edge", "ups")
    await draw_topology(district.collector)
    assert (await district.graph())["links"] == before
    assert [name for name, state in district.states().items() if state == Presence.UNREACHABLE] == [
        "closet",
        "edge",
        "ups",
    ]


async def test_a_restart_while_the_core_is_down_forgets_nothing(tmp_path: Path):
    async with collecting(settings_at(tmp_path)) as running:
        district = District(running)
        await district.polled()
        await draw_topology(district.collector)
        await district.polled("core", "closet", "edge", "ups")
    async with collecting(settings_at(tmp_path)) as running:
        district = District(running)
        await draw_topology(district.collector)
        assert district.states()["ups"] == Presence.UNREACHABLE


async def test_the_graph_tells_nodes_links_ports_and_the_way_up(district: District):
    await district.polled()
    await draw_topology(district.collector)
    graph = await district.graph()
    nodes = {node["id"]: node for node in graph["nodes"]}
    assert nodes["edge"] == {
        "id": "edge",
        "name": "edge",
        "kind": "switch",
        "parent": "closet",
        "school": "lincoln",
        "state": "up",
        "up": True,
    }
    assert nodes["ups"]["parent"] == "edge"
    assert nodes["firewall"]["parent"] is None
    ends = [(link["source"], link["source_port"], link["target"], link["target_port"]) for link in graph["links"]]
    assert ("closet", "48", "core", "2") in ends
    assert ("edge", "47", "ups", None) in ends
    assert graph["wan_ports"] == [["firewall", "wan1"]]


async def test_no_computers_name_or_address_is_in_the_graph(district: District):
    await district.polled()
    await draw_topology(district.collector)
    graph = await district.graph()
    assert graph["unmanaged"] == [{"device": "edge", "port": "6", "name": None, "kind": "access_point"}]
    text = json.dumps(graph)
    assert "miller" not in text
    assert LAPTOP not in text
    assert MACS["ups"] not in text


async def test_the_parent_is_a_metric(district: District):
    await district.polled()
    await draw_topology(district.collector)
    async with district.running.http.get(f"{district.running.url}/metrics") as got:
        lines = (await got.text()).splitlines()
    assert 'homeroom_target_parent_info{school="lincoln",device="edge",parent="closet"} 1' in [
        line.replace("1.0", "1") for line in lines
    ]
    assert sum(line.startswith("homeroom_target_parent_info{") for line in lines) == 4


async def test_a_removed_parent_explains_nothing(district: District):
    await district.polled()
    await draw_topology(district.collector)
    await district.polled("core", "closet")
    district.collector.fleet.remove_device("core")
    assert district.states()["closet"] == Presence.DOWN


async def test_the_command_reads_the_store_when_no_collector_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    async with collecting(settings_at(tmp_path)) as running:
        district = District(running)
        await district.polled()
        await draw_topology(district.collector)
        await district.polled("core", "closet")
    config = tmp_path / "collector.yml"
    config.write_text("store: {url: 'sqlite:///homeroom.db'}\n")

    def printed(*options: str) -> str:
        assert main(["topology", "--config", str(config), *options]) == 0
        return capsys.readouterr().out

    rows = (await asyncio.to_thread(printed, "--format", "csv")).splitlines()
    assert rows[0] == "device,school,kind,state,port,parent,parent_port,wan_ports"
    assert "closet,lincoln,switch,unreachable,48,core,2," in rows
    assert "firewall,lincoln,firewall,up,,,,wan1" in rows
    graph = json.loads(await asyncio.to_thread(printed, "--format", "json"))
    assert {node["id"]: node["state"] for node in graph["nodes"]}["core"] == "down"
    assert "unreachable" in await asyncio.to_thread(printed)


def test_outside_ports_are_named_in_the_configuration():
    targets = [TargetSettings(name="fw", host="10.0.0.1", wan=["port16"]), TargetSettings(name="sw", host="10.0.0.2")]
    settings = SnmpSettings(credentials=[CredentialSettings(name="c")], targets=targets)
    assert settings.wan() == {"fw": ["port16"]}
