import shutil
import subprocess

import pytest
from aiohttp.test_utils import TestClient
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text

from fleet_samples import NOW, laptop
from homeroom_collector.fleet import Fleet
from homeroom_collector.model import Device

OPENMETRICS = "application/openmetrics-text; version=1.0.0"


def samples(families) -> dict[tuple[str, frozenset], float]:
    found = [(s.name, frozenset(s.labels.items()), s.value) for family in families for s in family.samples]
    assert len(found) == len({(name, labels) for name, labels, _ in found}), "a series came twice"
    return {(name, labels): value for name, labels, value in found}


def of_the_fleet(found: dict) -> dict:
    return {key: value for key, value in found.items() if "school" in dict(key[1])}


def one(found: dict, name: str, **labels: str) -> float:
    (value,) = (v for (n, ls), v in found.items() if n == name and labels.items() <= dict(ls).items())
    return value


def promtool(document: str) -> tuple[int, str, str]:
    if not shutil.which("promtool"):
        pytest.skip("promtool is missing; apt-get install prometheus")
    command = ["promtool", "check", "metrics"]
    checked = subprocess.run(command, input=document, text=True, capture_output=True, timeout=30)
    return checked.returncode, checked.stdout, checked.stderr


async def text(client: TestClient, path: str = "/metrics", accept: str = "*/*") -> str:
    response = await client.get(path, headers={"Accept": accept})
    assert response.status == 200
    return await response.text()


async def test_a_laptops_report_becomes_the_contracts_series(client: TestClient) -> None:
    found = samples(parse_text(await text(client)))
    mine = {"device": "laptop-1", "school": "ps1"}
    assert one(found, "homeroom_device_uptime_seconds", **mine) == 3601.5
    assert one(found, "homeroom_device_filesystem_size_bytes", mount="/", **mine) == 512_110_190_592
    assert one(found, "homeroom_device_network_receive_bytes_total", link="wlp2s0", **mine) == 10**9 + 1
    assert one(found, "homeroom_device_presence", **mine, state="on_campus") == 1
    assert one(found, "homeroom_device_last_report_timestamp_seconds", **mine) == NOW
    assert one(found, "homeroom_device_support_end_timestamp_seconds", **mine) == 1_872_288_000
    assert one(found, "homeroom_devices", school="ps1", state="on_campus", model="20TD", grade_band="K-2") == 3
    assert not [name for name, labels in found if name == "homeroom_device_crashes_total"], "unknown is absent"


async def test_a_switchs_poll_becomes_the_contracts_series(client: TestClient) -> None:
    found = samples(parse_text(await text(client)))
    mine = {"device": "switch-1", "school": "ps2"}
    assert one(found, "homeroom_target_up", kind="switch", **mine) == 1
    assert one(found, "homeroom_interface_up", interface="1", **mine) == 1
    assert one(found, "homeroom_interface_up", interface="2", **mine) == 0
    assert one(found, "homeroom_interface_speed_bytes", **mine) == 125_000_000
    assert one(found, "homeroom_interface_receive_bytes_total", interface="1", **mine) == 10
    assert one(found, "homeroom_sensor_celsius", sensor="Inlet", **mine) == 41
    assert one(found, "homeroom_sensor_rpm", sensor="Fan#7", **mine) == 5000
    assert one(found, "homeroom_sensor_status", sensor="Fan#8", status="warning", **mine) == 1
    assert one(found, "homeroom_printer_supply_level_ratio", **mine) == 0.6
    assert one(found, "homeroom_school_bandwidth_contracted_bytes_per_second", school="ps2") == 125_000_000


async def test_both_formats_say_the_same(client: TestClient) -> None:
    plain = samples(parse_text(await text(client)))
    openmetrics = await text(client, accept=OPENMETRICS)
    assert openmetrics.endswith("# EOF\n")
    assert of_the_fleet(samples(parse_openmetrics(openmetrics))) == of_the_fleet(plain)


async def test_the_content_type_names_the_format(client: TestClient) -> None:
    prometheus = (
        f"{OPENMETRICS},application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
    )
    for accept, expected in [
        (prometheus, "application/openmetrics-text; version=1.0.0; charset=utf-8"),
        ("text/plain;version=0.0.4,application/openmetrics-text;q=0.5", "text/plain; version=0.0.4; charset=utf-8"),
        ("text/html,*/*;q=0.8", "text/plain; version=0.0.4; charset=utf-8"),
    ]:
        response = await client.get("/metrics", headers={"Accept": accept})
        assert response.headers["Content-Type"] == expected


async def test_a_repeated_scrape_is_kept_until_something_changes(client: TestClient, fleet: Fleet) -> None:
    first, second = await text(client), await text(client)
    assert second.partition("# HELP homeroom_ingest")[0] == first.partition("# HELP homeroom_ingest")[0]
    fleet.apply("laptop-0", laptop(900, at=NOW + 60), NOW + 60)
    assert one(samples(parse_text(await text(client))), "homeroom_device_uptime_seconds", device="laptop-0") == 4500.5


async def test_a_whole_scrape_counts_its_series(client: TestClient) -> None:
    for accept in ("*/*", OPENMETRICS):
        document = await text(client, accept=accept)
        series = [line for line in document.splitlines() if not line.startswith("#")]
        fleet_series = [line for line in series if "{school=" in line]
        assert f"homeroom_series {len(fleet_series)}.0" in series
    await text(client, "/metrics?school=ps1")
    assert f"homeroom_series {len(fleet_series)}.0" in await text(client)


async def test_the_collector_says_which_program_it_is_and_what_it_uses(client: TestClient) -> None:
    found = {name for name, _ in samples(parse_text(await text(client)))}
    assert {"homeroom_build_info", "process_resident_memory_bytes", "python_gc_collections_total"} <= found


async def test_one_school_can_be_scraped_alone(client: TestClient) -> None:
    found = samples(parse_openmetrics(await text(client, "/metrics?school=ps2", OPENMETRICS)))
    assert {dict(labels)["school"] for _, labels in found} == {"ps2"}
    assert (await client.get("/metrics?school=nowhere")).status == 404


@pytest.mark.parametrize("path", ["/metrics", "/metrics?school=ps1"])
async def test_promtool_has_nothing_to_say(client: TestClient, path: str) -> None:
    assert promtool(await text(client, path)) == (0, "", "")


async def test_a_removed_device_is_gone_from_the_next_scrape(client: TestClient, fleet: Fleet) -> None:
    fleet.remove_device("laptop-1")
    assert "laptop-1" not in await text(client)


async def test_a_device_that_moves_school_takes_its_values_along(client: TestClient, fleet: Fleet) -> None:
    fleet.put_device(Device(device_id="laptop-1", device_class="computer", school_id="ps2", grade_band="9-12"))
    found = samples(parse_text(await text(client)))
    assert one(found, "homeroom_device_uptime_seconds", device="laptop-1", school="ps2") == 3601.5
    assert not [labels for _, labels in found if {("device", "laptop-1"), ("school", "ps1")} <= labels]
    assert one(found, "homeroom_devices", school="ps2", grade_band="9-12") == 1
