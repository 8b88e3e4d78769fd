"""A real Chromium with policies of its own: it sees a private /etc/chromium, so nothing of the machine is changed."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from homeroom_collector.demo.processes import Child, Children
from stack import tool, until

_FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-component-update", "--disable-dev-shm-usage", "--no-default-browser-check", "--password-store=basic",
    "--remote-debugging-port=0",
    "--proxy-bypass-list=<-loopback>",  # loopback goes through the proxy, too
)  # fmt: skip


def needed() -> list[str]:
    """How to start a browser in a mount namespace of its own; skips the test where this machine has neither."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("chromium is missing; install it with: make tools")
    private = [tool("unshare"), "-m" if os.geteuid() == 0 else "-Urm", "--propagation", "private"]
    tried = subprocess.run([*private, "mount", "--bind", "/tmp", "/mnt"], capture_output=True, check=False, timeout=10)
    if tried.returncode:
        pytest.skip("mount namespaces are not allowed here; allow them with: sysctl kernel.unprivileged_userns_clone=1")
    # unshare, sh and the start script all become the browser, so its process id is known.
    return [*private, "sh", "-c", 'mount --bind "$0" /etc/chromium && exec "$@"', "ETC", chromium]


@dataclass
class Browser:
    """One profile and its policies; ``start`` and ``end`` as often as wanted."""

    folder: Path
    proxy_port: int
    http: aiohttp.ClientSession
    extension_id: str
    policies: dict[str, Any]
    command: list[str] = field(default_factory=needed)
    child: Child | None = None

    @property
    def profile(self) -> Path:
        return self.folder / "profile"

    def set_policy(self, **managed: Any) -> None:
        """Write the policy file; a browser that runs takes it up by itself within seconds."""
        folder = self.folder / "etc" / "policies" / "managed"
        folder.mkdir(parents=True, exist_ok=True)
        policies = self.policies | {"3rdparty": {"extensions": {self.extension_id: managed}}}
        new = folder / "policy.new"
        new.write_text(json.dumps(policies))
        new.replace(folder / "policy.json")

    async def start(self, children: Children) -> None:
        (self.profile / "DevToolsActivePort").unlink(missing_ok=True)
        etc = str(self.folder / "etc")
        before = [etc if part == "ETC" else part for part in self.command]
        options = [f"--user-data-dir={self.profile}", f"--proxy-server=http://127.0.0.1:{self.proxy_port}"]
        self.child = await children.start("browser", [*before, *_FLAGS, *options, "about:blank"])

    async def end(self, number: signal.Signals = signal.SIGTERM) -> None:
        assert self.child is not None
        os.killpg(self.child.process.pid, number)
        await asyncio.wait_for(self.child.process.wait(), 20)

    async def ask(self, expression: str, seconds: float = 40) -> Any:
        """Evaluate in the extension's worker, waiting until there is one."""
        return await until(lambda: self._answer(expression), seconds, f"an answer of the worker to {expression}")

    async def _answer(self, expression: str) -> Any:
        try:
            if (debugger := self._debugger()) is None:
                return None
            async with self.http.ws_connect(debugger, max_msg_size=0) as pipe:
                return await _evaluated(pipe, f"chrome-extension://{self.extension_id}/worker.js", expression)
        except (OSError, aiohttp.ClientError):
            return None  # it has not started yet

    def _debugger(self) -> str | None:
        """Where the browser is told what to do; None while the file is there, and not yet written."""
        found = (self.profile / "DevToolsActivePort").read_text().split()
        return f"ws://127.0.0.1:{found[0]}{found[1]}" if len(found) == 2 else None

    async def ready(self) -> None:
        """Wait for the policy in the extension, which comes some seconds after the first start."""
        await self.ask("chrome.storage.managed.get().then((all) => all.collectorUrl || null)", 40)

    async def settled(self) -> None:
        """Wait until the profile on the disk knows that the extension is installed: it is written every ten seconds."""

        async def look() -> bool | None:
            return True if any(self.extension_id in file.read_text() for file in self._preferences()) else None

        await until(look, 40, "an installed extension on the disk")

    def _preferences(self) -> list[Path]:
        return [
            file for name in ("Preferences", "Secure Preferences") if (file := self.profile / "Default" / name).exists()
        ]

    async def report(self) -> None:
        """Let the report's alarm go off now."""
        await self.ask("chrome.alarms.create('report', {when: Date.now()}).then(() => true)")

    async def stored(self, key: str) -> Any:
        return await self.ask(f"chrome.storage.local.get('{key}').then((all) => all['{key}'] ?? null)")


async def _evaluated(pipe: aiohttp.ClientWebSocketResponse, url: str, expression: str) -> Any:
    targets = (await _call(pipe, "Target.getTargets", {"filter": [{}]}))["targetInfos"]
    workers = [each["targetId"] for each in targets if each["url"] == url and each["type"] == "service_worker"]
    if not workers:
        return None
    attached = await _call(pipe, "Target.attachToTarget", {"targetId": workers[0], "flatten": True})
    asked = {"expression": expression, "awaitPromise": True, "returnByValue": True}
    answer = await _call(pipe, "Runtime.evaluate", asked, attached.get("sessionId"))
    return answer.get("result", {}).get("value")


async def _call(
    pipe: aiohttp.ClientWebSocketResponse, method: str, parameters: dict[str, Any], session: str | None = None
) -> dict[str, Any]:
    message = {"id": 1, "method": method, "params": parameters} | ({"sessionId": session} if session else {})
    await pipe.send_json(message)
    async with asyncio.timeout(10):
        while True:
            answer = await pipe.receive_json()
            if answer.get("id") == 1 and answer.get("sessionId") == session:
                found: dict[str, Any] = answer.get("result", {})
                return found
