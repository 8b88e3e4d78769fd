"""One Chromebook, three who speak of it: the extension in a real browser, Google, and an agent in its Linux container.

Debian's Chromium has no ``chrome.enterprise``; the test puts a stand-in of that interface into the package, which says
the serial number as a managed ChromeOS would.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import time
from pathlib import Path
from typing import Any

import pytest

from agent_laptop import Laptop
from chromebook.conftest import AGENTS, SCHOOLS, District
from chromebook.packer import pack
from collector.google.test_one_device import SERIAL, lately, value
from collector.test_real_clones import with_token
from google_standin import Google, google, key_file
from homeroom_collector.chromebook import crx
from homeroom_collector.cli import main
from homeroom_collector.demo.tokens import make_tokens
from stack import until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(100)]

MANAGED = """
const attributes = {getDeviceSerialNumber: async () => '%s', getDeviceAssetId: async () => 'TAG-7'};
chrome.enterprise = {deviceAttributes: attributes, hardwarePlatform: {
  getHardwarePlatformInfo: async () => ({manufacturer: 'HP', model: 'Vorticon'})}};
"""


def managed_chromeos(folder: Path) -> Path:
    """The extension with a stand-in of what only a managed ChromeOS has."""
    copy = folder / "managed"
    shutil.copytree(pack.EXTENSION, copy)
    (copy / "managed.js").write_text(MANAGED % SERIAL)
    worker = copy / "worker.js"
    worker.write_text("import './managed.js';\n" + worker.read_text())
    return copy


def publish(district: District) -> None:
    url = pack.update_url(district.stack.url)
    package = pack.zipped(managed_chromeos(district.stack.folder), update_url=url, version="0.1.0")
    (district.stack.folder / "homeroom.crx").write_bytes(crx.pack(package, district.key))


def google_settings(district: District, url: str) -> dict[str, Any]:
    return {
        "key_file": str(key_file(district.stack.folder, url)),
        "subject": "a@b.example",
        "directory_url": url,
        "telemetry_url": url,
        "org_units": [{"path": "/", "school": "lincoln"}],
    }


async def begin(district: District, url: str) -> None:
    publish(district)
    sections = {"agents": AGENTS, "chromebooks": {"package": "homeroom.crx"}, "google": google_settings(district, url)}
    await district.stack.collector(schools=SCHOOLS, **sections)
    tokens = await make_tokens(district.stack.collector_config, [("lincoln", "3-5")])
    district.token = tokens["lincoln", "3-5"]
    await until(lambda: said(district, "homeroom_google_sync_timestamp_seconds 1"), 30, "a sync")
    district.policy()
    await district.browser.start(district.children)
    await district.browser.ready()


async def said(district: District, text: str) -> str | None:
    document = await district.stack.metrics()
    return document if text in document else None


async def test_extension_google_and_an_agent_in_the_container_are_one_device_with_the_right_facts(
    district: District, capsys: pytest.CaptureFixture[str]
):
    async with google(Google(devices=1, change=lately)) as standin:
        await begin(district, standin.url)
        await district.browser.report()
        await until(lambda: taken(district, 1), 30, "a report of the extension")
        laptop = with_token(
            Laptop(district.stack.folder / "crostini", district.stack.url, serial=SERIAL), district.token
        )
        await asyncio.to_thread(laptop.measure)
        await asyncio.to_thread(laptop.send)
        assert laptop.waiting() == 0
        await district.browser.report()
        reports = await until(lambda: taken(district, 2), 30, "another report of the extension")
        document = await district.stack.metrics()
        config = str(district.stack.collector_config)
        assert await asyncio.to_thread(main, ["devices", "--config", config, "--format", "json"]) == 0
        (device,) = json.loads(capsys.readouterr().out)
        assert (device["serial"], device["school_id"]) == (SERIAL, "lincoln")
        # The machine's own facts are the browser's, though the container spoke in between; health is Google's.
        total = reports[-1]["memory"]["total_bytes"]
        assert value(document, "homeroom_device_memory_total_bytes") == [total]
        assert value(document, "homeroom_device_battery_health_ratio") == [0.9]
        assert value(document, "homeroom_device_uptime_seconds") == [], "the container's is not the Chromebook's"
        assert value(document, "homeroom_device_boots_total") == [reports[-1]["uptime"]["boots_total"]]
        assert value(document, "homeroom_device_presence", "state=") == [1]
        assert len(value(document, "homeroom_device_info")) == 1
        assert district.relay.duplicates() == 0
        # Past its updates: in the plan, for that reason.
        today = time.strftime("%Y-%m-%d")
        words = ["refresh", "--config", config, "--by", "device", "--format", "json", "--today", today]
        assert await asyncio.to_thread(main, words) in (0, 1)
        (row,) = json.loads(capsys.readouterr().out)
        assert "support ended on 2026-06-30 (security updates)" in json.dumps(row)


async def taken(district: District, count: int) -> list[dict[str, Any]] | None:
    reports = district.relay.taken()
    return reports if len(reports) >= count else None
