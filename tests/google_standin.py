"""Google's two lists on loopback: N made-up Chromebooks, tokens, pages, partial answers, quotas, and planted pupils.

It obeys ``fields`` and ``readMask`` as Google documents them, or, told to be careless, sends everything it has. What it
may answer is checked against Google's own discovery documents in ``test_standin.py``.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiohttp import web
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

EPOCH = 1_795_000_000  # 18 November 2026
PUPIL = "pupil.secret@school.example"
MARKS = (PUPIL, "Sammy Secret", "203.0.113.77", "de:ad:be:ef:00:01", "10.66.66.66", "SecretGame", "secret-guid")
"""Planted into every device, in fields that must neither be asked for nor kept."""


def stamp(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def directory_device(number: int) -> dict[str, Any]:
    """One row of the register, with all that Google would say."""
    return {
        "kind": "admin#directory#chromeosdevice",
        "etag": '"x"',
        "deviceId": f"{number:08x}-aaaa-bbbb-cccc-{number:012x}",
        "serialNumber": f"5CD{number:07d}",
        "annotatedAssetId": f"A{number:06d}",
        "annotatedLocation": f"Cart {number % 40}",
        "annotatedUser": PUPIL,
        "notes": "of Sammy Secret",
        "model": ("HP Chromebook 11 G9 EE", "Lenovo 300e Chromebook 2nd Gen", "Acer Chromebook Spin 511")[number % 3],
        "status": "ACTIVE",
        "orgUnitPath": f"/Schools/{number % 50:04d}/Grade {number % 13}",
        "orgUnitId": f"id:{number % 50}",
        "chromeOsType": "chromeOs",
        "osVersion": f"{140 + number % 3}.0.7339.{number % 200}",
        "platformVersion": "16371.45.0 (Official Build) stable-channel",
        "firmwareVersion": "Google_Drawcia.13606.572.0",
        "bootMode": "Verified",
        "lastSync": stamp(EPOCH - number % 7200),
        "lastEnrollmentTime": stamp(EPOCH - 86_400 * 300),
        "autoUpdateThrough": f"{2026 + number % 6}-06-30",
        "autoUpdateExpiration": "1782777600000",
        "extendedSupportEligible": False,
        "systemRamTotal": str(4 << 30),
        "macAddress": "deadbeef0001",
        "recentUsers": [{"type": "USER_TYPE_MANAGED", "email": PUPIL}],
        "activeTimeRanges": [{"date": "2026-11-18", "activeTime": 3_600_000}],
        "lastKnownNetwork": [{"ipAddress": "10.66.66.66", "wanIpAddress": "203.0.113.77"}],
    }


def telemetry_device(number: int) -> dict[str, Any]:
    """What one device uploaded; numbers of 64 bits as text, as Google does it."""
    at = EPOCH - number % 7200
    return {
        "name": f"customers/C0/telemetry/devices/{number}",
        "customer": "customers/C0",
        "orgUnitId": "o1",
        "deviceId": directory_device(number)["deviceId"],
        "serialNumber": f"5CD{number:07d}",
        "batteryInfo": [
            {"designCapacity": "4000", "manufacturer": "SMP", "serialNumber": "B1", "technology": "Li-ion"}
        ],
        "batteryStatusReport": [
            {
                "reportTime": stamp(at - 60 * age),
                "serialNumber": "B1",
                "batteryHealth": "BATTERY_REPLACE_SOON" if number % 5 == 0 else "BATTERY_HEALTH_NORMAL",
                "cycleCount": 100 + number % 700 - age,
                "fullChargeCapacity": str(3600 - number % 2000),
                "sample": [{"reportTime": stamp(at - 60 * age), "chargeRate": 80, "status": "Discharging"}],
            }
            for age in range(3)
        ],
        "cpuInfo": [{"model": "Intel(R) Celeron(R) N4500 @ 1.10GHz", "architecture": "X64"}],
        "cpuStatusReport": [
            {
                "reportTime": stamp(at - 600 * age),
                "cpuUtilizationPct": 20 + age,
                "cpuTemperatureInfo": [{"label": "Core 0", "temperatureCelsius": 51}],
                "sampleFrequency": "600s",
            }
            for age in range(6)
        ],
        "memoryInfo": {"totalRamBytes": str(4 << 30), "availableRamBytes": str(1 << 30)},
        "memoryStatusReport": [{"reportTime": stamp(at), "systemRamFreeBytes": str(1 << 30), "pageFaults": 3}],
        "storageInfo": {"totalDiskBytes": str(32 << 30), "availableDiskBytes": str(20 << 30)},
        "storageStatusReport": [
            {
                "reportTime": stamp(at),
                "disk": [{"type": "eMMC", "model": "DA4032", "sizeBytes": str(32 << 30), "serialNumber": "0xsecret"}],
            }
        ],
        "networkStatusReport": [
            {
                "reportTime": stamp(at),
                "connectionState": "ONLINE",
                "connectionType": "WIFI",
                "signalStrengthDbm": -58,
                "transmissionBitRateMbps": "433",
                "lanIpAddress": "10.66.66.66",
                "guid": "secret-guid",
            }
        ],
        "bootPerformanceReport": [
            {"reportTime": stamp(at), "bootUpTime": stamp(at - 5000), "bootUpDuration": "8.5s"},
        ],
        "osUpdateStatus": [
            {
                "lastRebootTime": stamp(at - 5000),
                "lastUpdateTime": stamp(at - 600_000),
                "lastUpdateCheckTime": stamp(at - 100),
                "updateState": "OS_UPDATE_NEED_REBOOT" if number % 4 == 0 else "OS_IMAGE_DOWNLOAD_NOT_STARTED",
            }
        ],
        "appReport": [{"reportTime": stamp(at), "usageData": [{"appId": "SecretGame"}]}],
        "networkInfo": {"networkDevices": [{"macAddress": "de:ad:be:ef:00:01"}]},
    }


Tree = dict[str, "Tree"]


def parse(fields: str) -> Tree:
    """Read the language of ``fields``."""
    root: Tree = {}
    stack, name = [root], ""
    for token in re.findall(r"[^,()]+|[,()]", fields):
        if token == "(":
            stack.append(stack[-1][name])
        elif token == ")":
            stack.pop()
        elif token != ",":
            name = token
            stack[-1][name] = {}
    assert len(stack) == 1, "brackets do not match"
    return root


def cut(value: Any, tree: Tree) -> Any:
    """Only what was asked for."""
    if not tree:
        return value
    if isinstance(value, list):
        return [cut(item, tree) for item in value]
    return {name: cut(value[name], inner) for name, inner in tree.items() if name in value}


@dataclass
class Google:
    """The stand-in's state: what it has, how it behaves, and what it was asked."""

    devices: int = 10
    careless: bool = False
    change: Callable[[dict[str, Any]], dict[str, Any]] = lambda device: device
    before_page: Callable[[str, int], web.Response | None] = lambda _api, _start: None
    queries: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    claims: list[dict[str, str]] = field(default_factory=list)
    served: list[tuple[str, int]] = field(default_factory=list)
    tokens: int = 0
    url: str = ""

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/token", self._token),
            web.get("/admin/directory/v1/customer/{customer}/devices/chromeos", self._directory),
            web.get("/v1/customers/{customer}/telemetry/devices", self._telemetry),
        ]

    async def _token(self, request: web.Request) -> web.Response:
        form = await request.post()
        self.claims.append({name: str(value) for name, value in form.items()})
        self.tokens += 1
        return web.json_response({"access_token": f"token-{self.tokens}", "expires_in": 3599, "token_type": "Bearer"})

    async def _directory(self, request: web.Request) -> web.Response:
        size = min(int(request.query.get("maxResults", 100)), 300)
        return await self._page(request, "directory", "chromeosdevices", size, directory_device)

    async def _telemetry(self, request: web.Request) -> web.Response:
        size = min(int(request.query.get("pageSize", 100)), 1000)
        if "readMask" not in request.query:
            return refusal(400, "readMask is required")
        return await self._page(request, "telemetry", "devices", size, telemetry_device)

    async def _page(
        self, request: web.Request, api: str, name: str, size: int, make: Callable[[int], dict[str, Any]]
    ) -> web.Response:
        query = dict(request.query)
        self.queries.append((api, query))
        if request.headers.get("Authorization") != f"Bearer token-{self.tokens}":
            return refusal(401, "who are you")
        start = 0
        if "pageToken" in query:
            if not query["pageToken"].startswith(f"{api}-"):
                return refusal(400, "Invalid pageToken")
            start = int(query["pageToken"].removeprefix(f"{api}-"))
        if (instead := self.before_page(api, start)) is not None:
            return instead
        end = min(start + size, self.devices)
        body: dict[str, Any] = {name: [self._cut(make(number), query, name) for number in range(start, end)]}
        if end < self.devices:
            body["nextPageToken"] = f"{api}-{end}"
        self.served.append((api, start))
        return web.Response(text=json.dumps(body), content_type="application/json")

    def _cut(self, device: dict[str, Any], query: dict[str, str], name: str) -> dict[str, Any]:
        device = self.change(device)
        if self.careless:
            return device
        if "readMask" in query:
            device = {key: device[key] for key in query["readMask"].split(",") if key in device}
        found: dict[str, Any] = cut(device, parse(query["fields"])[name]) if "fields" in query else device
        return found


def refusal(status: int, message: str, reason: str = "", **headers: str) -> web.Response:
    error = {"code": status, "message": message, "errors": [{"reason": reason, "message": message}]}
    return web.json_response({"error": error}, status=status, headers=headers)


@asynccontextmanager
async def google(standin: Google) -> AsyncIterator[Google]:
    """Serve on loopback until the block ends."""
    app = web.Application()
    app.add_routes(standin.routes())
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        standin.url = f"http://{host}:{port}"
        yield standin
    finally:
        await runner.cleanup()
        await asyncio.sleep(0)


def key_file(folder: Path, url: str) -> Path:
    """A service account's key as the Cloud console gives it."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    info = {
        "type": "service_account",
        "client_email": "homeroom@project.iam.gserviceaccount.com",
        "private_key_id": "k1",
        "private_key": pem,
        "token_uri": f"{url}/token",
    }
    file = folder / "google.json"
    file.write_text(json.dumps(info), encoding="utf-8")
    return file
