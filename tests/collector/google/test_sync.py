"""The connector against the stand-in: what it asks, what it keeps, and what happens when it is interrupted."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import signal
import sqlite3
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import zygote
from google_standin import EPOCH, MARKS, Google, google, key_file, refusal
from homeroom_collector.errors import SourceError
from homeroom_collector.ingest.wire import Wire
from homeroom_collector.model import Device
from homeroom_collector.rules.org_units import OrgUnitRule
from homeroom_collector.sources.google.service import calling
from homeroom_collector.sources.google.settings import GoogleSettings
from homeroom_collector.sources.google.sync import GoogleSync, Step
from homeroom_collector.store import Store, devices, open_store
from homeroom_collector.store.latest import after

NEVER_ASKED = (
    "recentUsers", "annotatedUser", "notes", "lastKnownNetwork", "activeTimeRanges", "screenshotFiles", "deviceFiles",
    "meid", "macAddress", "ethernetMacAddress", "appReport", "kioskAppStatusReport", "audioStatusReport",
    "peripheralsReport", "networkInfo", "lanIpAddress", "gatewayIpAddress", "ipv6Address", "guid", "users",
)  # fmt: skip
RULES = [OrgUnitRule(path="/Schools/*", school="{1}")]


def settings_of(standin: Google, folder: Path, **changed: Any) -> GoogleSettings:
    return GoogleSettings(
        key_file=key_file(folder, standin.url),
        subject="admin@school.example",
        directory_url=standin.url,
        telemetry_url=standin.url,
        org_units=RULES,
        longest_wait=0.01,
        **changed,
    )


async def sync(standin: Google, folder: Path, *, now: float = EPOCH + 60.0, **changed: Any) -> list[Step]:
    steps: list[Step] = []
    settings = settings_of(standin, folder, **changed)
    async with open_store(url(folder)) as store, calling(settings) as calls:
        await GoogleSync(calls, settings, store.write, Wire(), on_page=steps.append, clock=lambda: now).run()
    return steps


def url(folder: Path) -> str:
    return f"sqlite:///{folder / 'homeroom.db'}"


def rows(folder: Path, query: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(folder / "homeroom.db") as connection:
        return connection.execute(query).fetchall()


async def test_every_device_is_in_the_register_at_its_school_with_its_facts(tmp_path: Path):
    async with google(Google(devices=25)) as standin:
        await sync(standin, tmp_path, directory_page=10, telemetry_page=7)
    assert rows(tmp_path, "SELECT count(*), count(DISTINCT serial) FROM devices") == [(25, 25)]
    assert rows(tmp_path, "SELECT school_id, model, platform FROM devices WHERE serial = '5CD0000007'") == [
        ("0007", "Lenovo 300e Chromebook 2nd Gen", "chromeos")
    ]
    async with open_store(url(tmp_path)) as store:
        stored = await store.read(lambda connection: after(connection, -1, most=100))
    assert len(stored) == 25
    assert all('"directory"' in str(each.google) and '"telemetry"' in str(each.google) for each in stored)


@pytest.mark.parametrize("careless", [False, True])
async def test_a_pupil_is_never_asked_for_and_never_stored(tmp_path: Path, careless: bool):
    async with google(Google(devices=12, careless=careless)) as standin:
        await sync(standin, tmp_path)
    asked = " ".join(f"{name}={text}" for _, query in standin.queries for name, text in query.items())
    words = set(asked.replace("(", ",").replace(")", ",").replace("=", ",").replace(" ", ",").split(","))
    assert not words & set(NEVER_ASKED)
    assert all("fields" in query for _, query in standin.queries)
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("homeroom.db*"))
    assert b"5CD0000003" in kept
    assert [mark for mark in MARKS if mark.encode() in kept] == []


async def test_the_token_is_asked_for_with_two_scopes_to_read(tmp_path: Path):
    async with google(Google(devices=1)) as standin:
        await sync(standin, tmp_path)
    (form,) = standin.claims
    claims = json.loads(base64.urlsafe_b64decode(form["assertion"].split(".")[1] + "=="))
    assert claims["sub"] == "admin@school.example"
    assert len(claims["scope"].split()) == 2
    assert all(scope.endswith(".readonly") for scope in claims["scope"].split())


async def test_a_second_sync_changes_nothing_and_asks_for_less(tmp_path: Path):
    async with google(Google(devices=20)) as standin:
        first = await sync(standin, tmp_path)
        again = await sync(standin, tmp_path, now=EPOCH + 3660.0)
    assert sum(len(step.written.changed) for step in first) == 40
    assert sum(len(step.written.changed) + len(step.written.devices) for step in again) == 0
    assert sum(step.written.same for step in again) == 40
    filters = [query.get("filter") for api, query in standin.queries if api == "telemetry"]
    assert filters == [None, f'reports_timestamp>="{(EPOCH + 60 - 3600) * 1000}"']


async def test_once_a_day_everything_is_asked_for(tmp_path: Path):
    async with google(Google(devices=2)) as standin:
        for hours in (0, 3, 25):
            await sync(standin, tmp_path, now=EPOCH + 3600.0 * hours)
    filters = [query.get("filter") for api, query in standin.queries if api == "telemetry"]
    assert [each is None for each in filters] == [True, False, True]


async def test_a_device_that_enrolled_by_itself_is_the_same_device(tmp_path: Path):
    def enrol(connection: Any) -> Any:
        facts = Device(device_id="", device_class="computer", school_id="lincoln", serial="5CD0000003")
        return devices.enrol(connection, facts, now=1.0)

    async with open_store(url(tmp_path)) as store:
        enrolled = await store.write(enrol)
    async with google(Google(devices=5)) as standin:
        steps = await sync(standin, tmp_path)
    found = rows(tmp_path, "SELECT device_id, school_id FROM devices WHERE serial = '5CD0000003'")
    assert found == [(enrolled.device.device_id, "0003")]
    assert steps[0].written.added == 4
    assert ("moved", "school lincoln to 0003") in rows(tmp_path, "SELECT kind, detail FROM device_events")


async def test_a_device_that_a_person_moved_stays_until_its_unit_changes(tmp_path: Path):
    async with google(Google(devices=2)) as standin:
        await sync(standin, tmp_path)
        with sqlite3.connect(tmp_path / "homeroom.db") as connection:
            connection.execute("UPDATE devices SET school_id = 'depot' WHERE serial = '5CD0000001'")
        await sync(standin, tmp_path, now=EPOCH + 100.0)
        assert rows(tmp_path, "SELECT school_id FROM devices WHERE serial = '5CD0000001'") == [("depot",)]
        standin.change = lambda device: device | {"orgUnitPath": "/Schools/0044"}
        await sync(standin, tmp_path, now=EPOCH + 200.0)
    assert rows(tmp_path, "SELECT school_id FROM devices WHERE serial = '5CD0000001'") == [("0044",)]


async def test_a_device_that_left_google_is_not_brought_back(tmp_path: Path):
    async with google(Google(devices=3, change=lambda device: device | {"status": "DEPROVISIONED"})) as standin:
        await sync(standin, tmp_path)
    assert rows(tmp_path, "SELECT count(*) FROM devices") == [(0,)]


async def test_two_rows_with_one_serial_number_are_one_device_as_it_was_seen_last(tmp_path: Path):
    def twice(device: dict[str, Any]) -> dict[str, Any]:
        return device | {"serialNumber": "5CDTWICE00"}

    async with google(Google(devices=4, change=twice)) as standin:
        await sync(standin, tmp_path, telemetry=False)
    assert rows(tmp_path, "SELECT count(*) FROM devices") == [(1,)]
    assert rows(tmp_path, "SELECT count(*), count(DISTINCT device_number) FROM google_devices") == [(4, 1)]
    assert '"asset_tag":"A000000"' in rows(tmp_path, "SELECT google FROM latest")[0][0]


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"deviceId": None},
        {"batteryInfo": "none"},
        {"lastSync": 5, "model": {}, "orgUnitPath": None},
        {"serialNumber": ""},
    ],
)
async def test_missing_and_strange_values_cost_no_page(tmp_path: Path, broken: dict[str, Any]):
    def change(device: dict[str, Any]) -> dict[str, Any]:
        if device["serialNumber"] != "5CD0000001":
            return device
        return device | broken if broken else {}

    async with google(Google(devices=3, careless=True, change=change)) as standin:
        await sync(standin, tmp_path)
    found = {row[0] for row in rows(tmp_path, "SELECT serial FROM devices")}
    assert {"5CD0000000", "5CD0000002"} <= found


class Once:
    """Answers a few refusals before the first page."""

    def __init__(self, *refusals: Any) -> None:
        self._refusals: Iterator[Any] = iter(refusals)

    def __call__(self, _api: str, _start: int) -> Any:
        make = next(self._refusals, None)
        return make and make()


@pytest.mark.parametrize(
    "refuse",
    [
        lambda: refusal(429, "slow down", **{"Retry-After": "1"}),
        lambda: refusal(403, "quota", "userRateLimitExceeded"),
        lambda: refusal(403, "quota", "quotaExceeded"),
        lambda: refusal(503, "later"),
        lambda: refusal(500, "oh"),
    ],
)
async def test_a_full_quota_is_waited_for(tmp_path: Path, refuse: Any):
    async with google(Google(devices=3, before_page=Once(refuse, refuse, refuse))) as standin:
        await sync(standin, tmp_path)
    assert rows(tmp_path, "SELECT count(*) FROM devices") == [(3,)]
    assert Counter(standin.served) == Counter({("directory", 0): 1, ("telemetry", 0): 1})


async def test_no_right_to_ask_is_said_at_once(tmp_path: Path):
    refuse = Once(lambda: refusal(403, "Not Authorized to access this resource/api", "forbidden"))
    async with google(Google(devices=3, before_page=refuse)) as standin:
        with pytest.raises(SourceError, match=r"403 Not Authorized.*docs/google\.md"):
            await sync(standin, tmp_path)
    assert len(standin.queries) == 1


async def test_tries_end(tmp_path: Path):
    async with google(Google(devices=3, before_page=lambda _api, _start: refusal(503, "no"))) as standin:
        with pytest.raises(SourceError, match="3 tries without an answer"):
            await sync(standin, tmp_path, tries=3)
    assert len(standin.queries) == 3


async def test_a_token_that_google_takes_no_more_is_renewed_once(tmp_path: Path):
    async with google(Google(devices=3, before_page=Once(lambda: refusal(401, "expired")))) as standin:
        await sync(standin, tmp_path)
    assert standin.tokens == 2


async def test_a_place_that_google_forgot_begins_anew(tmp_path: Path):
    async with google(Google(devices=9)) as standin:
        standin.before_page = lambda api, start: refusal(500, "stop") if start == 6 else None
        with pytest.raises(SourceError):
            await sync(standin, tmp_path, directory_page=3, tries=1)
        with sqlite3.connect(tmp_path / "homeroom.db") as connection:
            connection.execute("UPDATE google_passes SET page_token = 'forgotten'")
        standin.before_page = lambda _api, _start: None
        standin.served.clear()
        await sync(standin, tmp_path, directory_page=3, now=EPOCH + 120.0)
    assert [start for api, start in standin.served if api == "directory"] == [0, 3, 6]
    assert rows(tmp_path, "SELECT count(*) FROM devices") == [(9,)]


async def test_a_sync_that_stopped_long_ago_begins_anew(tmp_path: Path):
    async with google(Google(devices=9)) as standin:
        standin.before_page = lambda api, start: refusal(500, "stop") if start == 6 else None
        with pytest.raises(SourceError):
            await sync(standin, tmp_path, directory_page=3, tries=1)
        standin.before_page = lambda _api, _start: None
        standin.served.clear()
        await sync(standin, tmp_path, directory_page=3, now=EPOCH + 86_400.0)
    assert [start for api, start in standin.served if api == "directory"] == [0, 3, 6]


async def _homeroom(
    folder: Path, config: Path, pids: list[int], *, expect: int | None = 0, command: str = "sync"
) -> int:
    said = folder / "said"
    process = await zygote.start(["google", command, "--config", str(config)], out=said, err=said)
    pids.append(process.pid)
    code = await asyncio.wait_for(process.wait(), 60)
    assert expect is None or code == expect, said.read_text()
    return code


def configured(folder: Path, key: Path, url: str) -> Path:
    """A configuration that asks the stand-in for small pages."""
    config = folder / "collector.yml"
    config.write_text(
        f"google: {{key_file: {key.name}, subject: a@b.example, directory_page: 20, telemetry_page: 25, "
        f"directory_url: '{url}', telemetry_url: '{url}', longest_wait: 0.05}}\n"
    )
    return config


async def test_a_dry_run_finds_units_without_a_school_and_keeps_nothing(tmp_path: Path):
    async with google(Google(devices=9)) as standin:
        config = configured(tmp_path, key_file(tmp_path, standin.url), standin.url)
        await _homeroom(tmp_path, config, [], command="dry-run", expect=1)
        assert standin.served
    assert not (tmp_path / "homeroom.db").exists() or rows(tmp_path, "SELECT count(*) FROM devices") == [(0,)]


@pytest.mark.parametrize(("api", "start"), [("directory", 40), ("telemetry", 0), ("telemetry", 50)])
async def test_a_sync_that_is_killed_goes_on_without_repeating_or_missing_a_device(
    tmp_path: Path, api: str, start: int
):
    pids: list[int] = []
    async with google(Google(devices=75)) as standin:
        file = key_file(tmp_path, standin.url)
        config = configured(tmp_path, file, standin.url)

        def kill(asked: str, at: int) -> None:
            if (asked, at) == (api, start):
                os.kill(pids[-1], signal.SIGKILL)

        standin.before_page = kill  # type: ignore[assignment] # None: then go on
        assert await _homeroom(tmp_path, config, pids, expect=None) == -signal.SIGKILL
        standin.before_page = lambda _api, _start: None
        await _homeroom(tmp_path, config, pids)
    served = Counter(standin.served)
    assert {place for place, count in served.items() if count > 1} <= {(api, start)}, "only the unwritten page again"
    assert sorted(served) == [("directory", n) for n in (0, 20, 40, 60)] + [("telemetry", n) for n in (0, 25, 50)]
    assert rows(tmp_path, "SELECT count(*), count(DISTINCT serial) FROM devices") == [(75, 75)]
    assert rows(tmp_path, "SELECT count(*) FROM latest WHERE google LIKE '%telemetry%'") == [(75,)]
    assert rows(tmp_path, "SELECT count(*) FROM device_events WHERE kind = 'imported'") == [(75,)]


async def test_both_stores_take_it(store: Store, tmp_path: Path):
    async with google(Google(devices=8)) as standin:
        settings = settings_of(standin, tmp_path, directory_page=3)
        for now in (EPOCH + 60.0, EPOCH + 90_000.0):
            async with calling(settings) as calls:
                await GoogleSync(
                    calls, settings, store.write, Wire(), on_page=lambda _step: None, clock=lambda now=now: now
                ).run()
    found = await store.read(lambda connection: devices.listed(connection))
    assert sorted(device.serial or "" for device in found) == [f"5CD{number:07d}" for number in range(8)]
