import asyncio
import dataclasses
import re
import time
from collections.abc import AsyncIterator
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client import CollectorRegistry

from fleet_samples import NOW, gear, laptop
from homeroom_agent.report import NetworkGear, Report
from homeroom_agent.report.network import GearIdentity, Printer, Supply, Ups
from homeroom_collector.access import VISITOR, requires
from homeroom_collector.fleet import Fleet
from homeroom_collector.model import Device, School
from homeroom_collector.rules.asset import Asset
from homeroom_collector.rules.calendar import CalendarRules
from homeroom_collector.rules.calendar_book import CalendarBook
from homeroom_collector.rules.register import Entry
from homeroom_collector.store import Store, assets, open_store, tokens
from homeroom_collector.views import site
from homeroom_collector.views.pages.query import Query, page, parse
from homeroom_collector.views.pages.words import duration, percent
from letting_in import letting_in

CHICAGO = ZoneInfo("America/Chicago")
PAGES = (
    "/",
    "/devices",
    "/devices/odd",
    "/devices/switch-1",
    "/schools/ps1",
    "/network",
    "/problems",
    "/standards",
    "/refresh",
    "/erate",
    "/equity",
    "/register",
    "/set-up",
    "/privacy",
    "/sign-in",
)
VOID = {"meta", "link", "input", "img", "rect", "br", "path", "circle"}


class Document(HTMLParser):
    """Checks that tags nest, and keeps what a reader meets."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.headings: list[int] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.tags.append((tag, named))
        if tag not in VOID:
            self.open.append(tag)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if "id" in named:
            self.ids.append(str(named["id"]))
        if tag == "a":
            self.links.append(str(named["href"]))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data.split()

    @property
    def text(self) -> str:
        return " ".join(self.words)


@pytest.fixture
def fleet(fleet: Fleet) -> Fleet:
    fleet.use_calendars(CalendarBook(CalendarRules(zone=CHICAGO)))
    fleet.put_device(
        Device(
            device_id="odd", device_class="computer", school_id="ps1", name="<b>Cart 7</b>", serial='S"1', model="20TD"
        )
    )
    fleet.apply("odd", laptop(9, at=NOW - 3700), NOW - 3700)
    power = NetworkGear(
        reachable=True,
        identity=GearIdentity(kind="ups"),
        ups=Ups(battery_charge_ratio=0.4, battery_runtime_seconds=1900, on_battery=True),
    )
    fleet.put_device(Device(device_id="ups", device_class="network", school_id="ps2", name="closet-ups"))
    fleet.apply("ups", Report(source="snmp", sequence=1, measured_at=NOW, network=power), NOW)
    supplies = [Supply(index="1", description="Black", level_ratio=0.04)]
    printing = NetworkGear(reachable=True, identity=GearIdentity(kind="printer"), printer=Printer(supplies=supplies))
    fleet.put_device(Device(device_id="printer", device_class="network", school_id="ps2", name="office"))
    fleet.apply("printer", Report(source="snmp", sequence=1, measured_at=NOW, network=printing), NOW)
    fleet.refresh(NOW)
    return fleet


async def _sign_in(_request: web.Request) -> web.Response:
    return web.Response(text=site.render("sign_in.html", label=None, next="/"), content_type="text/html")


def application(fleet: Fleet, store: Store) -> web.Application:
    app = letting_in()
    routes = site.routes(fleet, CollectorRegistry(), store=store, clock=lambda: NOW, zone="America/Chicago")
    app.add_routes([*routes, *requires(VISITOR, web.get("/sign-in", _sign_in))])
    return app


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(f"sqlite:///{tmp_path / 'homeroom.db'}") as opened:
        yield opened


@pytest.fixture
async def client(fleet: Fleet, store: Store) -> AsyncIterator[TestClient]:
    async with TestClient(TestServer(application(fleet, store))) as client:
        yield client


async def read(client: TestClient, path: str = "/devices") -> Document:
    response = await client.get(path)
    assert response.status == 200
    assert response.content_type == "text/html"
    return Document(await response.text())


async def test_the_page_shows_schools_devices_and_network(client: TestClient) -> None:
    text = (await read(client)).text
    for words in ['The "First" School', "Second", "laptop-1", "on campus", "quiet", "switch-1", "1 of 2", "91%"]:
        assert words in text
    local = datetime.fromtimestamp(NOW - 3700, CHICAGO).strftime("%a %H:%M")
    assert f"61 minutes ago {local} CDT" in text


async def test_what_deserves_a_look_is_said_in_words(client: TestClient) -> None:
    text = (await read(client, "/")).text
    assert "1 UPS running on battery" in text
    assert "1 printer supply nearly empty" in text
    text = (await read(client)).text
    assert "on battery, 31 minutes left" in text
    assert "Black 4% (low)" in text


async def test_names_from_outside_stay_text(client: TestClient) -> None:
    document = await read(client)
    assert "<b>Cart" in document.text
    assert "b" not in [tag for tag, _ in document.tags]
    hostile = await read(client, "/devices?q=%22%3E%3Cscript%3E&school=%3Cscript%3E&state=%3Cscript%3E")
    assert "script" not in [tag for tag, _ in hostile.tags]


@pytest.mark.parametrize(
    ("query", "found"),
    [("cart", ["odd"]), ('s"1', ["odd"]), ("20td cart", ["odd"]), ("LAPTOP-2", ["laptop-2"]), ("nothing", [])],
)
async def test_devices_are_found_by_name_serial_or_model(client: TestClient, query: str, found: list[str]) -> None:
    response = await client.get("/devices", params={"q": query})
    text = Document(await response.text()).text
    for device in ("laptop-0", "laptop-1", "laptop-2"):
        assert (f"{device} ●" in text) is (device in found)
    assert ("Cart 7</b> ○" in text) is ("odd" in found)


async def test_uptime_is_shown_once_there_is_some(client: TestClient, fleet: Fleet) -> None:
    assert "uptime" not in (await read(client, "/")).text
    for state in fleet.schools:
        state.uptime = {"computer": 0.874, "network": None}
    text = (await read(client, "/")).text
    assert "share of the instruction of the last four weeks" in text
    assert "87%" in text


async def test_one_school_and_one_state_can_be_picked(client: TestClient) -> None:
    text = (await read(client, "/devices?school=ps2")).text
    assert "switch-1" in text
    assert "laptop-1" not in text
    text = (await read(client, "/devices?state=quiet")).text
    assert "laptop-1" not in text
    assert "Cart 7" in text


async def test_long_lists_come_in_pages_that_link_to_each_other(client: TestClient, fleet: Fleet) -> None:
    for number in range(100):
        fleet.put_device(Device(device_id=f"many-{number:03d}", device_class="computer", school_id="ps1"))
    first = await read(client, "/devices?q=many")
    assert "1 to 25 of 100" in first.text
    following = next(link for link in first.links if "devices=2" in link)
    second = await read(client, following)
    assert "26 to 50 of 100" in second.text
    assert "many-025" in second.text
    assert "76 to 100 of 100" in (await read(client, "/devices?q=many&devices=9999999")).text


@pytest.mark.parametrize("path", PAGES)
async def test_the_page_can_be_read_without_seeing_it(client: TestClient, path: str) -> None:
    document = await read(client, path)
    assert document.headings[0] == 1
    assert all(later - earlier <= 1 for earlier, later in zip(document.headings, document.headings[1:], strict=False))
    assert len(document.ids) == len(set(document.ids))
    tags = [tag for tag, _ in document.tags]
    assert tags.count("main") == tags.count("h1") == 1
    assert all("scope" in attributes for tag, attributes in document.tags if tag == "th")
    assert all("alt" in attributes for tag, attributes in document.tags if tag == "img")
    assert all(attributes.get("aria-label") for tag, attributes in document.tags if tag == "svg")
    assert ("html", {"lang": "en"}) in document.tags
    for link in document.links:
        if link.startswith("#"):
            assert link[1:] in document.ids


@pytest.mark.parametrize("path", PAGES)
async def test_nothing_is_loaded_from_elsewhere_and_nothing_runs(client: TestClient, path: str) -> None:
    response = await client.get(path)
    assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")
    document = Document(await response.text())
    for tag, attributes in document.tags:
        assert tag not in ("script", "style", "iframe", "object")
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
        for name in ("src", "href", "action"):
            assert re.match(r"/(?!/)|#|\?|$", attributes.get(name) or "/")
    for name in ("homeroom.css", "homeroom.svg", "what-if.js"):
        found = await client.get(f"/static/{name}")
        assert found.status == 200
        assert "url(" not in await found.text()
    assert (await client.get("/static/routes.py")).status == 404


async def test_an_empty_collector_says_what_to_do(store: Store) -> None:
    async with TestClient(TestServer(application(Fleet(), store))) as client:
        assert "schools.csv" in (await read(client, "/")).text
        text = (await read(client)).text
    assert "No computer has enrolled yet" in text


def test_the_address_line_is_forgiving() -> None:
    asked = parse({"q": " x ", "devices": "-4", "gear": "²", "state": "nonsense", "other": "1"})
    assert asked == Query(q="x")
    assert asked.link("devices", devices=3) == "/devices?q=x&devices=3#devices"
    assert Query().link("") == "/devices"
    assert page(7, 0, 25).number == 1


@pytest.mark.parametrize(
    ("ratio", "words"),
    [(0.0, "0%"), (0.001, "under 1%"), (0.999, "99%"), (1.0, "100%"), (1.04, "104%"), (0.455, "46%")],
)
def test_only_all_is_a_hundred_percent(ratio: float, words: str) -> None:
    assert percent(ratio) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(5, "5 seconds"), (61, "1 minute"), (7199, "119 minutes"), (7200, "2 hours"), (86400 * 2, "2 days")],
)
def test_durations_are_in_sensible_units(seconds: float, words: str) -> None:
    assert duration(seconds) == words


async def test_gear_that_stops_answering_comes_first_and_shows_no_old_ports(client: TestClient, fleet: Fleet) -> None:
    silent = dataclasses.replace(gear(), network=NetworkGear(reachable=False), measured_at=NOW + 1)
    fleet.apply("switch-1", silent, NOW + 1)
    assert "1 network device down" in (await read(client, "/")).text
    text = (await read(client)).text
    assert "1 of 2" not in text
    assert text.index("switch-1") < text.index("closet-ups")


async def test_pages_can_be_made_while_reports_come_in(client: TestClient, fleet: Fleet) -> None:
    async def reports() -> None:
        for number in range(300):
            device = Device(device_id=f"new-{number}", device_class="computer", school_id="ps1", grade_band=str(number))
            fleet.put_device(device)
            fleet.apply(device.device_id, laptop(number), NOW)
            await asyncio.sleep(0)

    async with asyncio.TaskGroup() as group:
        group.create_task(reports())
        reading = [group.create_task(read(client)) for _ in range(10)]
    assert all("Devices" in document.result().text for document in reading)


async def test_who_names_one_device_is_led_to_it_also_by_its_asset_tag(client: TestClient, store: Store) -> None:
    tagged = Entry(asset=Asset(asset_tag="PS1-0042", serial='s"1', school_id="ps1"), sources={})
    await store.write(lambda connection: assets.add(connection, [tagged]))
    for words in ("ps1-0042", 'S"1', "<b>Cart 7</b>", "odd"):
        response = await client.get("/devices", params={"q": words}, allow_redirects=False)
        assert (response.status, response.headers["Location"]) == (303, "/devices/odd"), words
    assert "PS1-0042" in (await read(client, "/devices/odd")).text


async def test_an_asset_that_never_reported_is_found_as_well(client: TestClient, store: Store) -> None:
    silent = Entry(asset=Asset(asset_tag="PS1-0077", serial="NEVER", school_id="ps1", room="closet"), sources={})
    await store.write(lambda connection: assets.add(connection, [silent]))
    text = (await read(client, "/devices?q=ps1-00")).text
    assert "never heard of" in text
    assert "closet" in text


async def test_a_token_is_made_shown_once_and_revoked(client: TestClient, store: Store) -> None:
    form = {"school": "ps1", "grade_band": "3-5", "label": "cart 7", "uses": "30", "expires": "14d"}
    response = await client.post("/set-up/tokens", data=form)
    text = await response.text()
    [token] = await store.read(tokens.listed)
    assert (token.school_id, token.uses_allowed, token.label) == ("ps1", 30, "cart 7")
    assert f"{token.token_id}." in text
    assert f"{token.token_id}." not in (await (await client.get("/set-up")).text())
    await client.post(f"/set-up/tokens/{token.token_id}/revoke")
    [token] = await store.read(tokens.listed)
    assert token.state(NOW) == "revoked"


async def test_a_page_for_fifty_thousand_devices_takes_less_than_a_third_of_a_second(store: Store) -> None:
    fleet = Fleet()
    for school in range(50):
        fleet.put_school(School(school_id=f"s{school}", name=f"School {school}"))
    for number in range(50_000):
        fleet.put_device(Device(device_id=f"d{number}", device_class="computer", school_id=f"s{number % 50}"))
    async with TestClient(TestServer(application(fleet, store))) as client:
        await read(client, "/")
        spent = time.process_time()
        document = await read(client, "/")
        spent = time.process_time() - spent
    assert "50,000" in document.text
    assert spent < 0.3
