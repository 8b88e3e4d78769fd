"""Both engines walk recorded oddities over real UDP to equal values, types, order and number of requests."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from contracts.recording import PUBLIC, parse
from homeroom_collector.secret import Secret
from homeroom_collector.snmp.engines.choice import Engines
from homeroom_collector.snmp.session import Credentials, Endpoint
from snmp_agents import simulator

pytestmark = pytest.mark.skipif(not PUBLIC.is_dir(), reason="../shared/snmp is not beside this checkout")

ODD = {
    "deltaups_mini-snmp": "1.3.6.1",  # NULL values
    "cyberpower_pr2200rt2uc": "1.3.6.1.4.1.3808.1.1.1",  # NULL values, empty strings
    "fortigate": "1.3.6.1.2.1.4",  # the order goes backwards
    "poweralert_2": "1.3.6.1.2.1.33",  # an OID twice and one out of order
    "windows_svr_2019_1809": "1.3.6.1.2.1.2.2.1.2",  # trailing NULs
    "linux_opensips": "1.3.6.1.4.1.8072.1.3",  # long strings of many lines
    "fireware_m400": "1.3.6.1",  # two objects in all
}


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder = tmp_path_factory.mktemp("odd")
    for name in ODD:
        shutil.copy(PUBLIC / f"{name}.snmprec", folder)  # snmpsim follows no links
    with simulator(folder, tmp_path_factory.mktemp("cache")) as port:
        yield port


async def walked(engine: str, port: int, name: str, version: str, base: str) -> tuple[Any, ...]:
    engines = Engines(engine)
    endpoint = Endpoint(host="127.0.0.1", port=port, timeout_seconds=8, retries=0)
    session = await engines.open(endpoint, Credentials(version=version, community=Secret(name)))
    try:
        rows = await session.walk(base)
        return (
            [(oid, type(value), value) for oid, value in rows.items()],
            session.cost.requests,
            session.max_repetitions,
        )
    finally:
        await session.close()
        await engines.close()


@pytest.mark.parametrize("version", ["1", "2c"])
@pytest.mark.parametrize("name", ODD)
async def test_both_engines_walk_alike(port, name, version):
    first = await walked("gufo", port, name, version, ODD[name])
    assert first == await walked("pysnmp", port, name, version, ODD[name])
    assert first[0]


@pytest.mark.parametrize("name", ODD)
async def test_a_walk_brings_all_that_was_recorded(port, name):
    rows, _, _ = await walked("gufo", port, name, "2c", ODD[name])
    recorded = parse((PUBLIC / f"{name}.snmprec").read_bytes())
    assert {oid for oid, _, _ in rows} == {oid for oid in recorded if oid.startswith(f"{ODD[name]}.")}
