"""What programs read, and that a school learns nothing of another by any of it."""

import csv
import io
import statistics
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from collector.collecting import Running, collecting, role, settings_at
from homeroom_collector.fleet import Fleet
from homeroom_collector.model import Device
from homeroom_collector.views.api import device_routes
from homeroom_collector.views.api.openapi import calls
from letting_in import letting_in

STAFF = role("school_staff", "lincoln")
ALL = role("viewer")


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Running]:
    async with collecting(settings_at(tmp_path)) as running:
        for school, name in (("lincoln", "cart 1"), ("roosevelt", "=HYPERLINK(1)")):
            for number in range(5):
                running.collector.fleet.put_device(
                    Device(
                        device_id=f"{school}-{number}",
                        device_class="computer",
                        school_id=school,
                        name=name,
                        serial=f"{school[:3].upper()}{number}",
                    )
                )
        yield running


async def listed(running: Running, path: str, grant: Any = ALL) -> list[dict[str, Any]]:
    status, body = await running.read(path, grant)
    assert status == 200
    return body[path.split("?", maxsplit=1)[0].rsplit("/", maxsplit=1)[1]]


async def test_a_list_comes_in_pages_that_miss_nothing_and_repeat_nothing(running: Running):
    found, path = [], "/api/v1/devices?limit=3"
    while path:
        status, body = await running.read(path, ALL)
        assert status == 200
        found += [row["device_id"] for row in body["devices"]]
        path = f"/api/v1/devices?limit=3&cursor={body['next']}" if body["next"] else ""
    assert found == sorted(found)
    assert len(set(found)) == len(found) == 10


async def test_a_list_comes_as_csv_in_which_no_cell_is_a_formula(running: Running):
    headers = {"Authorization": f"Bearer {await running.api_token(ALL)}", "Accept": "text/csv"}
    async with running.http.get(running.url + "/api/v1/devices?limit=7", headers=headers) as answer:
        assert answer.content_type == "text/csv"
        assert answer.links["next"]["url"].path == "/api/v1/devices"
        rows = list(csv.DictReader(io.StringIO(await answer.text())))
    assert len(rows) == 7
    assert rows[5]["name"] == "'=HYPERLINK(1)"


async def test_filters_narrow_the_list(running: Running):
    assert len(await listed(running, "/api/v1/devices?school=lincoln&q=cart")) == 5
    assert len(await listed(running, "/api/v1/devices?q=roo3")) == 1
    assert await listed(running, "/api/v1/devices?state=missing") == []
    assert await listed(running, "/api/v1/devices?class=network") == []


async def test_schools_and_the_calendar_are_told(running: Running):
    schools = await listed(running, "/api/v1/schools")
    assert [(row["school_id"], row["computers"]) for row in schools] == [("lincoln", 5), ("roosevelt", 5)]
    status, body = await running.read("/api/v1/calendar?school=lincoln&from=2026-10-05&days=7", ALL)
    assert status == 200
    taught = [row["instructional_seconds"] > 0 for row in body["days"]]
    assert taught == [True] * 5 + [False] * 2


@pytest.mark.parametrize(
    "path",
    ["/api/v1/devices?limit=0", "/api/v1/devices?cursor=%C3", "/api/v1/calendar?days=x", "/api/v1/calendar?from=x"],
)
async def test_what_cannot_be_meant_is_a_problem_with_a_detail(running: Running, path: str):
    status, body = await running.read(path, ALL)
    assert status == 400
    assert body["detail"]


async def test_staff_see_their_school_and_no_trace_of_another(running: Running):
    assert {row["school_id"] for row in await listed(running, "/api/v1/devices", STAFF)} == {"lincoln"}
    assert [row["school_id"] for row in await listed(running, "/api/v1/schools", STAFF)] == ["lincoln"]
    for path in ("/api/v1/devices?q=roo", "/api/v1/devices?school=roosevelt", "/api/v1/devices?q=hyperlink"):
        assert await listed(running, path, STAFF) == []
    for path in ("/api/v1/calendar?school=roosevelt", "/api/v1/calendar"):
        assert "roosevelt" not in str(await running.read(path, STAFF))
    # A cursor that names another school's device says nothing of it either.
    _, body = await running.read("/api/v1/devices?limit=9", ALL)
    status, body = await running.read(f"/api/v1/devices?cursor={body['next']}", STAFF)
    assert (status, body["devices"]) == (200, [])


async def test_another_schools_device_is_answered_exactly_as_none_at_all(running: Running):
    assert (await running.read("/api/v1/devices/lincoln-1", STAFF))[0] == 200
    foreign = await running.read("/api/v1/devices/roosevelt-1", STAFF)
    nothing = await running.read("/api/v1/devices/roosevelt-9", STAFF)
    assert foreign == nothing
    assert foreign[0] == 404


async def test_not_even_the_time_of_a_404_tells_of_another_schools_device(running: Running):
    headers = {"Authorization": f"Bearer {await running.api_token(STAFF)}"}
    spent: dict[str, list[float]] = {"roosevelt-1": [], "roosevelt-9": []}
    for _ in range(60):
        for name, times in spent.items():
            before = time.perf_counter()
            async with running.http.get(f"{running.url}/api/v1/devices/{name}", headers=headers) as answer:
                assert answer.status == 404
            times.append(time.perf_counter() - before)
    foreign, nothing = (statistics.median(times) for times in spent.values())
    # Both take the same steps; what is left is noise, which on a busy machine may be as much as half.
    assert 0.5 < foreign / nothing < 2.0


async def test_the_description_names_every_call_and_no_other(running: Running):
    async with running.http.get(running.url + "/openapi.json") as answer:
        document = await answer.json()
    described = {(method.upper(), path) for path, found in document["paths"].items() for method in found}
    assert described == {(method, path) for method, path, _ in calls(running.app)}
    for path, found in document["paths"].items():
        for method, operation in found.items():
            assert operation["summary"], f"{method} {path} has no docstring"
    limit = document["paths"]["/api/v1/devices"]["get"]["parameters"]
    assert {"limit", "cursor", "school"} <= {parameter["name"] for parameter in limit}
    assert "text/csv" in document["paths"]["/api/v1/devices"]["get"]["responses"]["200"]["content"]


async def test_a_device_is_told_with_what_it_measured(fleet: Fleet):
    app = letting_in()
    app.add_routes(device_routes(fleet))
    async with TestClient(TestServer(app)) as client, client.get("/api/v1/devices/laptop-1") as answer:
        body = await answer.json()
    assert body["measured"]["battery"][0]["homeroom_device_battery_health_ratio"] > 0
    assert body["state"]
    assert body["measured"]["battery"][0]["battery"]
