"""Every secret that a collector is given or gives out is planted, used and refused; then it is looked for everywhere.

Everywhere is the log at its most talkative, every page and call, metrics, and the files of the store.
The services that it talks to refuse it and repeat what they were sent, so that careless errors show.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import secrets
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from collector.access.test_routes import ALLOWED, FILLED
from collector.collecting import report
from echoing import Echo, echoing
from free_ports import free_port
from google_standin import key_file
from homeroom_collector.access.roles import Grant, Role, encode
from homeroom_collector.demo.tokens import make_sign_in, make_tokens
from homeroom_collector.store import api_tokens, open_store
from stack import SCHOOLS, Stack, until

CONTROL = "CONTROL-SERIAL-1"


def secret() -> str:
    return f"hush{secrets.token_hex(16)}"


class Planted:
    """Secrets by what they are. ``environment`` and files hold those that are configured."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.texts = {
            name: secret()
            for name in (
                "SNMP community", "SNMPv3 authentication", "SNMPv3 privacy", "OpenID client secret", "help-desk secret",
                "Alertmanager token", "mail password", "remote-write password",
            )
        }  # fmt: skip
        key_file(folder, url)
        lines = json.loads((folder / "google.json").read_text())["private_key"].splitlines()
        self.texts["Google service key"] = lines[len(lines) // 2]
        self.environment = {
            "HUSH_OPENID": self.texts["OpenID client secret"],
            "HUSH_PRIV": self.texts["SNMPv3 privacy"],
        }

    def file(self, name: str) -> str:
        """Put a secret into a file of its own."""
        path = self.folder / f"{name.replace(' ', '-')}.secret"
        path.write_text(self.texts[name] + "\n")
        return str(path)


def configuration(planted: Planted, echo: Echo, desk: str) -> dict[str, Any]:
    dead = {"host": "127.0.0.1", "port": free_port(), "school": "lincoln"}
    desks = {
        "request_tracker": {"url": echo.url, "token": {"file": planted.file("help-desk secret")}, "queue": "Network"},
        "email": {
            "to": "desk@example.org", "sender": "homeroom@example.org", "host": "127.0.0.1", "port": echo.smtp_port,
            "encryption": "none", "user": "homeroom", "password": {"file": planted.file("mail password")},
        },
    }  # fmt: skip
    (planted.folder / "tickets.yml").write_text(
        json.dumps(
            {
                "desk": desk, desk: desks[desk], "every": "1s", "settle": "1s", "hold": "1s",
                "alertmanager": {"url": echo.url, "token": {"file": planted.file("Alertmanager token")}, "poll": "1s",
                                 "settle": "2s"},
                "hours": {"critical": "always", "warning": "always", "info": "always"},
            }
        )
    )  # fmt: skip
    return {
        "log": {"level": "debug"},
        "tickets": {"file": "tickets.yml"},
        "access": {
            "openid": {"issuer": echo.url, "client_id": "homeroom", "client_secret_env": "HUSH_OPENID"},
            "roles": [{"role": "admin", "people": ["*"]}],
        },
        "google": {"key_file": "google.json", "subject": "a@example.org", "directory_url": echo.url,
                   "telemetry_url": echo.url, "tries": 1},
        "remote_write": {"endpoints": [{"name": "echo", "url": f"{echo.url}/write", "username": "homeroom",
                                        "password_file": planted.file("remote-write password")}], "state_every": "1s"},
        "snmp": {
            "interval": "2s",
            "retries": 0,
            "credentials": [
                {"name": "old", "community_file": planted.file("SNMP community")},
                {"name": "new", "version": "3", "user": "homeroom", "auth": "sha",
                 "auth_password_file": planted.file("SNMPv3 authentication"), "priv": "aes",
                 "priv_password_env": "HUSH_PRIV"},
            ],
            "targets": [{"name": "one", "credentials": "old", **dead}, {"name": "two", "credentials": "new", **dead}],
        },
    }  # fmt: skip


async def serve(stack: Stack, sections: dict[str, Any], environment: dict[str, str]) -> None:
    (stack.folder / "schools.csv").write_text(SCHOOLS)
    settings = {"listen": {"port": stack.port}, "store": {"url": "sqlite:///homeroom.db"}}
    stack.collector_config.write_text(json.dumps(settings | {"schools": {"file": "schools.csv"}} | sections))
    command = [sys.executable, "-m", "homeroom_collector", "serve", "--config", str(stack.collector_config)]
    stack.serving = await stack.children.start("collector", command, environment=environment)
    await until(stack._ready, 60, "a ready collector")


class Listener:
    """Calls the collector, and keeps everything that it answers."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self.http, self.url = http, url
        self.answers: list[str] = []

    async def call(self, method: str, path: str, bearer: str = "", **more: Any) -> tuple[int, str]:
        headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        headers |= more.pop("headers", {})
        url = f"{self.url}{path}"
        async with self.http.request(method, url, headers=headers, allow_redirects=False, **more) as answer:
            text = await answer.text()
            location = answer.headers.get("Location", "")
        self.answers.append(f"{method} {path} {answer.status} {location}\n{text}")
        return answer.status, text


async def used(stack: Stack, planted: Planted) -> list[str]:
    """Use every secret that the collector gives out, rightly and wrongly; give back what was answered."""
    said = planted.texts
    said["enrolment token"] = (await make_tokens(stack.collector_config, [("lincoln", "3-5")]))["lincoln", "3-5"]
    async with open_store(f"sqlite:///{stack.folder / 'homeroom.db'}") as store:
        for name in ("admin", "alerts"):
            make = partial(api_tokens.create, grants=encode([Grant(Role(name))]), label="x", now=time.time())
            said[f"API token of {name}"] = await store.write(partial(make, expires_at=None))
    link = await make_sign_in(stack.collector_config, stack.url)
    said["sign-in link"] = link.rpartition("=")[2]
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar) as browser:
        async with browser.get(link, allow_redirects=False) as answer:
            assert answer.status == 303
        said["session cookie"] = next(iter(jar)).value
        at_desk = Listener(browser, stack.url)
        await at_desk.call("GET", link.removeprefix(stack.url), headers={"Accept": "text/html"})
        await everything(at_desk, {"Accept": "text/html"})
    program = Listener(stack.http, stack.url)
    body = {"token": said["enrolment token"], "device": {"platform": "linux", "serial": CONTROL}}
    async with stack.http.post(f"{stack.url}/api/v1/enroll", json=body) as answer:
        said["device key"] = (await answer.json())["device_key"]
    assert (await program.call("POST", "/api/v1/reports", said["device key"], json={"reports": [report(1)]}))[0] == 200
    await everything(program, {}, said["API token of admin"])
    await misused(program, said)
    status, _ = await program.call("POST", "/api/v1/alerts", said["API token of alerts"], json=ALERT)
    assert status == 200
    return at_desk.answers + program.answers


async def everything(listener: Listener, headers: dict[str, str], bearer: str = "") -> None:
    """Every page and call that can be read, signing in with somebody else included."""
    paths = [FILLED.get(path, path) for method, path in ALLOWED if method == "GET"]
    for path in [*paths, "/sign-in/openid", "/sign-in/openid/back?code=x&state=y", "/api/v1/nothing"]:
        await listener.call("GET", path, bearer, headers=headers)


async def misused(program: Listener, said: dict[str, str]) -> None:
    """Each where another belongs, cut off, and in bodies that cannot be read."""
    for text in [said[name] for name in ("device key", "enrolment token", "API token of admin", "session cookie")]:
        for path in ("/api/v1/reports", "/api/v1/key", "/api/v1/alerts", "/satellite/api/v1/reports"):
            await program.call("POST", path, text, json={"token": text})
        for path in ("/metrics", "/api/v1/devices", "/devices", f"/{text}", f"/api/v1/x?key={text}"):
            status, _ = await program.call("GET", path, text + "x")
            assert status in (401, 404) or path == "/metrics", "which are open to this machine"
        headers = {"Content-Type": "application/json"}
        for body in (f'{{"token": "{text}", "device": {{"platform": 3}}}}', f'{{"token": "{text}'):
            await program.call("POST", "/api/v1/enroll", text, data=body, headers=headers)
        # Whoever writes a secret where a field's name belongs is told the name; only the log must not have it.
        told = Listener(program.http, program.url)
        await told.call("POST", "/api/v1/enroll", text, data=f'{{"{text}": 1}}', headers=headers)


ALERT = {
    "version": "4",
    "alerts": [
        {
            "status": "firing",
            "labels": {"alertname": "Planted", "severity": "critical", "school": "lincoln"},
            "annotations": {"summary": "planted"},
            "startsAt": "2026-11-30T08:00:00Z",
            "fingerprint": "f1",
        }
    ],
}


def spellings(text: str) -> list[str]:
    """As it is; only its secret part; and as Basic authorisation writes it."""
    basic = base64.b64encode(f"homeroom:{text}".encode()).decode()
    return [text, text.partition(".")[2] or text, basic]


def found(planted: Planted, places: dict[str, str]) -> list[str]:
    return [
        f"{name} in {place}"
        for name, text in planted.texts.items()
        for place, content in places.items()
        if any(each in content for each in spellings(text))
    ]


@pytest.mark.timeout(180)
@pytest.mark.parametrize("desk", ["request_tracker", "email"])
async def test_no_secret_is_found_anywhere(stack: Stack, desk: str):
    async with echoing() as echo:
        planted = Planted(stack.folder, echo.url)
        await serve(stack, configuration(planted, echo, desk), planted.environment)
        answers = await used(stack, planted)
        heard = {
            "Alertmanager token": planted.texts["Alertmanager token"],
            "remote-write password": planted.texts["remote-write password"],
            **({"help-desk secret": planted.texts["help-desk secret"]} if desk == "request_tracker" else {}),
            **({"mail password": planted.texts["mail password"]} if desk == "email" else {}),
        }

        async def all_were_sent() -> bool | None:
            said = "\n".join(echo.heard)
            return True if all(text in said for text in heard.values()) else None

        await until(all_were_sent, 60, f"the use of {', '.join(heard)}")
        await asyncio.sleep(1)
        metrics = await stack.metrics()
        log = (stack.folder / "logs" / "collector.log").read_text()
    files = {file.name: file.read_bytes().decode("latin-1") for file in stack.folder.glob("homeroom.db*")}
    # Without the line that says what was asked.
    answered = {f"answer {number}": text.partition("\n")[2] for number, text in enumerate(answers)}
    leaks = found(planted, {"the log": log, "metrics": metrics, **files, **answered})
    assert not leaks, "; ".join(leaks)
    assert "DEBUG" in log
    assert any(CONTROL in text for text in files.values()), "what is no secret is found"
    assert any(CONTROL in text for text in answered.values())
    for name in ("device key", "enrolment token", "API token of admin", "session cookie"):
        digest = hashlib.sha256(planted.texts[name].partition(".")[2].encode()).digest().decode("latin-1")
        assert any(digest in text for text in files.values()), f"the digest of the {name} is there instead"
