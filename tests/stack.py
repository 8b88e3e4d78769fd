"""Real programs on loopback: a collector, an agent, Prometheus. Each test gets its own, and none outlives it."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
import pytest

from free_ports import free_port
from homeroom_collector.demo.processes import Child, Children
from homeroom_collector.demo.tokens import make_tokens

SCHOOLS = "school_id,name,level,grades,enrollment_students\nlincoln,Lincoln Elementary,elementary,K-5,412\n"

T = TypeVar("T")


async def until(look: Callable[[], Awaitable[T | None]], seconds: float, what: str) -> T:
    """Look again until there is an answer; fails the test with ``what`` when the time is over."""
    try:
        async with asyncio.timeout(seconds):
            while True:
                if (found := await look()) is not None:
                    return found
                await asyncio.sleep(0.1)
    except TimeoutError:
        pytest.fail(f"{what} did not happen within {seconds} s")


@dataclass
class Stack:
    """The programs of one test, in one folder."""

    folder: Path
    children: Children
    http: aiohttp.ClientSession
    port: int
    serving: Child | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def collector_config(self) -> Path:
        return self.folder / "collector.yml"

    async def collector(self, *, schools: str = SCHOOLS, **sections: Any) -> None:
        (self.folder / "schools.csv").write_text(schools)
        settings = {
            "listen": {"port": self.port},
            "store": {"url": "sqlite:///homeroom.db"},
            "schools": {"file": "schools.csv"},
            **sections,
        }
        self.collector_config.write_text(json.dumps(settings))
        command = [sys.executable, "-m", "homeroom_collector", "serve", "--config", str(self.collector_config)]
        self.serving = await self.children.start("collector", command)
        await until(self._ready, 30, "a ready collector")

    async def kill_collector(self) -> None:
        """End it as ``kill -9`` and the kernel do; it may be started again."""
        assert self.serving is not None
        self.serving.process.kill()
        await self.serving.process.wait()
        self.children.forget(self.serving)

    async def _ready(self) -> bool | None:
        self.children.check()
        try:
            async with self.http.get(f"{self.url}/readyz") as answer:
                return True if answer.status == 200 else None
        except aiohttp.ClientConnectionError:
            return None

    async def agent(self, **environment: str) -> None:
        token = (await make_tokens(self.collector_config, [("lincoln", "3-5")]))["lincoln", "3-5"]
        config = self.folder / "agent.toml"
        config.write_text(
            f'[collector]\nurl = "{self.url}"\n[schedule]\ninterval = 10\ninterval_minimum = 10\n'
            f'[spool]\ndirectory = "{self.folder / "agent"}"\n'
        )
        command = [sys.executable, "-m", "homeroom_agent", "run", "--config", str(config)]
        await self.children.start(
            "agent", command, environment={"HOMEROOM_AGENT_COLLECTOR_TOKEN": token, **environment}
        )

    async def prometheus(self) -> str:
        """Start Prometheus with a one-second scrape; give its address."""
        port = free_port()
        config = self.folder / "prometheus.yml"
        scrape = {"job_name": "homeroom", "scrape_interval": "1s", "static_configs": [{"targets": [self.url[7:]]}]}
        config.write_text(json.dumps({"scrape_configs": [scrape]}))
        options = [
            f"--config.file={config}",
            f"--storage.tsdb.path={self.folder / 'prometheus'}",
            f"--web.listen-address=127.0.0.1:{port}",
        ]
        await self.children.start("prometheus", [tool("prometheus"), *options])
        return f"http://127.0.0.1:{port}"

    async def metrics(self) -> str:
        async with self.http.get(f"{self.url}/metrics") as answer:
            assert answer.status == 200
            return await answer.text()

    async def query(self, prometheus: str, expression: str) -> list[dict[str, Any]] | None:
        """Ask Prometheus; None where it does not listen yet or has nothing."""
        try:
            async with self.http.get(f"{prometheus}/api/v1/query", params={"query": expression}) as answer:
                # While it still starts, Prometheus answers 503 in plain text.
                return (await answer.json())["data"]["result"] or None if answer.status == 200 else None
        except aiohttp.ClientConnectionError:
            return None


def tool(name: str) -> str:
    found = shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin")
    if found is None:
        pytest.skip(f"{name} is missing; install it with: make tools")
    return found
