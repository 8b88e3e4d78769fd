"""Every recording of ../shared over real UDP, served by snmpsim, read by both engines: all three answers are equal."""

from collections.abc import AsyncIterator, Iterator

import pytest

from contracts import score
from contracts.recording import PUBLIC
from homeroom_collector.snmp.engines.choice import Engines
from homeroom_collector.snmp.reading import gear
from homeroom_collector.snmp.session import Credentials, Endpoint, Secret
from snmp_agents import simulator

pytestmark = pytest.mark.skipif(not score.names(), reason="../shared/snmp is not beside this checkout")


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with simulator(PUBLIC, tmp_path_factory.mktemp("snmpsim")) as port:
        yield port


@pytest.fixture(params=["gufo", "pysnmp"])
async def engines(request: pytest.FixtureRequest) -> AsyncIterator[Engines]:
    engines = Engines(request.param)
    yield engines
    await engines.close()


@pytest.mark.parametrize("name", score.names())
async def test_an_engine_reads_a_device_as_it_was_recorded(engines: Engines, port: int, name: str):
    endpoint = Endpoint(host="127.0.0.1", port=port, timeout_seconds=5, retries=1)
    session = await engines.open(endpoint, Credentials(community=Secret(name)))
    try:
        inventory = await gear.read_inventory(session, score.catalog())
        again = await gear.read_counters(session, inventory)
    finally:
        await session.close()
    assert score.facts(inventory.gear) == score.facts(await score.recorded(name))
    assert score.facts(again) == score.facts(inventory.gear)
