"""One device with everything that real devices do wrong, over real UDP: both engines take it, and invent nothing."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from homeroom_agent.report import to_wire
from homeroom_collector.snmp.engines.choice import Engines
from homeroom_collector.snmp.reading import gear
from homeroom_collector.snmp.session import Credentials, Endpoint, EngineName, Secret
from snmp_agents import simulator

RECORDINGS = Path(__file__).parents[1] / "data" / "recordings"


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with simulator(RECORDINGS, tmp_path_factory.mktemp("snmpsim")) as port:
        yield port


@pytest.fixture(scope="module", params=["gufo", "pysnmp"])
def found(request: pytest.FixtureRequest, port: int) -> dict[str, Any]:
    return asyncio.run(read(request.param, port))


async def read(engine: EngineName, port: int) -> dict[str, Any]:
    engines = Engines(engine)
    endpoint = Endpoint(host="127.0.0.1", port=port, timeout_seconds=5, retries=1)
    session = await engines.open(endpoint, Credentials(community=Secret("hazards")))
    try:
        return to_wire(await gear.read_gear(session))
    finally:
        await session.close()
        await engines.close()


def column(found: dict[str, Any], name: str) -> list[Any]:
    return [port.get(name) for port in found["interfaces"]]


def test_text_is_whole_whatever_is_in_it(found):
    assert found["system"]["description"] == "Acme Switch 24\r\nHardware rev B\r\nSoftware Version 4.2.1"
    assert found["system"]["name"] == "closet-7"
    assert found["system"]["location"] == "Salle des maîtres"
    assert found["identity"]["version"] == "4.2.1"


def test_a_clock_that_has_wrapped_is_told_by_the_engines(found):
    assert found["system"]["uptime_seconds"] == pytest.approx(60_000_000, abs=1)


def test_ports_of_any_index_and_of_one_name_are_all_there(found):
    assert column(found, "index") == [1, 2, 70001, 16777217]
    assert column(found, "name") == ["gi1", "gi2", "gi3", "gi3"]
    assert column(found, "description")[:2] == ["Ethernet", "Ethernet"]


def test_an_answer_that_goes_backwards_and_states_outside_the_mib_lose_nothing(found):
    assert column(found, "oper_status") == ["up", "down", None, "up"]
    assert column(found, "admin_status") == ["up", None, "down", None]


def test_speeds_come_from_who_knows_and_nonsense_is_unknown(found):
    assert column(found, "speed_bps") == [10_000_000_000, 1_000_000, 1_000_000_000, None]


def test_each_port_has_the_widest_counters_it_has_whatever_their_type(found):
    assert column(found, "in_octets") == [2**64 - 1, 22, 30, 40]
    assert column(found, "out_octets") == [1000, 23, 31, 41]
    assert column(found, "counter_bits") == [64, 64, 32, 32]
    assert column(found, "in_errors") == [5, 6, 7, None]
    assert column(found, "in_discards") == [1, 2, 3, None]


def test_a_long_label_is_cut_and_one_that_is_null_is_unknown(found):
    assert column(found, "alias") == ["uplink to isp", None, "x" * 255, None]


def test_sizes_below_zero_of_nothing_and_overfull_are_no_nonsense(found):
    assert [(pool["total_bytes"], pool["used_bytes"]) for pool in found["memory"]] == [(1_024_000, 256_000)]
    assert [(area["description"], area["total_bytes"]) for area in found["storage"]] == [
        ("/", 2**31 * 4096),
        ("/full", 51_200),
    ]
    assert [area["usage_ratio"] for area in found["storage"]] == [0.5, 1.0]


def test_empty_serial_numbers_are_none(found):
    assert found["identity"].get("serial") is None
    assert found["identity"]["model"] == "AC-24"
    assert {part.get("serial") for part in found["physical"]} == {None}


def test_nothing_of_it_is_an_error(found):
    assert found["errors"] == []
