"""The examples of configs/proxy, under the real nginx and the real Caddy, in front of a real collector.

Every address of 127.0.0.0/8 is another client here; those of 127.0.0.64/28 are at the school.
"""

import gzip
import io
import json
import os
import re
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import trustme

from collector.collecting import Running, collecting, report, settings_at
from free_ports import free_port
from homeroom_collector.access.settings import AccessSettings, ProxySettings, RoleRule
from homeroom_collector.config import Listen
from homeroom_collector.demo.processes import Children
from homeroom_collector.model import School
from stack import tool, until

EXAMPLES = Path(__file__).parents[2] / "configs" / "proxy"
AT_SCHOOL, AT_HOME = "127.0.0.70", "127.0.0.200"
LINCOLN = School(school_id="lincoln", name="Lincoln", networks=("127.0.0.64/28",))


@dataclass(frozen=True)
class Place:
    """Where the proxy of a test lives, and what it stands before."""

    folder: Path
    collector: str
    port: int = field(default_factory=free_port)
    plain_port: int = field(default_factory=free_port)

    def example(self, name: str, **changes: str) -> str:
        """The example with the addresses of the test. Each must be there, so that one that changes is noticed."""
        text = (EXAMPLES / name).read_text()
        files = {f"/etc/homeroom/tls.{kind}": f"{self.folder}/tls.{kind}" for kind in ("crt", "key")}
        for old, new in {**files, **changes}.items():
            assert old in text, f"{name} has no {old!r}"
            text = text.replace(old, new)
        return text

    def nginx(self) -> list[str]:
        """The site inside the smallest nginx.conf that needs no place but ours."""
        site = self.example(
            "nginx.conf",
            **{
                "server 127.0.0.1:8080": f"server {self.collector}",
                "listen 443 ssl": f"listen {self.port} ssl",
                "listen 80": f"listen {self.plain_port}",
            },
        )
        places = [
            f"{kind}_temp_path {self.folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        ]
        config = self.folder / "nginx.conf"
        config.write_text(
            f"daemon off; pid {self.folder}/pid; worker_processes 1; error_log stderr; user {_who_we_are()};\n"
            f"events {{}}\nhttp {{ access_log off; {' '.join(places)}\n{site}}}\n"
        )
        return [tool("nginx"), "-c", str(config), "-p", str(self.folder)]

    def caddy(self) -> list[str]:
        config = self.folder / "Caddyfile"
        config.write_text(
            self.example(
                "Caddyfile",
                **{
                    "reverse_proxy 127.0.0.1:8080": f"reverse_proxy {self.collector}",
                    "admin off": f"admin off\n\thttp_port {self.plain_port}",
                    "\nhomeroom.school.example {": f"\nhttps://127.0.0.1:{self.port} {{",
                },
            )
        )
        return [tool("caddy"), "run", "--config", str(config), "--adapter", "caddyfile"]


def _who_we_are() -> str:
    return "root" if os.geteuid() == 0 else "nobody"


@dataclass(frozen=True)
class Behind:
    """A collector behind a proxy, as clients from outside see it."""

    running: Running
    url: str
    plain_url: str
    trust: ssl.SSLContext

    async def ask(self, method: str, path: str, *, at: str = AT_HOME, **more: Any) -> tuple[int, bytes, Any]:
        """Status, body and headers that a client at an address gets."""
        connector = aiohttp.TCPConnector(local_addr=(at, 0), ssl=self.trust)
        async with (
            aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=30)) as http,
            http.request(method, self.url + path, allow_redirects=False, **more) as answer,
        ):
            return answer.status, await answer.read(), answer.headers

    async def send(self, key: str, body: bytes, *, at: str = AT_HOME, **headers: str) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json", **headers}
        status, answer, _ = await self.ask("POST", "/api/v1/reports", at=at, data=io.BytesIO(body), headers=headers)
        return status, json.loads(answer)

    async def presence(self) -> str:
        """Where the collector takes its only computer to be."""
        async with self.running.http.get(f"{self.running.url}/metrics") as answer:
            text = await answer.text()
        (state,) = re.findall(r'^homeroom_device_presence\{.*state="(\w+)".*\} 1', text, re.MULTILINE)
        return str(state)


@pytest.fixture(params=["nginx", "caddy"])
async def behind(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Behind]:
    settings = settings_at(
        tmp_path,
        listen=Listen(trusted_proxies=["127.0.0.1/32"]),
        access=AccessSettings(
            proxy=ProxySettings(user_header="Remote-User"), roles=[RoleRule(role="admin", people=["amy"])]
        ),
    )
    authority = trustme.CA()
    made = authority.issue_cert("127.0.0.1")
    made.cert_chain_pems[0].write_to_path(tmp_path / "tls.crt")
    made.private_key_pem.write_to_path(tmp_path / "tls.key")
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    children = Children(tmp_path / "logs")
    async with collecting(settings) as running:
        running.collector.put_school(LINCOLN)
        place = Place(tmp_path, running.url.removeprefix("http://"))
        outside = Behind(running, f"https://127.0.0.1:{place.port}", f"http://127.0.0.1:{place.plain_port}", trust)

        async def up() -> bool | None:
            children.check()
            try:
                return True if (await outside.ask("GET", "/readyz"))[0] == 200 else None
            except aiohttp.ClientConnectionError:
                return None

        try:
            await children.start(request.param, getattr(place, request.param)(), environment={"HOME": str(tmp_path)})
            await until(up, 30, f"{request.param} in front of the collector")
            yield outside
        finally:
            await children.stop()


def reports(*found: dict[str, Any]) -> bytes:
    return json.dumps({"reports": found}).encode()


async def test_whether_a_laptop_is_on_campus_is_told_by_its_own_address_not_by_what_it_claims(behind: Behind):
    key = await behind.running.key()
    assert (await behind.send(key, reports(report(1)), at=AT_SCHOOL))[0] == 200
    assert await behind.presence() == "on_campus"
    for sequence, name in enumerate(("X-Forwarded-For", "Forwarded", "X-Real-IP", "Client-IP"), start=2):
        claimed = f"for={AT_SCHOOL}" if name == "Forwarded" else AT_SCHOOL
        status, _ = await behind.send(key, reports(report(sequence)), at=AT_HOME, **{name: claimed})
        assert (status, await behind.presence()) == (200, "away"), name
    chain = f"{AT_SCHOOL}, 127.0.0.1"
    assert (await behind.send(key, reports(report(9)), at=AT_HOME, **{"X-Forwarded-For": chain}))[0] == 200
    assert await behind.presence() == "away"


async def test_a_request_is_named_by_the_proxy_and_not_by_the_client(behind: Behind):
    claimed = "what-a-client-says"
    named = {
        str((await behind.ask("GET", "/healthz", headers={"X-Request-Id": claimed}))[2]["X-Request-Id"])
        for _ in range(2)
    }
    assert len(named) == 2
    assert claimed not in named
    # Ours have 16 digits; UUIDs and what nginx makes have 32.
    assert all(len(each.replace("-", "")) == 32 for each in named), named


async def test_a_zipped_report_is_passed_on_as_it_is(behind: Behind):
    key = await behind.running.key()
    body = gzip.compress(reports(report(1), report(2)))
    status, said = await behind.send(key, body, **{"Content-Encoding": "gzip"})
    assert (status, said["accepted"]) == (200, 2)


async def test_the_proxy_and_the_collector_agree_on_how_much_is_too_much(behind: Behind):
    most = behind.running.collector.settings.ingest.max_request_bytes
    key = await behind.running.key()
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    told = []
    for size in (most, most + 1):
        body = io.BytesIO(reports(report(1)).ljust(size))
        told.append((await behind.ask("POST", "/api/v1/reports", data=body, headers=headers))[0])
    assert told == [200, 413]  # the latter tells an agent to send fewer at a time


async def test_a_measurement_of_the_line_may_be_as_large_as_the_collector_grants(behind: Behind):
    body = io.BytesIO(bytes(behind.running.collector.settings.agents.throughput.max_bytes))
    bearer = {"Authorization": f"Bearer {await behind.running.key()}"}
    status, said, _ = await behind.ask("POST", "/api/v1/throughput", data=body, headers=bearer)
    # The collector, which gave this client no leave, says no; the proxy let it through.
    assert (status, b"on the school's own networks" in said) == (403, True)


async def test_metrics_are_closed_to_the_outside_and_open_to_this_machine(behind: Behind):
    for path in ("/metrics", "/metrics?x=1", "/sd/schools"):
        for at in (AT_HOME, AT_SCHOOL, "127.0.0.1"):
            assert (await behind.ask("GET", path, at=at))[0] == 404
    async with behind.running.http.get(f"{behind.running.url}/metrics") as answer:
        assert answer.status == 200


async def test_nobody_signs_in_by_claiming_to_be_somebody(behind: Behind):
    claimed = {"Remote-User": "amy", "Accept": "text/html"}
    status, _, _ = await behind.ask("GET", "/", headers=claimed)
    assert status in (302, 303, 401, 403), "the proxy passed on who the client claims to be"
    async with behind.running.http.get(f"{behind.running.url}/", headers=claimed) as answer:
        assert answer.status == 200  # the same, from a proxy that may say so


async def test_plain_http_is_sent_to_https(behind: Behind):
    async with behind.running.http.get(f"{behind.plain_url}/devices", allow_redirects=False) as answer:
        assert answer.status in (301, 308)
        assert answer.headers["Location"].startswith("https://127.0.0.1")
