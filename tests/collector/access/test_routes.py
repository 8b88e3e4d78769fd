"""Every route, as every role. The table below is the policy; a route that is not in it fails the test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from collector.collecting import Running, collecting, role, settings_at
from homeroom_collector.access.need import need_of
from homeroom_collector.access.parts import UndeclaredRouteError, check_routes
from homeroom_collector.access.roles import Grant
from homeroom_collector.access.settings import AccessSettings

CALLERS: dict[str, Grant | None] = {
    "nobody": None,
    "admin": role("admin"),
    "technician": role("technician"),
    "help desk": role("help_desk"),
    "viewer": role("viewer"),
    "staff": role("school_staff", "lincoln"),
    "school technician": role("technician", "lincoln"),
    "scraper": role("scraper"),
    "alerts": role("alerts"),
}
PEOPLE = {"admin", "technician", "help desk", "viewer", "staff", "school technician"}
RESPONDING = {"admin", "technician", "help desk", "school technician"}
OPERATING = {"admin", "technician"}
SCRAPING = {"admin", "technician", "scraper"}
EVERYBODY = set(CALLERS)

# Who is let in, by method and path. None: a device key or an enrolment token decides, never a role.
ALLOWED: dict[tuple[str, str], set[str] | None] = {
    ("POST", "/api/v1/enroll"): None,
    ("POST", "/api/v1/reports"): None,
    ("GET", "/api/v1/echo"): None,
    ("POST", "/api/v1/key"): None,
    ("GET", "/api/v1/throughput"): None,
    ("POST", "/api/v1/throughput"): None,
    ("POST", "/satellite/api/v1/enroll"): None,
    ("POST", "/satellite/api/v1/reports"): None,
    ("*", "/api/{call}"): EVERYBODY,
    ("GET", "/healthz"): EVERYBODY,
    ("GET", "/readyz"): EVERYBODY,
    ("GET", "/static/{name}"): EVERYBODY,
    ("GET", "/sign-in"): EVERYBODY,
    ("GET", "/sign-in/link"): EVERYBODY,
    ("POST", "/sign-out"): EVERYBODY,
    ("GET", "/metrics"): SCRAPING,
    ("GET", "/sd/schools"): SCRAPING,
    ("GET", "/"): PEOPLE,
    ("GET", "/devices"): PEOPLE,
    ("GET", "/devices/{device_id}"): PEOPLE,
    ("GET", "/schools/{school_id}"): PEOPLE,
    ("GET", "/network"): PEOPLE,
    ("GET", "/problems"): PEOPLE,
    ("GET", "/problems/{problem_id}"): PEOPLE,
    ("POST", "/problems/{problem_id}/acknowledge"): RESPONDING,
    ("GET", "/standards"): PEOPLE,
    ("GET", "/refresh"): PEOPLE,
    ("GET", "/erate"): PEOPLE,
    ("GET", "/equity"): PEOPLE,
    ("GET", "/register"): PEOPLE,
    ("GET", "/quarantine"): OPERATING | {"school technician"},
    ("POST", "/quarantine"): OPERATING | {"school technician"},
    ("GET", "/set-up"): OPERATING,
    ("POST", "/set-up/tokens"): OPERATING,
    ("POST", "/set-up/tokens/{token_id}/revoke"): OPERATING,
    ("GET", "/privacy"): EVERYBODY,
    ("GET", "/api/v1/topology"): PEOPLE,
    ("GET", "/api/v1/devices"): PEOPLE,
    ("GET", "/api/v1/devices/{device_id}"): PEOPLE,
    ("GET", "/api/v1/schools"): PEOPLE,
    ("GET", "/api/v1/calendar"): PEOPLE,
    ("GET", "/openapi.json"): EVERYBODY,
    ("POST", "/api/v1/alerts"): {"alerts"},
    ("GET", "/api/v1/standards"): PEOPLE,
    ("GET", "/api/v1/refresh"): PEOPLE,
    ("GET", "/api/v1/erate"): PEOPLE,
    ("GET", "/api/v1/equity"): PEOPLE,
    ("GET", "/api/v1/readiness"): PEOPLE,
    ("GET", "/api/v1/reconcile"): PEOPLE,
    ("GET", "/api/v1/problems"): PEOPLE,
    ("GET", "/api/v1/problems/{id}"): PEOPLE,
    ("POST", "/api/v1/problems/{id}/acknowledge"): {"admin", "technician", "help desk", "school technician"},
}
# Paths with a part to fill in.
FILLED = {
    "/static/{name}": "/static/homeroom.css",
    "/api/{call}": "/api/v1/nothing",
    "/api/v1/problems/{id}": "/api/v1/problems/1",
    "/api/v1/problems/{id}/acknowledge": "/api/v1/problems/1/acknowledge",
    "/api/v1/devices/{device_id}": "/api/v1/devices/x",
    "/devices/{device_id}": "/devices/x",
    "/schools/{school_id}": "/schools/lincoln",
    "/problems/{problem_id}": "/problems/1",
    "/problems/{problem_id}/acknowledge": "/problems/1/acknowledge",
    "/set-up/tokens/{token_id}/revoke": "/set-up/tokens/x/revoke",
}
REFUSED = {401, 403}


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Running]:
    async with collecting(settings_at(tmp_path, access=AccessSettings(metrics="token"))) as running:
        yield running


def routes(running: Running) -> list[tuple[str, str]]:
    found = {(route.method, route.resource.canonical) for route in running.app.router.routes() if route.resource}
    return sorted(each for each in found if each[0] != "HEAD")


async def test_every_route_admits_whom_the_table_says_and_nobody_else(running: Running):
    tokens = {name: await running.api_token(grant) for name, grant in CALLERS.items() if grant}
    found: dict[tuple[str, str], set[str] | None] = {}
    for method, path in routes(running):
        if ALLOWED.get((method, path), set()) is None:
            found[method, path] = None
            continue
        admitted = set()
        for name in CALLERS:
            headers = {"Authorization": f"Bearer {tokens[name]}"} if name in tokens else {}
            url = running.url + FILLED.get(path, path)
            verb = "GET" if method == "*" else method
            async with running.http.request(verb, url, headers=headers, allow_redirects=False) as answer:
                # A used or unknown link is refused to everyone, which is not a matter of roles.
                if answer.status not in REFUSED or path == "/sign-in/link":
                    admitted.add(name)
        found[method, path] = admitted
    assert found == ALLOWED


async def test_calls_of_agents_refuse_every_api_token(running: Running):
    token = await running.api_token(role("admin"))
    for (method, path), allowed in ALLOWED.items():
        if allowed is None and not path.endswith("/enroll"):
            headers = {"Authorization": f"Bearer {token}"}
            async with running.http.request(method, running.url + path, headers=headers) as answer:
                assert answer.status == 401, path


def test_a_route_that_nobody_declared_stops_the_start():
    async def handler(_request: web.Request) -> web.Response:
        return web.Response()

    app = web.Application()
    app.add_routes([web.get("/forgotten", handler)])
    with pytest.raises(UndeclaredRouteError, match="GET /forgotten"):
        check_routes(app)


async def test_every_route_of_the_collector_says_what_it_needs(running: Running):
    assert all(need_of(route.handler) for route in running.app.router.routes())
