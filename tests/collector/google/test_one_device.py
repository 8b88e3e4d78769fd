"""A Chromebook known to Google, to the extension and to a person looking at the collector."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from collector.collecting import Running, collecting, report, settings_at
from google_standin import Google, google, key_file, stamp
from homeroom_collector.config import Settings
from homeroom_collector.decisions.reading import Reader
from homeroom_collector.model import Presence
from homeroom_collector.rules.org_units import OrgUnitRule
from homeroom_collector.sources.google.settings import GoogleSettings

SERIAL = "5CD0000000"


def lately(device: dict[str, Any]) -> dict[str, Any]:
    """As if it had synchronised an hour ago and uploaded two hours ago."""
    now = time.time()
    if "lastSync" in device:
        return device | {"lastSync": stamp(now - 3600), "autoUpdateThrough": "2026-06-30"}
    uploaded = stamp(now - 7200)
    status = device["batteryStatusReport"][0] | {"reportTime": uploaded, "sample": []}
    return {
        "deviceId": device["deviceId"],
        "batteryInfo": device["batteryInfo"],
        "batteryStatusReport": [status],
        "storageInfo": device["storageInfo"],
    }


def settings(folder: Path, standin: Google) -> Settings:
    return settings_at(
        folder,
        google=GoogleSettings(
            key_file=key_file(folder, standin.url),
            subject="a@b.example",
            directory_url=standin.url,
            telemetry_url=standin.url,
            org_units=[OrgUnitRule(path="/", school="lincoln")],
        ),
    )


async def synced(running: Running) -> None:
    for _ in range(1_200):
        if "homeroom_google_sync_timestamp_seconds 1" in await metrics(running):
            return
        await asyncio.sleep(0.05)
    raise AssertionError("no sync in a minute")


async def metrics(running: Running) -> str:
    async with running.http.get(f"{running.url}/metrics") as answer:
        return await answer.text()


def value(document: str, family: str, *labels: str) -> list[float]:
    lines = (line for line in document.splitlines() if line.startswith(f"{family}{{"))
    return [float(line.rsplit(" ", 1)[1]) for line in lines if all(label in line for label in labels)]


async def test_three_sources_with_one_serial_number_are_one_device_with_the_right_facts(tmp_path: Path):
    async with google(Google(devices=1, change=lately)) as standin:
        async with collecting(settings(tmp_path, standin)) as running:
            await synced(running)
            key = await running.key(platform="chromeos", serial=SERIAL)
            battery = {"name": "battery", "charge_ratio": 0.42, "state": "discharging"}
            own = report(1, source="extension", os={"name": "ChromeOS", "version": "199.0"}, batteries=[battery])
            status, answer = await running.send(key, own)
            assert (status, answer["accepted"]) == (200, 1)
            said = await metrics(running)
            assert await running.rows("SELECT count(*) FROM devices") == [(1,)]
            today = datetime.now(UTC).date()
            (known,) = (
                await Reader(store=running.collector.store, zone=ZoneInfo("UTC"), wan={}).district(today)
            ).devices
        # And the same after a restart, from the store alone.
        async with collecting(settings_at(tmp_path)) as running:
            again = await metrics(running)
    for document in (said, again):
        assert value(document, "homeroom_device_battery_charge_ratio") == [0.42]
        assert value(document, "homeroom_device_battery_health_ratio") == [0.9]
        assert value(document, "homeroom_device_battery_cycles") == [100]
        assert value(document, "homeroom_device_info", 'os_version="199.0"') == [1]
        end = datetime(2026, 7, 1, tzinfo=UTC).timestamp()
        assert value(document, "homeroom_device_support_end_timestamp_seconds") == [end]
    assert str(known.measured.support_end) == "2026-06-30"
    assert known.measured.battery_health_ratio == 0.9


async def test_googles_word_is_no_sign_of_life_here_and_now(tmp_path: Path):
    async with google(Google(devices=1, change=lately)) as standin, collecting(settings(tmp_path, standin)) as running:
        await synced(running)
        (device,) = await running.rows("SELECT device_id FROM devices")
        member = running.collector.fleet.member(device[0])
        assert member is not None
        assert member.seen_at is not None
        assert 3500 < time.time() - member.seen_at < 3700
        document = await metrics(running)
    assert value(document, "homeroom_device_presence", 'state="on_campus"') == []
    assert value(document, "homeroom_google_report_age_seconds_count", 'list="telemetry"') == [1]
    assert value(document, "homeroom_google_report_age_seconds_bucket", 'list="telemetry"', 'le="3600.0"') == [0]


async def test_a_support_end_that_nobody_opted_to_extend_is_the_earlier_one(tmp_path: Path):
    def unextended(device: dict[str, Any]) -> dict[str, Any]:
        extra = {"extendedSupportEligible": True, "extendedSupportEnabled": False, "extendedSupportStart": "2025-06-30"}
        return lately(device) | (extra if "lastSync" in device else {})

    async with (
        google(Google(devices=1, change=unextended)) as standin,
        collecting(settings(tmp_path, standin)) as running,
    ):
        await synced(running)
        document = await metrics(running)
    end = datetime(2025, 7, 1, tzinfo=UTC).timestamp()
    assert value(document, "homeroom_device_support_end_timestamp_seconds") == [end]


async def test_a_chromebook_that_synchronises_while_its_extension_is_silent_has_no_session(tmp_path: Path):
    async with google(Google(devices=1, change=lately)) as standin:
        async with collecting(settings(tmp_path, standin)) as running:
            await synced(running)
            key = await running.key(platform="chromeos", serial=SERIAL)
            await running.send(key, report(1, source="extension", os={"name": "ChromeOS"}))
            fleet = running.collector.fleet
            (member,) = [member for state in fleet.schools for member in state.members.values()]
            assert member.state is Presence.ON_CAMPUS
            query = f"UPDATE latest SET received_at = {time.time() - 7300}, measured_at = {time.time() - 7300}"
            await running.collector.store.write(lambda connection: connection.exec_driver_sql(query))
        # The device synchronised an hour ago, and its extension spoke two hours ago.
        async with collecting(settings_at(tmp_path)) as running:
            fleet = running.collector.fleet
            fleet.refresh(time.time())
            fleet.refresh(time.time() + 1000)
            (member,) = [member for state in fleet.schools for member in state.members.values()]
            assert member.state is Presence.NO_SESSION
            assert value(await metrics(running), "homeroom_device_presence", 'state="no_session"') == [1]
