"""Every recording of ../shared, read from memory, against its expected facts."""

import json

import pytest

from contracts import score
from contracts.recording import PUBLIC, RecordingSession
from homeroom_agent.report import from_wire
from homeroom_collector.snmp.reading import gear
from homeroom_collector.snmp.topology.graph import as_graph, draw
from homeroom_collector.snmp.topology.links import Station

pytestmark = pytest.mark.skipif(not score.names(), reason="../shared/snmp is not beside this checkout")

NOT_RIGHT: dict[str, str] = {}
"""Facts that are not as expected, as ``recording: miss``, each with its reason. Nothing else may be wrong."""


@pytest.mark.parametrize("name", score.names())
def test_every_expected_fact_is_right(name: str):
    misses = score.judge().compare(score.expected(name), score.read(name)).misses
    assert [miss for miss in misses if f"{name}: {miss}" not in NOT_RIGHT] == []


@pytest.mark.parametrize("name", score.names())
def test_what_was_read_keeps_the_bounds_of_a_report(name: str):
    document = {"version": 1, "source": "snmp", "sequence": 1, "measured_at": 1.0, "network": score.read(name)}
    assert from_wire(document).network is not None


@pytest.mark.parametrize("name", score.names())
async def test_the_next_poll_says_the_same_for_less(name: str):
    session = RecordingSession.of(PUBLIC / f"{name}.snmprec")
    inventory = await gear.read_inventory(session, score.catalog())
    first, dear = inventory.gear, inventory.gear.poll
    for _ in range(2):
        again = await gear.read_counters(session, inventory)
        assert score.facts(again) == score.facts(first)
    assert again.poll.requests < dear.requests
    assert not inventory.outdated


async def test_the_recorded_devices_make_a_topology():
    stations = []
    for name in score.names():
        session = RecordingSession.of(PUBLIC / f"{name}.snmprec")
        stations.append(Station(name, await score.recorded(name), await gear.read_bridge(session)))
    drawn = draw(stations)
    assert set(drawn.roots) | set(drawn.parents) == set(score.names())
    points = {port.name for port in drawn.ap_ports if port.device_id == "ios_2960x"}
    assert {"Gi1/0/3", "Gi1/0/4"} <= points
    assert json.dumps(as_graph(drawn, stations))
