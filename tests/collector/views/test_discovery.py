from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client import CollectorRegistry

from homeroom_collector.fleet import Fleet
from homeroom_collector.http.address import Addresses
from homeroom_collector.views import site
from letting_in import letting_in, unused_store

PROXIED = {"Host": "homeroom.district.example", "X-Forwarded-Proto": "https"}


@pytest.fixture
def trusted() -> list[str]:
    return ["127.0.0.0/8"]


@pytest.fixture
async def client(fleet: Fleet, trusted: list[str]) -> AsyncIterator[TestClient]:
    app = letting_in()
    app.add_routes(site.routes(fleet, CollectorRegistry(), store=unused_store(), scheme_of=Addresses(trusted).scheme))
    async with TestClient(TestServer(app)) as client:
        yield client


async def test_every_school_is_a_target_of_its_own(client: TestClient) -> None:
    answer = await client.get("/sd/schools")
    assert answer.content_type == "application/json"
    groups = await answer.json()
    assert [group["labels"]["__param_school"] for group in groups] == ["ps1", "ps2"]
    assert groups[0] == {
        "targets": [f"127.0.0.1:{client.port}"],
        "labels": {
            "__scheme__": "http",
            "__metrics_path__": "/metrics",
            "__param_school": "ps1",
            "instance": "ps1",
            "__meta_homeroom_school": "ps1",
            "__meta_homeroom_school_name": 'The "First" School',
            "__meta_homeroom_school_level": "elementary",
            "__meta_homeroom_school_devices": "3",
        },
    }


async def test_targets_are_where_the_list_was_asked_for_also_behind_a_proxy(client: TestClient) -> None:
    (group, *_) = await (await client.get("/sd/schools", headers=PROXIED)).json()
    assert (group["targets"], group["labels"]["__scheme__"]) == (["homeroom.district.example"], "https")


@pytest.mark.parametrize("trusted", [[]])
async def test_a_proxy_nobody_trusts_does_not_change_the_scheme(client: TestClient) -> None:
    (group, *_) = await (await client.get("/sd/schools", headers=PROXIED)).json()
    assert group["labels"]["__scheme__"] == "http"
