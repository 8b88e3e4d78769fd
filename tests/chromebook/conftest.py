"""A district with Chromebooks: a real collector that serves the extension, a logging proxy, a real browser."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from chromebook.browser import Browser, needed
from chromebook.packer import pack
from chromebook.relay import Relay, relaying
from free_ports import free_port
from homeroom_collector.chromebook import crx
from homeroom_collector.demo.processes import Children
from homeroom_collector.demo.tokens import make_tokens
from stack import Stack

SCHOOLS = "school_id,name,level,bandwidth_contracted_mbps,networks\nlincoln,Lincoln,elementary,10000,127.0.0.0/8\n"
AGENTS = {"throughput": {"averaging": 2, "max_bytes": 900_000}}


@dataclass
class District:
    """Everything of one test. ``token`` is for Lincoln."""

    stack: Stack
    relay: Relay
    browser: Browser
    children: Children
    key: rsa.RSAPrivateKey
    token: str = ""
    sections: dict[str, Any] = field(default_factory=dict)

    def publish(self, version: str) -> None:
        """Put a version of the extension where the collector serves it."""
        package = pack.zipped(pack.EXTENSION, update_url=pack.update_url(self.stack.url), version=version)
        new = self.stack.folder / "new.crx"
        new.write_bytes(crx.pack(package, self.key))
        new.replace(self.stack.folder / "homeroom.crx")

    async def open(self) -> None:
        await self.stack.collector(
            schools=SCHOOLS, agents=AGENTS, chromebooks={"package": "homeroom.crx"}, **self.sections
        )

    async def close(self) -> None:
        await self.stack.children.stop()

    async def begin(self) -> None:
        """A browser with the policy that a district would set, up to the extension having its settings."""
        self.publish("0.1.0")
        await self.open()
        self.token = (await make_tokens(self.stack.collector_config, [("lincoln", "3-5")]))["lincoln", "3-5"]
        self.policy()
        await self.browser.start(self.children)
        await self.browser.ready()

    def policy(self, **changed: object) -> None:
        self.browser.set_policy(**{"collectorUrl": self.stack.url, "enrollmentToken": self.token, **changed})


@pytest.fixture
async def district(tmp_path: Path) -> AsyncIterator[District]:
    command = needed()
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    extension_id, port = crx.extension_id(key), free_port()
    collectors, browsers = Children(tmp_path / "logs"), Children(tmp_path / "logs")
    url = f"http://127.0.0.1:{port}"
    policies = {
        "ExtensionInstallForcelist": [f"{extension_id};{pack.update_url(url)}"],
        "DeveloperToolsAvailability": 1,  # lets the test look inside
    }
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as http, relaying(url) as relay:
        try:
            stack = Stack(tmp_path, collectors, http, port)
            browser = Browser(tmp_path, relay.port, http, extension_id, policies, command)
            yield District(stack, relay, browser, browsers, key)
        finally:
            await browsers.stop()
            await collectors.stop()
